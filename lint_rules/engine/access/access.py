"""Functions and roles of a project: what their code needs, what they are granted, and the difference.

Unknown means silent: a role that is not in the template, or of which a part cannot be read, lacks nothing as far as is
known; a role that others have too, or code that cannot be seen whole, has nothing too much.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_rules.engine.access.excess import Excess, excess_of
from lint_rules.engine.access.grants import Grant, Grants, grants_of
from lint_rules.engine.access.matching import holds
from lint_rules.engine.access.needs import Need, needs_of, unmapped
from lint_rules.engine.access.sharing import from_resources
from lint_rules.engine.analysis.aws_use import AwsUse, aws_use
from lint_rules.engine.handlers import Handler, referenced
from lint_rules.engine.templates.nouns.role import Role

if TYPE_CHECKING:
    from lint_rules.engine.analysis.aws_call import AwsCall
    from lint_rules.engine.analysis.codebase import Codebase
    from lint_rules.engine.analysis.facts import Scope
    from lint_rules.engine.project import Project
    from lint_rules.engine.templates.model import FunctionSpec, Template


class FunctionAccess(NamedTuple):
    """One function. `missing` are needs that nothing grants, `elsewhere` those granted on other resources only, each
    with a statement that does; `unmapped` calls of which the actions are not known. `unknown` says why a part of this
    could not be told, or is empty."""

    name: str
    spec: FunctionSpec | None
    scope: Scope | None
    use: AwsUse | None
    needs: tuple[Need, ...]
    unmapped: tuple[AwsCall, ...]
    missing: tuple[Need, ...]
    elsewhere: tuple[tuple[Need, Grant], ...]
    unknown: str


class RoleAccess(NamedTuple):
    """A role of a template, the functions that have it, and what it grants beyond their needs."""

    role: Role
    template: Template
    grants: Grants
    functions: tuple[FunctionAccess, ...]
    excess: tuple[Excess, ...]


class Access(NamedTuple):
    """The whole project. A function that no template names has no role."""

    functions: tuple[FunctionAccess, ...]
    roles: tuple[RoleAccess, ...]


def access_of(project: Project) -> Access:
    """What is needed and granted in a project."""
    handlers = project.handlers
    codebase = handlers[0].codebase if handlers else None
    functions: list[FunctionAccess] = []
    roles: list[RoleAccess] = []
    named: set[object] = set()
    for template in project.templates if codebase else ():
        assert codebase is not None
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
            named.add(found.scope)
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
    functions += [_alone(handler) for handler in handlers if handler.scope not in named]
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


def _alone(handler: Handler) -> FunctionAccess:
    use = handler.aws
    needs = tuple(needs_of(use, None))
    return FunctionAccess(
        handler.name, None, handler.scope, use, needs, tuple(unmapped(use)), (), (), "no template names it"
    )


def callers(access: Access) -> Iterator[FunctionAccess]:
    """The functions that call AWS or have a role."""
    for function in access.functions:
        if function.needs or function.unmapped or function.spec is not None:
            yield function
