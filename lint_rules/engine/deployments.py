"""A function of a template together with the code that it runs, and what a rule may ask of the two."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator

from lint_rules.engine import analysis
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import facts_of
from lint_rules.engine.near import is_near
from lint_rules.engine.sources.node import Map
from lint_rules.engine.templates.handed import handed
from lint_rules.engine.templates.nouns.route import Route
from lint_rules.engine.templates.senders import senders
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.aws_call import AwsCall
    from lint_rules.engine.analysis.aws_use import AwsUse
    from lint_rules.engine.analysis.claimed_sources import Claim
    from lint_rules.engine.analysis.env_reads import Environment, EnvRead
    from lint_rules.engine.analysis.event_paths import EventRead
    from lint_rules.engine.analysis.facts import Scope
    from lint_rules.engine.analysis.route_parameters import WrongParameter
    from lint_rules.engine.analysis.targets import Missing, WrongTarget
    from lint_rules.engine.analysis.versions import Gone, Newer
    from lint_rules.engine.analysis.waits import Wait
    from lint_rules.engine.finding import Span
    from lint_rules.engine.handlers import Handler
    from lint_rules.engine.project import Project
    from lint_rules.engine.sources.module import Module
    from lint_rules.engine.templates.model import AnyNoun, FunctionSpec, Template, Value


class Deployment:
    """One function. `handler` is None where its code is not here."""

    def __init__(
        self,
        spec: FunctionSpec,
        template: Template,
        handler: Handler | None,
        project: Project,
        codebase: Codebase,
    ) -> None:
        self.spec = spec
        self.template = template
        self.handler = handler
        self.project = project
        self.codebase = codebase
        self._environment: Environment | None = None

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

    @property
    def is_shared(self) -> bool:
        """Whether other functions of templates run a part of its code."""
        own = {scope.facts.module for scope in self.scopes}
        others = (scope for other in self.project.deployments if other is not self for scope in other.scopes)
        return any(scope.facts.module in own for scope in others)

    def times_read(self, name: str) -> int:
        """How often its code reads an environment variable."""
        return sum(read.name == name for read in self.environment.reads)

    @property
    def environment(self) -> Environment:
        """The environment variables that its code reads."""
        if self._environment is None:
            self._environment = analysis.env_reads.environment_of(self.scopes)
        return self._environment

    @property
    def declared(self) -> dict[str, Value] | None:
        """The environment variables that the template gives it, by name; None where they are not all known."""
        found = self.spec.environment
        if found.absent:
            return {}
        return found.value if isinstance(found.value, dict) and "Fn::Transform" not in found.value else None

    @property
    def lacking(self) -> list[EnvRead]:
        """Reads of variables that nobody gives it, each name once; those that end the invocation come first."""
        declared, found = self.declared, self.environment
        text = self.use.text if self.use else ""
        if declared is None or found.open or any(word in text for word in analysis.env_reads.GIVING):
            return []
        tolerated = {read.name for read in found.reads if not read.needed}
        missing = [read for read in found.reads if read.name not in declared]
        handler = self.handler if missing else None
        others = self.project.deployments if handler is not None else ()
        alike = [each for each in others if each.handler is handler and each.template is not self.template]
        known = {*declared, *found.written, *(name for each in alike for name in each.declared or ())}
        reads = [
            read._replace(needed=read.needed and read.name not in tolerated)
            for read in missing
            if read.name not in known and not analysis.env_reads.is_given(read.name)
        ]
        first: dict[str, EnvRead] = {}
        for read in sorted(reads, key=lambda read: not read.needed):
            first.setdefault(read.name, read)
        return list(first.values())

    def near_miss(self, read: EnvRead) -> tuple[str, Value] | None:
        """The one variable that the template gives it, that no code reads, and that was meant by a read."""
        known = {each.name for each in self.environment.reads}
        text = self.use.text if self.use else ""
        near = [
            (name, value)
            for name, value in (self.declared or {}).items()
            if name not in known and name not in text and is_near(name, read.name)
        ]
        return near[0] if len(near) == 1 else None

    @property
    def missing_target(self) -> Missing | None:
        """What lacks for its `Handler` to be found; None where nothing does, or it is not certain."""
        folder = self._code_folder if self.handler is None else None
        handler = self.spec.handler.value
        return analysis.targets.missing_target(self.codebase, folder, handler) if folder is not None else None

    @property
    def wrong_target(self) -> WrongTarget | None:
        """What its `Handler` names that is no function of an event and a context; None where it is one, or may be."""
        wrapped = "AWS_LAMBDA_EXEC_WRAPPER" in (self.declared or {})
        folder = self._code_folder if self.handler is None and not wrapped else None
        handler = self.spec.handler.value
        return analysis.targets.wrong_target(self.codebase, folder, handler) if folder is not None else None

    @property
    def _code_folder(self) -> str | None:
        """Where all of its code surely is; None where a build, a layer or a wrapper may change what Lambda calls."""
        spec, code = self.spec, self.spec.code_uri
        is_python = str(spec.runtime.value).startswith("python")
        if not isinstance(spec.handler.value, str) or not is_python or not spec.inline_code.absent:
            return None
        local = code.absent or (isinstance(code.value, str) and "://" not in code.value)
        built = spec.resource.node is not None and spec.resource.node.get("Metadata") is not None
        if not local or built or not spec.value("Layers").absent or self.template.kind == "cdk":
            return None
        return posixpath.join(posixpath.dirname(self.template.name), code.value or "")

    def alien_read(self) -> tuple[EventRead, str] | None:
        """A read that fails with every event that it gets, and the kind of events that has what is read; None where
        that is not certain."""
        kinds = senders(self.spec) if self.handler is not None else frozenset()
        event = self.handler.event if self.handler is not None and kinds else None
        if event is None or event.kinds & kinds or not event.kinds:
            return None
        kind_of = analysis.event_shapes.kind_of
        found = [(read, kind) for read in event.reads if read.needed and (kind := kind_of(read))]
        return found[0] if found and not event.tests(found[0][0].path) else None

    def wrong_path_parameters(self) -> Iterator[WrongParameter]:
        """The reads of parameters that none of the paths has by which requests come to its code."""
        handler = self.handler
        routes = [route for spec in handler.specs for route in spec.template.all(Route)] if handler else []
        names = {spec.logical_id for spec in handler.specs} if handler else set()
        own = [route for route in routes if route.function in names]
        reached = {route.function for route in own}
        if handler is None or names != reached or not all(route.function for route in routes):
            return
        urls = any(not spec.value("FunctionUrlConfig").absent for spec in handler.specs)
        if not urls and all(isinstance(route.path.value, str) and route.path.value for route in own):
            known = analysis.route_parameters.parameters_of(route.path.value for route in own)
            yield from analysis.route_parameters.wrong_parameters(handler.event.reads, known)

    @property
    def minor(self) -> int | None:
        """The x of its Python 3.x; None where the template does not tell."""
        version = str(self.spec.runtime.value).removeprefix("python3.")
        return int(version) if version.isdecimal() and len(version) < 4 else None

    @property
    def modules(self) -> list[Module]:
        """The modules of the project that it imports."""
        return [scope.facts.module for scope in self.scopes if scope.parent is None]

    def newer_syntax(self) -> Iterator[Newer]:
        """Syntax in its code that its Python cannot compile, one place for each file."""
        if self.minor is not None:
            found = (analysis.versions.newer_syntax(module, self.minor) for module in self.modules)
            yield from (newer for newer in found if newer is not None)

    def gone_modules(self) -> Iterator[Gone]:
        """Imports of modules that its Python has no more, and no layer may bring."""
        if self.minor is not None and self.spec.value("Layers").absent:
            yield from analysis.versions.gone_modules(self.modules, self.minor, self.codebase)

    def variables_in(self, parameter: str) -> Iterator[tuple[AwsCall, str]]:
        """The calls of AWS in which a parameter is an environment variable and nothing else, with its name."""
        from lint_rules.engine.analysis.known import Env, Text

        for call in self.use.calls if self.use else ():
            given = call.parameters.get(parameter)
            parts = given.parts if isinstance(given, Text) else ()
            if len(parts) == 1 and isinstance(parts[0], Env) and parts[0].name and call.confidence == "high":
                yield call, parts[0].name

    def thing(self, noun: type[AnyNoun], variable: str) -> AnyNoun | None:
        """The queue, topic, ... of the template of which a variable of the environment tells."""
        value = (self.declared or {}).get(variable)
        return self.template.named(noun, value) if value is not None and len(value.names) == 1 else None

    def unread(self) -> dict[str, Value]:
        """The variables that the template gives it alone, and that surely nothing reads."""
        use, own = self.use, self.spec.resource.own
        if use is None or self.environment.open or not self.spec.value("Layers").absent:
            return {}
        if not self._imports_only_known:
            return {}
        meant = {near[0] for read in self.lacking if (near := self.near_miss(read))}
        variables = self.spec.resource.scope.at(own, "Environment", "Variables")
        written = {key.text: key.span for key, _ in variables.items()} if isinstance(variables, Map) else {}
        return {
            name: value._replace(span=written[name])
            for name, value in (self.declared or {}).items()
            if name in written
            and name not in meant
            and name not in use.text
            and not analysis.env_reads.is_given(name)
            and not name.startswith(analysis.variable_readers.OF_LIBRARIES)
        }

    @property
    def _imports_only_known(self) -> bool:
        """Whether all packages are the project's own or such as read no variables of the project's making."""
        known = (sys.stdlib_module_names | analysis.libraries.VENDORED) - analysis.variable_readers.READERS
        return all(
            name[:1] == "."
            or name.partition(".")[0] in known
            or self.codebase.imported(module, name.partition(".")[0]) is not None
            or self.codebase.imported(module, name.rpartition(".")[0] or name) is not None
            for module in self.modules
            for name in facts_of(module).imports.values()
        )

    def handed(self, variable: str) -> tuple[str, str] | None:
        """The logical id of the resource of which a variable holds the "Arn", "Url" or "Name", and which of them."""
        return handed(self.spec, variable)

    def claims(self) -> Iterator[Claim]:
        """The sources of events for which its code has classes; none unless all that invokes it is known."""
        events, kinds = self.spec.events, analysis.claimed_sources.KINDS
        sure = all(event.kind in kinds and (event.kind, event.how) != ("SNS", "poll") for event in events)
        if self.handler is not None and events and sure:
            yield from analysis.claimed_sources.claims(self.handler.scope, self.scopes)

    @property
    def batch_answer(self) -> Span | None:
        """Where its code makes the list of records that failed."""
        found: Span | None = analysis.batch_answers.batch_answer(self.scopes)
        return found

    @property
    def surely_answers_no_batch(self) -> bool:
        """Whether all its code is here, and nothing in it has to do with such lists."""
        handler, layers = self.handler, self.spec.value("Layers")
        if handler is None or self.use is None or not layers.absent or not handler.entry.is_plain:
            return False
        return not analysis.batch_answers.speaks_of_batches(self.use.text)

    def waits(self) -> Iterator[Wait]:
        """Calls of HTTP libraries."""
        yield from analysis.waits.waits(self.scopes)

    def first_wait(self) -> Span | None:
        """A call that waits for another machine, if there is one."""
        calls = [call.span for call in self.use.calls if call.confidence == "high"] if self.use else []
        return next(iter([*calls, *(wait.span for wait in self.waits())]), None)


def deployments_of(project: Project) -> list[Deployment]:
    """The functions of a project's templates."""
    from lint_rules.engine.handlers import referenced

    handlers: dict[object, Handler] = {handler.node: handler for handler in project.handlers}
    codebase = project.handlers[0].codebase if project.handlers else Codebase(project.modules)
    made: list[Deployment] = []
    for template in project.templates:
        for spec in template.functions:
            found = next((scope for _, scope in referenced(codebase, template, spec)), None)
            handler = handlers.get(found.node) if found is not None else None
            made.append(Deployment(spec, template, handler, project, codebase))
    return made
