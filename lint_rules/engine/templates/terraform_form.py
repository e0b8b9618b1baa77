"""Terraform's resources in CloudFormation's form. Resources that only add to another one (a target of a rule, a
notification of a bucket, a policy attached to a role) become properties of that other one."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.templates.shaping import (
    below,
    document,
    elements,
    mapping,
    put,
    resource,
    scalar,
    sequence,
)
from lint_rules.engine.templates.terraform_expressions import names_in
from lint_rules.engine.templates.terraform_module import Found, Module
from lint_rules.engine.templates.terraform_resources import RESOURCES, pairs

_TABLES = {kind: (made, pairs(table)) for kind, (made, table) in RESOURCES.items()}


def cloudformation_form(module: Module, span: Span) -> Map:
    """The module, and the local ones it calls, as one template."""
    form = _Form(module)
    late: list[Found] = []
    for found in module.resources(_TABLES.keys() | _ADDING.keys()):
        if found.kind in _TABLES:
            form.add(found)
        else:
            late.append(found)
    for found in late:
        _ADDING[found.kind](form, found)
    return document(form.made, span)


class _Form:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.made: dict[str, tuple[Scalar, Node]] = {}

    def add(self, found: Found) -> None:
        kind, table = _TABLES[found.kind]
        properties = Map({}, found.body.span, flow=True)
        for old, new in table:
            value = below(found.body, *old)
            if value is not None:
                key = found.body.entries[old[0]][0] if old[0] in found.body.entries else found.key
                put(properties, new, key, value)
        special = _SPECIAL.get(found.kind)
        if special is not None:
            special(self, found, properties)
        self.made[found.key.text] = resource(kind, properties, found.key)

    def named(self, node: Node | None, kind: str) -> Map | None:
        """The properties of the resource of a type that a value refers to."""
        for name in names_in(node) if node is not None else ():
            entry = self.made.get(name)
            if entry is not None and below(entry[1], "Type") is not None:
                written, properties = below(entry[1], "Type"), below(entry[1], "Properties")
                if isinstance(written, Scalar) and written.text == kind and isinstance(properties, Map):
                    return properties
        return None

    def alone(self, found: Found, kind: str, properties: Map) -> None:
        """A resource of its own, because the one it adds to stands elsewhere."""
        self.made[found.key.text] = resource(kind, properties, found.key)


def _append(into: Map, path: tuple[str, ...], value: Node) -> None:
    held = below(into, *path)
    if isinstance(held, List):
        held.items.append(value)
    elif held is None:
        put(into, path, Scalar("", "", value.span), List([value], value.span, flow=True))


def _function(form: _Form, found: Found, properties: Map) -> None:
    """Where the archive is made here, the code is what goes into it."""
    name = found.body.get("filename")
    if name is None:
        return
    body: Map | None = None
    for address in names_in(name):
        body = body or form.module.data_body("archive_file", address)
    if body is None and isinstance(name, Scalar):
        paths = [(archive, archive.get("output_path")) for archive in form.module.archives()]
        body = next(
            (archive for archive, at in paths if isinstance(at, Scalar) and at.text == name.text), None
        )
    folder, file = below(body, "source_dir"), below(body, "source_file")
    code: Node = Unknown(name.span)
    if isinstance(folder, Scalar):
        code = scalar(posixpath.normpath(folder.text), name.span)
    elif isinstance(file, Scalar):
        code = scalar(posixpath.dirname(posixpath.normpath(file.text)) or ".", name.span)
    properties.entries["Code"] = (Scalar("Code", "Code", name.span), code)


def _table(form: _Form, found: Found, properties: Map) -> None:
    keys = [("HASH", found.body.get("hash_key")), ("RANGE", found.body.get("range_key"))]
    schema = [
        mapping([("AttributeName", node), ("KeyType", scalar(role, node.span))], node.span)
        for role, node in keys
        if node is not None
    ]
    if schema:
        put(properties, ("KeySchema",), found.key, sequence(schema, schema[0].span))


def _alarm(form: _Form, found: Found, properties: Map) -> None:
    dimensions = found.body.get("dimensions")
    if isinstance(dimensions, Map):
        items = [
            mapping([("Name", scalar(key.text, key.span)), ("Value", value)], key.span)
            for key, value in dimensions.items()
        ]
        put(properties, ("Dimensions",), found.key, sequence(items, dimensions.span))


def _source(form: _Form, found: Found, properties: Map) -> None:
    filters = below(properties, "FilterCriteria", "Filters")
    if isinstance(filters, Map | List):
        items = [mapping([("Pattern", below(item, "pattern"))], item.span) for item in elements(filters)]
        put(properties, ("FilterCriteria", "Filters"), found.key, sequence(items, filters.span))


def _role(form: _Form, found: Found, properties: Map) -> None:
    inline = found.body.get("inline_policy")
    if isinstance(inline, Map | List):
        items = [
            mapping(
                [("PolicyName", below(item, "name")), ("PolicyDocument", below(item, "policy"))], item.span
            )
            for item in elements(inline)
        ]
        put(properties, ("Policies",), found.key, sequence(items, inline.span))


def _bucket(form: _Form, found: Found, properties: Map) -> None:
    enabled = below(found.body, "versioning", "enabled")
    if isinstance(enabled, Scalar):
        status = scalar("Enabled" if enabled.value is True else "Suspended", enabled.span)
        put(properties, ("VersioningConfiguration",), found.key, mapping([("Status", status)], enabled.span))


_SPECIAL: dict[str, Callable[[_Form, Found, Map], None]] = {
    "aws_lambda_function": _function,
    "aws_dynamodb_table": _table,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_lambda_event_source_mapping": _source,
    "aws_iam_role": _role,
    "aws_s3_bucket": _bucket,
}


def _attachment(form: _Form, found: Found) -> None:
    policy = found.body.get("policy_arn")
    for name in ("role", "roles"):
        for role in elements(found.body.get(name)):
            into = form.named(role, "AWS::IAM::Role")
            if into is not None and policy is not None:
                _append(into, ("ManagedPolicyArns",), policy)


def _redrive(form: _Form, found: Found) -> None:
    queue, policy = (
        form.named(found.body.get("queue_url"), "AWS::SQS::Queue"),
        found.body.get("redrive_policy"),
    )
    if queue is not None and policy is not None:
        put(queue, ("RedrivePolicy",), found.key, policy)


def _target(form: _Form, found: Found) -> None:
    names = {"arn": "Arn", "input": "Input", "retry_policy": "RetryPolicy"}
    entries = [(new, found.body.get(old)) for old, new in names.items()]
    queue = below(found.body, "dead_letter_config", "arn")
    if queue is not None:
        entries.append(("DeadLetterConfig", mapping([("Arn", queue)], queue.span)))
    target = mapping(entries, found.body.span)
    rule = form.named(found.body.get("rule"), "AWS::Events::Rule")
    if rule is None:
        rule = Map({}, found.body.span, flow=True)
        form.alone(found, "AWS::Events::Rule", rule)
    _append(rule, ("Targets",), target)


def _notification(form: _Form, found: Found) -> None:
    bucket = form.named(found.body.get("bucket"), "AWS::S3::Bucket")
    if bucket is None:
        bucket = Map({}, found.body.span, flow=True)
        form.alone(found, "AWS::S3::BucketNotification", bucket)
    kinds = {
        "lambda_function": ("LambdaConfigurations", "Function", "lambda_function_arn"),
        "queue": ("QueueConfigurations", "Queue", "queue_arn"),
        "topic": ("TopicConfigurations", "Topic", "topic_arn"),
    }
    for name, (group, word, argument) in kinds.items():
        for item in elements(found.body.get(name)):
            rules = [
                mapping([("Name", scalar(side, value.span)), ("Value", value)], value.span)
                for side in ("prefix", "suffix")
                if (value := below(item, f"filter_{side}")) is not None and isinstance(item, Map)
            ]
            where = mapping([("Rules", sequence(rules, item.span))], item.span) if rules else None
            narrowed = mapping([("S3Key", where)], item.span) if where is not None else None
            entries = [(word, below(item, argument)), ("Event", below(item, "events")), ("Filter", narrowed)]
            path = ("NotificationConfiguration", group)
            _append(bucket, path, mapping(entries, item.span))


def _of_bucket(old: tuple[str, ...], new: tuple[str, ...]) -> Callable[[_Form, Found], None]:
    def add(form: _Form, found: Found) -> None:
        bucket = form.named(found.body.get("bucket"), "AWS::S3::Bucket")
        value = below(found.body, *old) if old else found.body
        if bucket is not None and value is not None:
            put(bucket, new, found.key, value)

    return add


def _integration(form: _Form, found: Found) -> None:
    wanted = found.body.get("http_method")
    text = wanted.text if isinstance(wanted, Scalar) else None
    place = names_in(found.body)
    for key, made in form.made.values():
        if not isinstance(made, Map) or below(made, "Type") is None:
            continue
        properties = below(made, "Properties")
        method, where = below(properties, "HttpMethod"), below(properties, "ResourceId")
        if not isinstance(properties, Map) or where is None or method is None:
            continue
        same = isinstance(method, Scalar) and method.text == text
        if (same and set(names_in(where)) & set(place)) or key.text in place:
            uri = found.body.get("uri")
            put(properties, ("Integration",), found.key, mapping([("Uri", uri)], found.body.span))


_ADDING: dict[str, Callable[[_Form, Found], None]] = {
    "aws_iam_role_policy_attachment": _attachment,
    "aws_iam_policy_attachment": _attachment,
    "aws_sqs_queue_redrive_policy": _redrive,
    "aws_cloudwatch_event_target": _target,
    "aws_s3_bucket_notification": _notification,
    "aws_s3_bucket_versioning": _of_bucket(
        ("versioning_configuration", "status"), ("VersioningConfiguration", "Status")
    ),
    "aws_s3_bucket_server_side_encryption_configuration": _of_bucket(
        ("rule",), ("BucketEncryption", "ServerSideEncryptionConfiguration")
    ),
    "aws_s3_bucket_public_access_block": _of_bucket((), ("PublicAccessBlockConfiguration",)),
    "aws_api_gateway_integration": _integration,
}
