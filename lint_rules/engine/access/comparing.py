"""What the functions of templates need, held against what their roles grant."""

from __future__ import annotations

from lint_rules.engine.access.access import Access, FunctionAccess, RoleAccess
from lint_rules.engine.access.excess import excess_of
from lint_rules.engine.access.grants import Grant, Grants, grants_of
from lint_rules.engine.access.matching import holds
from lint_rules.engine.access.needs import Need, needs_of, unmapped
from lint_rules.engine.access.sharing import from_resources
from lint_rules.engine.analysis.aws_use import aws_use
from lint_rules.engine.handlers import Handler, referenced
from lint_rules.engine.templates.nouns.role import Role
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_rules.engine.analysis.codebase import Codebase
    from lint_rules.engine.templates.model import FunctionSpec, Template


def compared(codebase: Codebase, templates: Sequence[Template]) -> Access:
    """The functions and roles of templates."""
    functions: list[FunctionAccess] = []
    roles: list[RoleAccess] = []
    for template in templates:
        owners = {name: role for role in template.all(Role) for name in role.functions}
        granted: dict[str, Grants] = {}
        made: dict[str, list[FunctionAccess]] = {}
        for spec in template.functions:
            role = owners.get(spec.logical_id)
            if role is not None and role.logical_id not in granted:
                granted[role.logical_id] = grants_of(role, template)
            grants = granted[role.logical_id] if role is not None else None
            found = _function(codebase, template, spec, role, grants)
            functions.append(found)
            if role is not None:
                made.setdefault(role.logical_id, []).append(found)
        for role in template.all(Role):
            having = tuple(made.get(role.logical_id, ()))
            if having:
                grants = granted[role.logical_id]
                uses = [
                    (one.spec, one.use, one.needs)
                    for one in having
                    if one.use and one.spec and not one.unmapped
                ]
                complete = len(uses) == len(having)
                excess = tuple(excess_of(role, template, grants, uses)) if complete else ()
                roles.append(RoleAccess(role, template, grants, having, excess))
    return Access(tuple(functions), tuple(roles))


def _function(
    codebase: Codebase, template: Template, spec: FunctionSpec, role: Role | None, grants: Grants | None
) -> FunctionAccess:
    scope = next((scope for _, scope in referenced(codebase, template, spec)), None)
    if scope is None:
        return FunctionAccess(spec.logical_id, spec, None, None, (), (), (), (), "its code is not here")
    use = aws_use(codebase, scope)
    needs = tuple(needs_of(use, spec))
    unknown = "its role is not in the template" if grants is None else grants.open
    missing: list[Need] = []
    elsewhere: list[tuple[Need, Grant]] = []
    if grants is not None and role is not None and not grants.open:
        for need in needs:
            lack = _lack(need, grants, role, template)
            if isinstance(lack, Grant):
                elsewhere.append((need, lack))
            elif lack:
                missing.append(need)
    return FunctionAccess(
        spec.logical_id,
        spec,
        scope,
        use,
        needs,
        tuple(unmapped(use)),
        tuple(missing),
        tuple(elsewhere),
        unknown,
    )


def _lack(need: Need, grants: Grants, role: Role, template: Template) -> Grant | bool:
    """Whether nothing grants a need; or the statement that grants it, but elsewhere."""
    allowing = grants.allowing(need.action)
    for grant in allowing:
        if not grant.resources or any(
            holds(each, need.resource, template) is not False for each in grant.resources
        ):
            return False
    if from_resources(need.action, role, template):
        return False
    return allowing[0] if allowing else True


def alone(handler: Handler) -> FunctionAccess:
    """A handler that no template names, which has no role."""
    use = handler.aws
    needs = tuple(needs_of(use, None))
    return FunctionAccess(
        handler.name, None, handler.scope, use, needs, tuple(unmapped(use)), (), (), "no template names it"
    )
