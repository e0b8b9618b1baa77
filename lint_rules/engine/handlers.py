"""Which functions Lambda calls, and what a rule may ask of them.

1. By reference: a template says `Handler: pkg/app.handler`; the module is looked for under CodeUri, from the
   template's folder, and the name is followed through the module to a function, or to the `__call__` of an
   object.
2. By shape: a function at module level that takes an event and a context, or that a decorator marks.

Tests are nobody's handlers.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator, Sequence

from lint_rules.engine.analysis import shapes
from lint_rules.engine.analysis.behaviour import Behaviour
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import FunctionNode, Scope, facts_of
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.replies import Reply
    from lint_rules.engine.sources.module import Module
    from lint_rules.engine.templates.model import FunctionSpec, Template

_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping"})
_NAMES = frozenset({"handler", "handle", "lambda_function", "lambda_handler", "main", "lambdahandler"})
_CUSTOM_RESOURCES = frozenset({"cfnresponse", "crhelper"})
_RUNBOOK = regex(r"runbook|^playbooks?$|^ssm[-_]?(automation|doc)")
_TEST_WORDS = frozenset({"pytest", "unittest", "moto"})


class Handler(Behaviour):
    """A Python function that Lambda calls. `spec` is the function of a template that names it, if one does;
    `name` is what the template writes, or else the module's path and the function's name."""

    def __init__(self, module: Module, scope: Scope, codebase: Codebase, spec: FunctionSpec | None) -> None:
        node = scope.node
        assert isinstance(node, FunctionNode)
        super().__init__(scope, codebase)
        self.module = module
        self.node: ast.FunctionDef | ast.AsyncFunctionDef = node
        self.spec = spec
        self.specs: tuple[FunctionSpec, ...] = () if spec is None else (spec,)
        """All functions of templates that name it."""
        self.name = f"{module.name.rpartition('.')[0]}.{scope.name}"

    @property
    def seconds(self) -> float | None:
        """The shortest timeout of the functions that it is the handler of, in seconds; None where none is known."""
        return min((spec.seconds for spec in self.specs if spec.seconds is not None), default=None)

    @property
    def is_custom_resource(self) -> bool:
        """Whether only CloudFormation calls it, once for each change of a stack, as far as can be seen: its
        module speaks the protocol of custom resources, and the template knows no event that invokes it.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
        """
        if self.spec is not None and self.spec.events:
            return False
        names = {name.partition(".")[0] for name in self.scope.facts.imports.values()}
        text = self.module.text
        return (
            bool(names & _CUSTOM_RESOURCES)
            or "ResponseURL" in text
            or "CloudFormationCustomResourceEvent" in text
            or ("ResourceProperties" in text and "RequestType" in text)
        )

    @property
    def is_scheduled(self) -> bool:
        """Whether only schedules invoke it: so says every event of the template, or without any that nothing of its
        event is read."""
        kinds = {event.kind for spec in self.specs for event in spec.events}
        if kinds:
            return kinds <= {"Schedule", "ScheduleV2"}
        return next(iter(self.scope.arguments), "") not in self.scope.loads

    @property
    def is_queued(self) -> bool:
        """Whether nobody waits for its result, and events are kept or sent again when it fails: so says every event
        of the template, or without any the shape of what it reads."""
        ways = {event.how for spec in self.specs for event in spec.events}
        return ways <= {"async", "poll"} if ways else self.takes_records and not self.mentions('"cf"', "'cf'")

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of events that it gets, in SAM's words: those of the templates, or else those of whose shape it
        reads something; "Api" for every request of HTTP."""
        told = {event.kind for spec in self.specs for event in spec.events}
        if any(not spec.value("FunctionUrlConfig").absent for spec in self.specs):
            told.add("Api")
        return frozenset("Api" if kind in ("HttpApi", "ALB") else kind for kind in told) or self.event.kinds

    def http_replies(self) -> Iterator[Reply]:
        """The dictionaries that it answers requests of HTTP with; none where an integration makes the response, or
        something stands between it and Lambda."""
        from lint_rules.engine.templates.proxies import is_mapped

        kinds = self.kinds
        asked = "Api" in kinds or (
            not kinds and any(read.path[0] in ("body", "headers") for read in self.event.reads)
        )
        if asked and self.entry.is_plain and not any(is_mapped(spec) for spec in self.specs):
            yield from self.event.replies()

    def payload_version_of(self, spec: FunctionSpec) -> str:
        """The format in which all requests of HTTP come to a function of a template; empty where it is not known."""
        from lint_rules.engine.templates.proxies import payload_versions

        found = payload_versions(spec)
        return next(iter(found)) if len(found) == 1 else ""

    @property
    def payload_version(self) -> str:
        """The format in which all requests of HTTP come to it, "1.0" or "2.0", as its templates tell, or else what it
        reads of them; empty where it is not known."""
        from lint_rules.engine.templates.proxies import payload_versions

        versions = [payload_versions(spec) for spec in self.specs]
        if any(versions):
            found = frozenset[str]().union(*versions) if all(versions) else frozenset()
        else:
            found = frozenset(version for version in ("1.0", "2.0") if self.event.of_version(version))
        return next(iter(found)) if len(found) == 1 else ""

    @property
    def takes_one(self) -> bool:
        """Whether every template that says what it reads says that it gets one record at a time."""
        polled = [event for spec in self.specs for event in spec.events if event.how == "poll"]
        sizes = [event.settings.number("BatchSize") for event in polled]
        return bool(sizes) and all(size.value == 1 or not (size.known or size.absent) for size in sizes)

    def mentions(self, *words: str) -> bool:
        """Whether its module has one of these words in its text."""
        text = self.module.text.lower()
        return any(word.lower() in text for word in words)


def find_handlers(
    modules: Sequence[Module], templates: Sequence[Template], shaped: Iterable[Module]
) -> list[Handler]:
    """The handlers of a project, each function once, those that templates name first; the others stand in the modules
    that are `shaped` as if they held one."""
    codebase = Codebase(modules)
    codebase.elsewhere.folders = tuple(_layers(templates))
    found: dict[ast.AST, Handler] = {}
    for template in templates:
        for spec in template.functions:
            for module, scope in referenced(codebase, template, spec):
                known = found.get(scope.node)
                if known is None:
                    found[scope.node] = Handler(module, scope, codebase, spec)
                else:
                    known.specs += (spec,)
    for module in shaped:
        nodes = _shaped(module) | _entered(module)
        if nodes and not _is_test(module) and not _is_runbook(module):
            for scope in facts_of(module).module_scope.children:
                if scope.node in nodes:
                    found.setdefault(scope.node, Handler(module, scope, codebase, None))
    return list(found.values())


def _layers(templates: Sequence[Template]) -> Iterator[str]:
    """The folders of the layers that templates make."""
    for template in templates:
        for made in template.of("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"):
            content = made.first("ContentUri", "Content").value
            if isinstance(content, str) and "://" not in content:
                yield posixpath.normpath(posixpath.join(posixpath.dirname(template.name), content))


def referenced(codebase: Codebase, template: Template, spec: FunctionSpec) -> Iterator[tuple[Module, Scope]]:
    """The function that a template names as the handler of one of its functions, if it can be found."""
    runtime = spec.runtime.value
    handler = spec.handler.value
    if not isinstance(handler, str) or "." not in handler:
        return
    if isinstance(runtime, str) and not runtime.startswith("python"):
        return
    from lint_rules.engine.templates.code_places import code_module
    from lint_rules.engine.templates.inline import module_name

    path, _, name = handler.rpartition(".")
    file = path.replace(".", "/").lstrip("/") + ".py"
    inside = codebase.at(module_name(spec)) if not spec.inline_code.absent else None
    module = inside or code_module(codebase, template, spec, file)
    if module is not None and module.tree is not None and not _is_test(module):
        scope = codebase.function(module, name)
        if scope is not None:
            yield scope.facts.module, scope


def _shaped(module: Module) -> set[ast.AST]:
    body = module.tree.body if module.tree is not None else []
    return {
        node for node in body if isinstance(node, FunctionNode) and (_looks_called(node) or _is_marked(node))
    }


def _entered(module: Module) -> set[ast.AST]:
    """Functions entered by decorators in an application that Lambda calls itself."""
    if not any(name in module.text for name in shapes.APPLICATIONS):
        return set()
    top = facts_of(module).module_scope
    adapted = any(top.dotted(call.func) == "mangum.Mangum" for call in top.calls)
    applications = {"chalice.Chalice()", "chalice.Blueprint()"} | (
        {"fastapi.FastAPI()"} if adapted else set()
    )
    return {
        scope.node
        for scope in top.children
        if isinstance(scope.node, FunctionNode)
        for decorator in scope.node.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and top.dotted(decorator.func.value) in applications
    }


def _looks_called(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args]
    if len(arguments) != 2 or node.args.kwonlyargs:
        return False
    event, context = (argument.arg.lower() for argument in arguments)
    if event in shapes.EVENTS and context in shapes.CONTEXTS:
        return True
    if _is_mapping(arguments[1].annotation):
        return False
    name = node.name.lower()
    named = name in _NAMES or name.endswith("handler") or name.startswith("main")
    if not named or event not in shapes.EVENT_LIKE or context not in shapes.CONTEXT_LIKE:
        return False
    return event in shapes.EVENTS or context in shapes.CONTEXTS or name in ("handler", "lambda_handler")


def _is_mapping(annotation: ast.AST | None) -> bool:
    """Whether an annotation says that what it stands beside is a dictionary: no context of Lambda is, but that of an
    event loop's exception handler is."""
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return getattr(annotation, "id", getattr(annotation, "attr", "")) in _MAPPINGS


def _is_marked(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if len(node.args.posonlyargs) + len(node.args.args) < 2:
        return False
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if name in shapes.MARKS:
            return True
    return False


def _is_runbook(module: Module) -> bool:
    """Whether it is a script of Systems Manager Automation, whose functions look like handlers.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
    """
    return any(_RUNBOOK.search(part) for part in posixpath.dirname(module.name).lower().split("/"))


def _is_test(module: Module) -> bool:
    file = posixpath.basename(module.name)
    if file.startswith("test_") or file.endswith("_test.py") or file == "conftest.py":
        return True
    if not any(word in module.text for word in _TEST_WORDS):
        return False
    return any(name.partition(".")[0] in _TEST_WORDS for name in facts_of(module).imports.values())
