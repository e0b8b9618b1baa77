"""A state machine of Step Functions."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class StateMachine(NamedTuple):
    """`definition` is a map where the template holds it as one, else its text; `file` the file that holds it.
    `type` is "STANDARD" (also when absent) or "EXPRESS"."""

    logical_id: str
    name: Value
    type: Value
    definition: Value
    file: Value
    role: Value
    logging: Value
    tracing: Value
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[StateMachine]:
        """The state machines that the template makes."""
        for found in template.of("AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"):
            yield cls(
                logical_id=found.logical_id,
                name=found.first("StateMachineName", "Name"),
                type=found.first("StateMachineType", "Type"),
                definition=found.first("Definition", "DefinitionString"),
                file=found.first("DefinitionUri", "DefinitionS3Location"),
                role=found.first("Role", "RoleArn"),
                logging=found.chosen("Logging" if "Serverless" in found.kind else "LoggingConfiguration"),
                tracing=found.first("TracingConfiguration.Enabled", "Tracing.Enabled"),
                resource=found,
            )
