"""The transform AWS::Serverless-2016-10-31 of a stack's template, by AWS's own translator, which comes with moto."""

from __future__ import annotations

import copy
import json
from functools import cache
from types import SimpleNamespace
from typing import Any

from course.cloud.moto_bridge.patches import Function, patch

NAME = "AWS::Serverless-2016-10-31"
MODELS = "moto.cloudformation.models"


@patch(MODELS, "Stack._parse_template", "ad65dbca9b02")
def _parse_stack(original: Function) -> Function:
    return _expanding(original)


@patch(MODELS, "ChangeSet._parse_template", "332663244e42")
def _parse_change_set(original: Function) -> Function:
    return _expanding(original)


@patch(MODELS, "Stack.has_template", "92ddfbc6eeb0")
def _has_template(original: Function) -> Function:
    def has_template(self: Any, other: str) -> bool:
        self._parse_template()
        found = expand(self.parse_template(other), self.parameters, self.stack_id.split(":")[3])
        return bool(self.template_dict == found)

    return has_template


def _expanding(original: Function) -> Function:
    def parse(self: Any) -> None:
        original(self)
        region = self.stack_id.split(":")[3]
        self.template_dict = expand(self.template_dict, getattr(self, "parameters", None) or {}, region)

    return parse


def expand(template: Any, parameters: dict[str, Any], region: str) -> Any:
    """The template with plain resources for serverless ones. Raises moto's ValidationError with SAM's complaint."""
    named = template.get("Transform") if isinstance(template, dict) else None
    if NAME not in (named if isinstance(named, list) else [named]):
        return template
    from moto.cloudformation.exceptions import ValidationError
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import (
        to_py27_compatible_template,
        undo_mark_unicode_str_in_template,
    )

    given = copy.deepcopy(template)
    to_py27_compatible_template(given, parameters)
    translator = Translator(None, Parser(), boto_session=SimpleNamespace(region_name=region))
    try:
        made = translator.translate(given, dict(parameters), get_managed_policy_map=_policies)
    except InvalidDocumentException as error:
        causes = " ".join(cause.message for cause in error.causes)
        raise ValidationError(message=f"Transform {NAME} failed with: {error.message} {causes}") from None
    finally:
        translator.metrics.publish()  # to nobody; it would complain later otherwise
    plain = undo_mark_unicode_str_in_template(made)
    plain.pop("Transform", None)
    return plain


@cache
def _policies() -> dict[str, str]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    known = json.loads(aws_managed_policies_data)
    return {name: f"arn:aws:iam::aws:policy{policy['Path']}{name}" for name, policy in known.items()}
