"""What functions need, have, lack and do not use, for people, for programs, and as a difference of policies."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence

from lint_rules.engine.access.least import least
from lint_rules.engine.access.names import PLACE
from lint_rules.engine.finding import Finding
from lint_rules.engine.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.access.access import FunctionAccess, RoleAccess
    from lint_rules.engine.access.grants import Grant
    from lint_rules.engine.access.needs import Need
    from lint_rules.engine.finding import Span
    from lint_rules.engine.project import Project


class Asked(NamedTuple):
    """A function that is asked about, the project that it stands in, and its role, if the project defines that."""

    project: Project
    function: FunctionAccess
    role: RoleAccess | None


def render_access(found: Sequence[Asked]) -> str:
    """One block for each function."""
    return "\n".join("\n".join(_block(*each)) + "\n" for each in found)


def _block(project: Project, one: FunctionAccess, role: RoleAccess | None) -> Iterator[str]:
    where = f" ({_at(project, one.spec.span)})" if one.spec is not None else ""
    yield f"{one.name}{where}"
    lacking = {id(need) for need in one.missing} | {id(need) for need, _ in one.elsewhere}
    rows: list[tuple[str, str, str]] = []
    for need in one.needs:
        if id(need) not in lacking:
            rows.append(("needs", _what(need), _from(project, need)))
    for need in one.missing:
        rows.append(("missing", _what(need), _from(project, need)))
    for need, grant in one.elsewhere:
        listed = ", ".join(map(shown, grant.resources))
        rows.append(("missing", f"{_what(need)}, granted on {listed} only", _from(project, need)))
    for call in one.unmapped:
        rows.append(("unknown", f"actions of {call.name}", f"{_at(project, call.span)}"))
    for excess in role.excess if role is not None else ():
        what = excess.what + (" (low confidence)" if excess.confidence == "low" else "")
        rows.append(("excess", what, _at(project, excess.grant.span)))
    width = min(max((len(what) for _, what, _ in rows), default=0), 72)
    for label, what, place in rows:
        yield f"  {label:<8}{what:<{width}}  {place}".rstrip()
    if one.unknown:
        yield f"  not judged: {one.unknown}"
    elif not rows:
        yield "  calls nothing of AWS"


def _what(need: Need) -> str:
    return need.action if need.resource == "*" else f"{need.action} on {shown(need.resource)}"


def _from(project: Project, need: Need) -> str:
    return _at(project, need.call.span) + ("" if need.sure else "  (low confidence)")


def shown(resource: str) -> str:
    """A resource as people read it."""
    text = resource.replace(PLACE.region, "*").replace(PLACE.account, "*")
    if "${" in text and text != "${}":
        text = text.split(":", 5)[-1].replace("${", "").replace("}", "")
        return text.removeprefix("table/").removeprefix("stateMachine:").removeprefix("function:")
    return text.replace("${}", "?")


def _at(project: Project, span: Span) -> str:
    span = project.placed(Finding("", span)).span  # Code may stand inside a template.
    found = project.documents[span.path]
    place = found.locate(span.start)
    return f"{span.path}:{place.row}" + (f" (cell {place.cell})" if place.cell else "")


def render_access_json(found: Sequence[Asked]) -> str:
    """A list of functions."""
    return json.dumps([_row(*each) for each in found], indent=2) + "\n"


def _row(project: Project, one: FunctionAccess, role: RoleAccess | None) -> dict[str, Any]:
    return {
        "function": one.name,
        "template": one.spec.template.name if one.spec is not None else None,
        "role": role.role.logical_id if role is not None else None,
        "calls": [
            {
                "call": call.name,
                "via": call.via,
                "confidence": call.confidence,
                "own_credentials": call.own,
                "at": _at(project, call.span),
            }
            for call in (one.use.calls if one.use is not None else ())
        ],
        "needs": [_need(project, need) for need in one.needs],
        "granted": [_grant(project, grant) for grant in (role.grants.statements if role is not None else ())],
        "missing": [_need(project, need) for need in one.missing],
        "elsewhere": [
            {
                **_need(project, need),
                "granted_on": list(grant.resources),
                "granted_at": _at(project, grant.span),
            }
            for need, grant in one.elsewhere
        ],
        "excess": [
            {"what": each.what, "confidence": each.confidence, "at": _at(project, each.grant.span)}
            for each in (role.excess if role is not None else ())
        ],
        "not_judged": one.unknown or None,
    }


def _need(project: Project, need: Need) -> dict[str, Any]:
    return {
        "action": need.action,
        "resource": need.resource,
        "call": need.call.name,
        "at": _at(project, need.call.span),
        "confidence": "high" if need.sure else "low",
    }


def _grant(project: Project, grant: Grant) -> dict[str, Any]:
    return {
        "effect": "Allow" if grant.allows else "Deny",
        "not_actions" if grant.inverted else "actions": list(grant.actions.texts),
        "resources": list(grant.resources or grant.not_resources),
        "from": grant.origin,
        "policy": grant.name,
        "at": _at(project, grant.span),
    }


def render_access_diff(found: Sequence[Asked]) -> str:
    """What is granted by the template's own policies against what is needed, by role."""
    out: list[str] = []
    done: set[int] = set()
    for _, _, role in found:
        if role is None or id(role) in done or role.grants.open:
            continue
        done.add(id(role))
        before = [
            line
            for grant in role.grants.statements
            if grant.origin in ("inline", "template") and grant.allows
            for line in _lines(grant.actions.texts, grant.resources)
        ]
        after = [
            line
            for part in least(role.functions, role.template, whole=False)
            for line in _lines(part.actions, part.resources)
        ]
        name = f"{role.template.name} {role.role.logical_id}"
        changed = difflib.unified_diff(
            sorted(set(before)), sorted(set(after)), f"{name} granted", f"{name} needed", n=0, lineterm=""
        )
        out += [line for line in changed if not line.startswith("@@")]
    return "\n".join(out) + "\n" if out else ""


def _lines(actions: Sequence[str], resources: Sequence[str]) -> Iterator[str]:
    for action in actions:
        for resource in resources or ("*",):
            yield f"{action} on {shown(resource)}"
