"""serverless.yml in CloudFormation's form: what the Serverless Framework would deploy.

The provider's settings are merged into every function, events take SAM's form, the one role of all functions
becomes a role, and `resources` are what they are.

https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lint_rules.engine.finding import Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.templates.intrinsics import intrinsic
from lint_rules.engine.templates.resource import merge
from lint_rules.engine.templates.serverless_events import sam_form
from lint_rules.engine.templates.serverless_variables import Variables
from lint_rules.engine.templates.shaping import (
    below,
    document,
    elements,
    keyed,
    mapping,
    reference,
    resource,
    scalar,
    sequence,
    text_of,
)

ROLE = "IamRoleLambdaExecution"
"""The logical id that the framework gives to the role of all functions."""

_LOOKS = regex(r"^provider[ \t]*:", re.MULTILINE)
_FUNCTION = {
    "handler": "Handler",
    "runtime": "Runtime",
    "name": "FunctionName",
    "description": "Description",
    "memorySize": "MemorySize",
    "timeout": "Timeout",
    "layers": "Layers",
    "reservedConcurrency": "ReservedConcurrentExecutions",
    "kmsKeyArn": "KmsKeyArn",
    "tags": "Tags",
    "role": "Role",
    "snapStart": "SnapStart",
    "package": "Package",
}
_SHARED = ("runtime", "memorySize", "timeout", "layers", "kmsKeyArn", "tags", "role")
_DEFAULTS = {"Timeout": 6, "MemorySize": 1024}
"""What the framework sets where nobody does (seconds, MB)."""


def is_serverless(text: str) -> bool:
    """Whether a YAML text may be a serverless.yml."""
    return (
        "functions" in text
        and "service" in text
        and ("\nprovider" in text or text.startswith("provider"))
        and _LOOKS.search(text) is not None
    )


def cloudformation_form(
    root: Node, name: str, read: Callable[[str], Node | None]
) -> tuple[Map, dict[str, str]] | None:
    """The service in CloudFormation's form, and for the logical ids that the framework makes the names of
    functions; None if the document is no service on AWS. `read` gives other files by path."""
    if not isinstance(root, Map) or not {"service", "provider", "functions"} <= root.entries.keys():
        return None
    variables = Variables(root, name, read)
    provider = variables.at("provider")
    if isinstance(provider, Scalar):
        provider = mapping([("name", provider)], provider.span)
    if not isinstance(provider, Map) or text_of(provider.get("name")) != "aws":
        return None
    service = _Service(variables, root, provider)
    return service.document(), service.ids


class _Service:
    def __init__(self, variables: Variables, root: Map, provider: Map) -> None:
        self.provider = provider
        self.span = root.span
        self.name = text_of(variables.at("service")) or text_of(variables.at("service", "name"))
        self.stage = text_of(provider.get("stage")) or "dev"
        self.functions = _joined(variables.at("functions"))
        self.layers = _joined(variables.at("layers"))
        self.package = variables.at("package")
        self.parts = [variables.filled(part) for part in elements(root.get("resources"))]
        key = root.key("provider")
        self.role_key = Scalar(ROLE, ROLE, key.span if key else root.span)
        self.ids: dict[str, str] = {}

    def document(self) -> Map:
        made: dict[str, tuple[Scalar, Node]] = {}
        for name, (key, function) in self.functions.items():
            self.ids[_logical_id(name) + "LambdaFunction"] = name
            made[name] = resource("AWS::Serverless::Function", self.function(key, function), key)
            group = self.log_group(key, function)
            if group is not None:
                logs = _logical_id(name) + "LogGroup"
                made[logs] = resource("AWS::Logs::LogGroup", group, Scalar(logs, logs, key.span))
        for name, (key, layer) in self.layers.items():
            content = {"path": "Content", "name": "LayerName", "compatibleRuntimes": "CompatibleRuntimes"}
            own = (
                Map(keyed(layer, content), layer.span, True) if isinstance(layer, Map) else Map({}, key.span)
            )
            logical = _logical_id(name) + "LambdaLayer"
            made[logical] = resource("AWS::Lambda::LayerVersion", own, Scalar(logical, logical, key.span))
        made[ROLE] = resource("AWS::IAM::Role", self.role(), self.role_key)
        for part in self.parts:
            resources = below(part, "Resources")
            if isinstance(resources, Map):
                made.update(resources.entries)
        whole = document(made, self.span)
        for part in self.parts:
            for extra in ("Parameters", "Mappings", "Conditions"):
                found = part.entries.get(extra) if isinstance(part, Map) else None
                if found is not None:
                    whole.entries[extra] = found
        return whole

    def function(self, key: Scalar, function: Node) -> Map:
        own = function if isinstance(function, Map) else Map({}, key.span)
        common = {name: entry for name, entry in self.provider.entries.items() if name in _SHARED}
        own_settings = keyed(own, _FUNCTION)
        entries = keyed(Map(common, key.span), _FUNCTION) | own_settings
        for name, default in _DEFAULTS.items():
            entries.setdefault(name, (Scalar(name, name, key.span), scalar(default, key.span)))

        def put(name: str, node: Node | None) -> None:
            if node is not None:
                entries[name] = (Scalar(name, name, node.span), node)

        put("Environment", self.environment(own))
        put("VpcConfig", _merged(self.provider.get("vpc"), own.get("vpc")))
        put("Events", sam_form(own.get("events")))
        put("Architectures", _alone(own.get("architecture") or self.provider.get("architecture")))
        put("Tracing", _tracing(own.get("tracing") or below(self.provider, "tracing", "lambda")))
        put("EventInvokeConfig", _invoke_config(own))
        put("ProvisionedConcurrencyConfig", own.get("provisionedConcurrency"))
        put("Package", _merged(self.package, own.get("package")))
        put(
            "CodeUri",
            below(own, "package", "artifact") or below(self.package, "artifact") or own.get("module"),
        )
        put("ImageUri", own.get("image"))
        put("FunctionUrlConfig", _url(own.get("url"), key.span))
        queue = own.get("onError")
        put("DeadLetterQueue", mapping([("TargetArn", queue)], queue.span) if queue is not None else None)
        if "FunctionName" not in entries:
            put("FunctionName", self.function_name(key))
        if isinstance(entries.get("Role", (key, None))[1], Scalar):
            pass  # An ARN or a name that stands elsewhere.
        elif "iamRoleStatements" in own.entries:
            put("Policies", self.own_policies(own))
        elif "Role" not in entries:
            put("Role", self.common_role(key))
        return Map(entries, own.span, flow=True)

    def environment(self, own: Map) -> Node | None:
        merged = _merged(self.provider.get("environment"), own.get("environment"))
        return mapping([("Variables", merged)], merged.span) if merged is not None else None

    def function_name(self, key: Scalar) -> Node:
        text = f"{self.name}-{self.stage}-{key.text}"
        if self.name is None or "${" in text:
            return Unknown(key.span, (), text)
        return scalar(text, key.span)

    def log_group(self, key: Scalar, function: Node) -> Map | None:
        off = below(function, "disableLogs")
        if isinstance(off, Scalar) and off.value is True:
            return None
        days = below(function, "logRetentionInDays") or self.provider.get("logRetentionInDays")
        name = below(function, "name") or self.function_name(key)
        text = f"/aws/lambda/{text_of(name) or '${}'}"
        whole = scalar(text, key.span) if isinstance(name, Scalar) else Unknown(key.span, (), text)
        return mapping([("LogGroupName", whole), ("RetentionInDays", days)], key.span)

    def common_role(self, key: Scalar) -> Node:
        given = below(self.provider, "iam", "role")
        if isinstance(given, Scalar | Unknown) or (isinstance(given, Map) and intrinsic(given)):
            return given
        return reference(ROLE, key.span)

    def statements(self) -> list[Node]:
        found = below(self.provider, "iam", "role", "statements") or self.provider.get("iamRoleStatements")
        return elements(found)

    def role(self) -> Map:
        settings = below(self.provider, "iam", "role")
        managed = below(settings, "managedPolicies") or self.provider.get("iamManagedPolicies")
        boundary = below(settings, "permissionsBoundary") or self.provider.get("rolePermissionsBoundary")
        span = settings.span if settings is not None else self.role_key.span
        policy = _policy(self.statements(), span)
        entries = [("ManagedPolicyArns", managed), ("PermissionsBoundary", boundary), ("Policies", policy)]
        return mapping(entries, span)

    def own_policies(self, own: Map) -> Node:
        """Those that the plugin serverless-iam-roles-per-function gives to one function."""
        node = own.get("iamRoleStatements")
        statements = list(elements(node))
        inherits = own.get("iamRoleStatementsInherit")
        if isinstance(inherits, Scalar) and inherits.value is True:
            statements += self.statements()
        span = node.span if node is not None else own.span
        return sequence([mapping([("Statement", sequence(statements, span))], span)], span)


def _logical_id(name: str) -> str:
    name = name.replace("-", "Dash").replace("_", "Underscore")
    return name[:1].upper() + name[1:]


def _joined(node: Node | None) -> dict[str, tuple[Scalar, Node]]:
    """The entries of a map, or of a list of maps."""
    found: dict[str, tuple[Scalar, Node]] = {}
    for part in elements(node):
        if isinstance(part, Map):
            found.update(part.entries)
    return found


def _merged(common: Node | None, own: Node | None) -> Node | None:
    if isinstance(common, Map) and isinstance(own, Map):
        return merge(common, own)
    if own is not None and common is not None and not isinstance(common, Map):
        return Unknown(own.span)
    return own if own is not None else common


def _alone(node: Node | None) -> Node | None:
    return sequence([node], node.span) if node is not None else None


def _tracing(node: Node | None) -> Node | None:
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return scalar("Active" if node.value else "PassThrough", node.span)
    return node


def _url(node: Node | None, span: Span) -> Node | None:
    if isinstance(node, Scalar):
        return mapping([("AuthType", scalar("NONE", node.span))], node.span) if node.value is True else None
    if not isinstance(node, Map):
        return node
    guarded = text_of(node.get("authorizer")) == "aws_iam"
    auth = scalar("AWS_IAM" if guarded else "NONE", node.span)
    return mapping([("AuthType", auth), ("Cors", node.get("cors"))], node.span)


def _invoke_config(own: Map) -> Node | None:
    names = {"maximumRetryAttempts": "MaximumRetryAttempts", "maximumEventAge": "MaximumEventAgeInSeconds"}
    entries = keyed(own, names)
    ends = own.get("destinations")
    kinds = [("OnSuccess", below(ends, "onSuccess")), ("OnFailure", below(ends, "onFailure"))]
    if ends is not None:
        both = mapping(
            [
                (name, mapping([("Destination", below(end, "arn") if _has_arn(end) else end)], end.span))
                for name, end in kinds
                if end is not None
            ],
            ends.span,
        )
        entries["DestinationConfig"] = (Scalar("", "DestinationConfig", ends.span), both)
    return Map(entries, own.span, flow=True) if entries else None


def _has_arn(node: Node) -> bool:
    return isinstance(node, Map) and "arn" in node.entries


def _policy(statements: list[Node], span: Span) -> List | None:
    if not statements:
        return None
    whole = mapping([("Statement", sequence(statements, span))], span)
    return sequence([mapping([("PolicyDocument", whole)], span)], span)
