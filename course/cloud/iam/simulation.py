"""One row of IAM's policy simulator: what evaluation comes to, and the statements that decide it.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import lint_rules

if TYPE_CHECKING:
    from lint_rules import AccessRequest, PolicySet

_WORDS = {"allow": "allowed", "explicit deny": "explicitDeny", "implicit deny": "implicitDeny"}
_TYPES = {"resource": "Resource Policy", "boundary": "Permissions Boundary Policy"}
_STATEMENTS = re.compile(r'"Statement"\s*:\s*(\[)?\s*')
_BETWEEN = re.compile(r"\s*,?\s*")


def simulated(
    request: AccessRequest, policies: PolicySet, texts: Mapping[str, str], missing: tuple[str, ...]
) -> dict[str, Any]:
    """An EvaluationResult. `texts` are the documents by the policies' names, which are their ids in the answer;
    `missing` the condition keys that nobody gave."""
    decision = lint_rules.evaluate(request, policies)
    word = _WORDS[decision.reason]
    matched = [
        _statement(reading.policy.kind, reading.policy.name, reading.statement.position, texts)
        for reading in lint_rules.explain(request, policies)
        if not reading.obstacle and word != "implicitDeny" and reading.statement.allows == decision.allowed
    ]
    made: dict[str, Any] = {
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": word,
        "MatchedStatements": matched,
        "MissingContextValues": list(missing),
    }
    specific: dict[str, Any] = {
        "EvalResourceName": request.resource,
        "EvalResourceDecision": word,
        "MatchedStatements": matched,
        "MissingContextValues": list(missing),
    }
    if policies.boundary is not None:
        within = lint_rules.evaluate(
            request, lint_rules.PolicySet((policies.boundary._replace(kind="identity"),))
        ).allowed
        detail = {"AllowedByPermissionsBoundary": within}
        made["PermissionsBoundaryDecisionDetail"] = specific["PermissionsBoundaryDecisionDetail"] = detail
    if request.resource != "*":
        made["ResourceSpecificResults"] = [specific]
    return made


def _statement(kind: str, name: str, position: int, texts: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"SourcePolicyId": name, "SourcePolicyType": _TYPES.get(kind, "IAM Policy")}
    text = texts.get(name, "")
    spans = statement_spans(text)
    if position < len(spans):
        start, end = spans[position]
        made |= {"StartPosition": _place(text, start), "EndPosition": _place(text, end)}
    return made


def statement_spans(document: str) -> list[tuple[int, int]]:
    """Where each statement of a document begins and ends, as offsets; nothing for what cannot be read."""
    found = _STATEMENTS.search(document)
    if found is None:
        return []
    decoder, spans, at = json.JSONDecoder(), [], found.end()
    while at < len(document) and document[at] == "{":
        try:
            _, end = decoder.raw_decode(document, at)
        except ValueError:
            return []
        spans.append((at, end))
        if not found[1]:
            break
        between = _BETWEEN.match(document, end)
        at = between.end() if between else len(document)
    return spans


def _place(text: str, offset: int) -> dict[str, int]:
    """Lines and columns count from 1."""
    return {"Line": text.count("\n", 0, offset) + 1, "Column": offset - text.rfind("\n", 0, offset)}
