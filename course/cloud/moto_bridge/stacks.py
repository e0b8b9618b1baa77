"""Stacks of moto's CloudFormation make their Lambda resources in this cloud, and are rolled back when one is refused.

moto makes a stack while it is asked for, so a refusal shows in the stack's status and events as on AWS, not in the
answer. What was made by then is deleted, or, in an update, changed back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course.cloud.moto_bridge import plain_yaml, stack_updates, transform
from course.cloud.moto_bridge.patches import Current, Function, patch
from course.cloud.moto_bridge.stack_kinds import KINDS
from course.cloud.moto_bridge.stack_resources import LambdaApi, Refused, Type

current: Current[LambdaApi] = Current()
PARSING = "moto.cloudformation.parsing"
MODELS = "moto.cloudformation.models"
assert plain_yaml.MODULES  # its stand-ins are declared
assert transform.NAME  # its patches are declared
assert stack_updates.PARSING  # as here


@patch(PARSING, "resource_class_from_type", "ca766bc34c19")
def _class_from_type(original: Function) -> Function:
    def resource_class_from_type(resource_type: str) -> Any:
        if resource_type in KINDS and current.it is not None:
            return Type(resource_type, KINDS[resource_type], current.it)
        return original(resource_type)

    return resource_class_from_type


@patch(PARSING, "resource_name_property_from_type", "e67cac2719ab")
def _name_property(original: Function) -> Function:
    def resource_name_property_from_type(resource_type: str) -> Any:
        if resource_type == "AWS::Lambda::LayerVersion":
            return "LayerName"
        return KINDS[resource_type].named if resource_type in KINDS else original(resource_type)

    return resource_name_property_from_type


@patch(MODELS, "CloudFormationBackend.create_stack", "dcb835c34772")
def _create(original: Function) -> Function:
    def create_stack(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, name, *args, **kwargs)
        except Refused as refused:  # an output that is exported is looked at before the resources are made
            stack = next(stack for stack in self.stacks.values() if stack.name == name)
            _undo_creation(stack, refused)
            return stack

    return create_stack


@patch(MODELS, "Stack.create_resources", "a5f30450448a")
def _create_resources(original: Function) -> Function:
    def create_resources(self: Any) -> None:
        try:
            original(self)
        except Refused as refused:
            _undo_creation(self, refused)

    return create_resources


@patch(MODELS, "Stack.update", "fd488c7f43d4")
def _update(original: Function) -> Function:
    def update(self: Any, *args: Any, **kwargs: Any) -> None:
        _or_undo(self, lambda: original(self, *args, **kwargs))

    return update


@patch(MODELS, "CloudFormationBackend.execute_change_set", "1090cb5b81ab")
def _execute(original: Function) -> Function:
    def execute_change_set(self: Any, change_set_name: str, stack_name: str | None = None) -> None:
        sets = self.change_sets
        found = sets.get(change_set_name) or next(
            (one for one in sets.values() if one.change_set_name == change_set_name), None
        )
        if found is None:
            original(self, change_set_name, stack_name)
            return
        stack, creating = self.stacks[found.stack_id], found.change_set_type == "CREATE"

        def execute() -> None:
            original(self, change_set_name, stack_name)
            # moto leaves the stack with the outputs that it had.
            stack._parse_template()
            stack.parameters = found.parameters or stack.parameters
            stack.output_map = stack._create_output_map()

        if not _or_undo(stack, execute, creating=creating):
            found.execution_status = "EXECUTE_FAILED"

    return execute_change_set


@patch(MODELS, "Stack.delete", "bf0c199611d2")
def _delete(original: Function) -> Function:
    def delete(self: Any) -> None:
        try:
            original(self)
        except Refused as refused:
            _tell(self, refused, "DELETE_FAILED")
            _say(self, "DELETE_FAILED", f"The following resource(s) failed to delete: [{refused.logical}]. ")

    return delete


def _or_undo(stack: Any, change: Callable[[], None], *, creating: bool = False) -> bool:
    """Change a stack, or leave it as it was; whether it was changed."""
    before = stack.template, stack.template_dict, stack.parameters
    try:
        change()
    except Refused as refused:
        if creating:
            _undo_creation(stack, refused)
        else:
            _undo_update(stack, refused, *before)
        return False
    return True


def _undo_creation(stack: Any, refused: Refused) -> None:
    _tell(stack, refused, "CREATE_FAILED")
    _say(
        stack,
        "ROLLBACK_IN_PROGRESS",
        f"The following resource(s) failed to create: [{refused.logical}]. Rollback requested by user.",
    )
    stack.resource_map.delete()
    # What is not there any more is not made again by somebody who looks at the outputs.
    stack.resource_map._resource_json_map = {}
    stack.template_dict = {**stack.template_dict, "Outputs": {}}
    stack.output_map = stack._create_output_map()
    _say(stack, "ROLLBACK_COMPLETE")


def _undo_update(stack: Any, refused: Refused, template: Any, described: Any, parameters: Any) -> None:
    _tell(stack, refused, "UPDATE_FAILED")
    _say(
        stack,
        "UPDATE_ROLLBACK_IN_PROGRESS",
        f"The following resource(s) failed to update: [{refused.logical}]. ",
    )
    stack.template, stack.template_dict, stack.parameters = template, described, parameters
    there = stack.resource_map
    there._resource_json_map = {
        name: one for name, one in there._resource_json_map.items() if name in there._parsed_resources
    }
    try:
        there.update(described, parameters)
    except Refused as again:
        _tell(stack, again, "UPDATE_FAILED")
        _say(stack, "UPDATE_ROLLBACK_FAILED", str(again))
        return
    stack.output_map = stack._create_output_map()
    _say(stack, "UPDATE_ROLLBACK_COMPLETE")


def _say(stack: Any, status: str, reason: str | None = None) -> None:
    stack.status = status
    stack._add_stack_event(status, resource_status_reason=reason)


def _tell(stack: Any, refused: Refused, status: str) -> None:
    from moto.cloudformation.models import Event

    stack.events.append(
        Event(
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_resource_id=refused.logical,
            physical_resource_id="",
            resource_type=refused.kind,
            resource_status=status,
            resource_status_reason=str(refused),
            resource_properties=None,
        )
    )
