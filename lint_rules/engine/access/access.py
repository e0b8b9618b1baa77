"""Functions and roles of a project: what their code needs, what they are granted, and the difference.

Unknown means silent: a role that is not in the template, or of which a part cannot be read, lacks nothing as far as is
known; a role that others have too, or code that cannot be seen whole, has nothing too much.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.access.excess import Excess
    from lint_rules.engine.access.grants import Grant, Grants
    from lint_rules.engine.access.needs import Need
    from lint_rules.engine.analysis.aws_call import AwsCall
    from lint_rules.engine.analysis.aws_use import AwsUse
    from lint_rules.engine.analysis.facts import Scope
    from lint_rules.engine.finding import Edit
    from lint_rules.engine.project import Project
    from lint_rules.engine.templates.model import FunctionSpec, Template
    from lint_rules.engine.templates.nouns.role import Role


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

    def edits_dropping(self, grant: Grant, actions: list[str]) -> tuple[Edit, ...]:
        """The edits that take actions out of a statement of this role alone; none if nothing would be left of it, or
        the text does not allow them safely."""
        from lint_rules.engine.templates.edits import drop_items
        from lint_rules.engine.templates.nouns.role import Role

        owners = [
            part for role in self.template.all(Role) for part in role.statements if part.span == grant.span
        ]
        if grant.origin != "inline" or len(owners) != 1 or self.role.logical_id.startswith("module."):
            return ()
        return drop_items(self.template, owners[0].actions, set(actions))


class Access(NamedTuple):
    """What templates make: the functions whose code there may be, and the roles that these have."""

    functions: tuple[FunctionAccess, ...]
    roles: tuple[RoleAccess, ...]


def access_of(project: Project) -> Access:
    """What is needed and granted in the templates of a project."""
    templates = [template for template in project.templates if template.functions]
    handlers = project.handlers if templates else ()
    if not handlers:
        return Access((), ())
    from lint_rules.engine.access.comparing import compared

    return compared(handlers[0].codebase, templates)


def callers(project: Project) -> Iterator[FunctionAccess]:
    """The functions that call AWS or have a role, those that no template names too."""
    from lint_rules.engine.access.comparing import alone

    functions = project.access.functions
    named = {function.scope for function in functions}
    unnamed = (alone(handler) for handler in project.handlers if handler.scope not in named)
    for function in (*functions, *unnamed):
        if function.needs or function.unmapped or function.spec is not None:
            yield function
