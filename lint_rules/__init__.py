"""lambdalint: a linter for AWS Lambda functions in Python and the templates that deploy them.

What this package offers by name is what rules, front ends and the course may use. The names are looked up
when they are first used, so that a command which needs few of them starts fast.
"""

from __future__ import annotations

from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.access.access import Access as Access
    from lint_rules.engine.access.fitting import fault_of_arn as fault_of_arn
    from lint_rules.engine.access.fitting import unfitting_actions as unfitting_actions
    from lint_rules.engine.access.names import said as said
    from lint_rules.engine.access.writing import policies_of as policies_of
    from lint_rules.engine.analysis.awaits import AwaitStep as AwaitStep
    from lint_rules.engine.analysis.aws_keys import aws_keys as aws_keys
    from lint_rules.engine.analysis.calls import CallSite as CallSite
    from lint_rules.engine.analysis.cell_order import names_before_their_cell as names_before_their_cell
    from lint_rules.engine.analysis.destruction import unguarded_destruction as unguarded_destruction
    from lint_rules.engine.analysis.hardcoded import hardcoded_secrets as hardcoded_secrets
    from lint_rules.engine.analysis.secrets import written_secret as written_secret
    from lint_rules.engine.analysis.state import Kept as Kept
    from lint_rules.engine.analysis.variable_writes import reserved_variables as reserved_variables
    from lint_rules.engine.config import Config as Config
    from lint_rules.engine.deployments import Deployment as Deployment
    from lint_rules.engine.errors import did_you_mean as did_you_mean
    from lint_rules.engine.feedback import messages_fed_back as messages_fed_back
    from lint_rules.engine.feedback import objects_fed_back as objects_fed_back
    from lint_rules.engine.finding import Conflict as Conflict
    from lint_rules.engine.finding import Edit as Edit
    from lint_rules.engine.finding import Finding as Finding
    from lint_rules.engine.finding import Fix as Fix
    from lint_rules.engine.finding import Related as Related
    from lint_rules.engine.finding import Safety as Safety
    from lint_rules.engine.finding import Severity as Severity
    from lint_rules.engine.finding import Span as Span
    from lint_rules.engine.fix import FixResult as FixResult
    from lint_rules.engine.fix import fix as fix
    from lint_rules.engine.handlers import Handler as Handler
    from lint_rules.engine.iam.actions import action_facts as action_facts
    from lint_rules.engine.iam.actions import matching_actions as matching_actions
    from lint_rules.engine.iam.asking import Authorization as Authorization
    from lint_rules.engine.iam.asking import Place as Place
    from lint_rules.engine.iam.calls import actions_of_call as actions_of_call
    from lint_rules.engine.iam.decision import Decision as Decision
    from lint_rules.engine.iam.evaluate import AccessRequest as AccessRequest
    from lint_rules.engine.iam.evaluate import PolicySet as PolicySet
    from lint_rules.engine.iam.evaluate import evaluate as evaluate
    from lint_rules.engine.iam.explain import condition_keys as condition_keys
    from lint_rules.engine.iam.explain import explain as explain
    from lint_rules.engine.iam.explain import missing_keys as missing_keys
    from lint_rules.engine.iam.malformed import check_policy as check_policy
    from lint_rules.engine.iam.managed import managed_policy as managed_policy
    from lint_rules.engine.iam.policy import MalformedPolicy as MalformedPolicy
    from lint_rules.engine.iam.policy import Policy as Policy
    from lint_rules.engine.iam.policy import PolicyStatement as PolicyStatement
    from lint_rules.engine.iam.policy import parse_policy as parse_policy
    from lint_rules.engine.iam.principals import Principal as Principal
    from lint_rules.engine.iam.requests import authorizations as authorizations
    from lint_rules.engine.iam.sam_policies import sam_policy as sam_policy
    from lint_rules.engine.lint import lint as lint
    from lint_rules.engine.project import Project as Project
    from lint_rules.engine.rule import RULES as RULES
    from lint_rules.engine.rule import Rule as Rule
    from lint_rules.engine.rule import load_rules as load_rules
    from lint_rules.engine.rule import rule as rule
    from lint_rules.engine.sources.module import Module as Module
    from lint_rules.engine.suppression import Suppression as Suppression
    from lint_rules.engine.templates.model import EventSource as EventSource
    from lint_rules.engine.templates.model import FunctionSpec as FunctionSpec
    from lint_rules.engine.templates.model import Statement as Statement
    from lint_rules.engine.templates.model import Template as Template
    from lint_rules.engine.templates.model import Value as Value
    from lint_rules.engine.templates.nouns.alarm import Alarm as Alarm
    from lint_rules.engine.templates.nouns.api import Api as Api
    from lint_rules.engine.templates.nouns.bucket import Bucket as Bucket
    from lint_rules.engine.templates.nouns.function_url import FunctionUrl as FunctionUrl
    from lint_rules.engine.templates.nouns.layer import Layer as Layer
    from lint_rules.engine.templates.nouns.log_group import LogGroup as LogGroup
    from lint_rules.engine.templates.nouns.permission import Permission as Permission
    from lint_rules.engine.templates.nouns.policy_document import PolicyDocument as PolicyDocument
    from lint_rules.engine.templates.nouns.queue import Queue as Queue
    from lint_rules.engine.templates.nouns.role import Role as Role
    from lint_rules.engine.templates.nouns.route import Route as Route
    from lint_rules.engine.templates.nouns.schedule import Schedule as Schedule
    from lint_rules.engine.templates.nouns.state_machine import StateMachine as StateMachine
    from lint_rules.engine.templates.nouns.table import Table as Table
    from lint_rules.engine.templates.nouns.topic import Subscription as Subscription
    from lint_rules.engine.templates.nouns.topic import Topic as Topic
    from lint_rules.engine.templates.resource import Resource as Resource
    from lint_rules.engine.templates.runtimes import oldest_python as oldest_python
    from lint_rules.engine.templates.runtimes import runtime_named as runtime_named
    from lint_rules.engine.templates.variables import written_variables as written_variables

_HOMES = {
    "Access": "access.access",
    "AccessRequest": "iam.evaluate",
    "Alarm": "templates.nouns.alarm",
    "Api": "templates.nouns.api",
    "Authorization": "iam.asking",
    "AwaitStep": "analysis.awaits",
    "Bucket": "templates.nouns.bucket",
    "CallSite": "analysis.calls",
    "Config": "config",
    "Conflict": "finding",
    "Deployment": "deployments",
    "Decision": "iam.decision",
    "Edit": "finding",
    "EventSource": "templates.model",
    "Finding": "finding",
    "Fix": "finding",
    "FixResult": "fix",
    "FunctionSpec": "templates.model",
    "FunctionUrl": "templates.nouns.function_url",
    "Handler": "handlers",
    "Kept": "analysis.state",
    "Layer": "templates.nouns.layer",
    "LogGroup": "templates.nouns.log_group",
    "MalformedPolicy": "iam.policy",
    "Module": "sources.module",
    "Permission": "templates.nouns.permission",
    "Place": "iam.asking",
    "Policy": "iam.policy",
    "PolicyDocument": "templates.nouns.policy_document",
    "PolicySet": "iam.evaluate",
    "PolicyStatement": "iam.policy",
    "Principal": "iam.principals",
    "Project": "project",
    "Queue": "templates.nouns.queue",
    "RULES": "rule",
    "Related": "finding",
    "Resource": "templates.resource",
    "Role": "templates.nouns.role",
    "Route": "templates.nouns.route",
    "Rule": "rule",
    "Safety": "finding",
    "Schedule": "templates.nouns.schedule",
    "Severity": "finding",
    "Span": "finding",
    "StateMachine": "templates.nouns.state_machine",
    "Statement": "templates.model",
    "Subscription": "templates.nouns.topic",
    "Suppression": "suppression",
    "Table": "templates.nouns.table",
    "Template": "templates.model",
    "Topic": "templates.nouns.topic",
    "Value": "templates.model",
    "action_facts": "iam.actions",
    "actions_of_call": "iam.calls",
    "aws_keys": "analysis.aws_keys",
    "authorizations": "iam.requests",
    "check_policy": "iam.malformed",
    "condition_keys": "iam.explain",
    "did_you_mean": "errors",
    "fault_of_arn": "access.fitting",
    "policies_of": "access.writing",
    "said": "access.names",
    "unfitting_actions": "access.fitting",
    "unguarded_destruction": "analysis.destruction",
    "evaluate": "iam.evaluate",
    "explain": "iam.explain",
    "fix": "fix",
    "hardcoded_secrets": "analysis.hardcoded",
    "lint": "lint",
    "load_rules": "rule",
    "managed_policy": "iam.managed",
    "matching_actions": "iam.actions",
    "messages_fed_back": "feedback",
    "missing_keys": "iam.explain",
    "objects_fed_back": "feedback",
    "names_before_their_cell": "analysis.cell_order",
    "oldest_python": "templates.runtimes",
    "parse_policy": "iam.policy",
    "reserved_variables": "analysis.variable_writes",
    "rule": "rule",
    "runtime_named": "templates.runtimes",
    "sam_policy": "iam.sam_policies",
    "written_secret": "analysis.secrets",
    "written_variables": "templates.variables",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"lint_rules.engine.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
