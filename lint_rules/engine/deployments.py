"""A function of a template together with the code that it runs, and what a rule may ask of the two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lint_rules.engine.analysis.waits import Wait, waits
from lint_rules.engine.handlers import referenced

if TYPE_CHECKING:
    from lint_rules.engine.analysis.aws_use import AwsUse
    from lint_rules.engine.analysis.facts import Scope
    from lint_rules.engine.finding import Span
    from lint_rules.engine.handlers import Handler
    from lint_rules.engine.project import Project
    from lint_rules.engine.templates.model import FunctionSpec, Template


class Deployment:
    """One function. `handler` is None where its code is not here."""

    def __init__(
        self, spec: FunctionSpec, template: Template, handler: Handler | None, project: Project
    ) -> None:
        self.spec = spec
        self.template = template
        self.handler = handler
        self.project = project

    @property
    def name(self) -> str:
        """Its logical id."""
        return self.spec.logical_id

    @property
    def use(self) -> AwsUse | None:
        """What its code does with AWS."""
        return self.handler.aws if self.handler else None

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The functions and modules of the project that may run."""
        return self.use.scopes if self.use else ()

    def waits(self) -> Iterator[Wait]:
        """Calls of HTTP libraries."""
        yield from waits(self.scopes)

    def first_wait(self) -> Span | None:
        """A call that waits for another machine, if there is one."""
        calls = [call.span for call in self.use.calls if call.confidence == "high"] if self.use else []
        return next(iter([*calls, *(wait.span for wait in self.waits())]), None)


def deployments_of(project: Project) -> list[Deployment]:
    """The functions of a project's templates."""
    handlers: dict[object, Handler] = {handler.node: handler for handler in project.handlers}
    codebase = project.handlers[0].codebase if project.handlers else None
    made: list[Deployment] = []
    for template in project.templates:
        for spec in template.functions:
            found = (
                next((scope for _, scope in referenced(codebase, template, spec)), None) if codebase else None
            )
            handler = handlers.get(found.node) if found is not None else None
            made.append(Deployment(spec, template, handler, project))
    return made
