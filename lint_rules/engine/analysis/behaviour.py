"""What a function does when it is called, with everything that it runs: the questions that rules ask of a handler.

What answers a question is imported when it is first asked, as `analysis.name`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine import analysis
from lint_rules.engine.analysis.bodies import body_of
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.entry import Entry
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.reach import Reach
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.awaits import AwaitStep
    from lint_rules.engine.analysis.aws_requests import AwsRequests
    from lint_rules.engine.analysis.aws_use import AwsUse
    from lint_rules.engine.analysis.calls import CallSite
    from lint_rules.engine.analysis.clauses import Clause, Vanishing
    from lint_rules.engine.analysis.concurrency import Concurrency
    from lint_rules.engine.analysis.context_use import ContextRead
    from lint_rules.engine.analysis.defaults import SharedDefault
    from lint_rules.engine.analysis.event_use import EventUse
    from lint_rules.engine.analysis.file_uses import FileUse
    from lint_rules.engine.analysis.flow import Flow
    from lint_rules.engine.analysis.growth import Growth
    from lint_rules.engine.analysis.import_calls import ImportCall
    from lint_rules.engine.analysis.import_values import ImportValue
    from lint_rules.engine.analysis.injections import Sink
    from lint_rules.engine.analysis.logged import Logged
    from lint_rules.engine.analysis.result_caches import ResultCache
    from lint_rules.engine.analysis.results import Part
    from lint_rules.engine.analysis.state import Kept
    from lint_rules.engine.analysis.tls import Unverified
    from lint_rules.engine.analysis.untrusted import Untrusted
    from lint_rules.engine.analysis.variable_writes import VariableWrite
    from lint_rules.engine.analysis.waits import Wait
    from lint_rules.engine.finding import Edit, Span


class Behaviour:
    """The function of a scope, and what a call of it may run."""

    def __init__(self, scope: Scope, codebase: Codebase) -> None:
        self.scope = scope
        self.codebase = codebase
        self.reach = Reach(codebase, scope)
        self.flow: Flow = analysis.flow.Flow(self.reach)
        self._kept: list[Kept] | None = None
        self._uses: list[FileUse] | None = None
        self._events: EventUse | None = None
        self._untrusted: Untrusted | None = None

    @property
    def aws(self) -> AwsUse:
        """What it sends to AWS."""
        return analysis.aws_use.aws_use(self.codebase, self.scope)

    @property
    def event(self) -> EventUse:
        """What it reads of its event."""
        if self._events is None:
            self._events = analysis.event_use.EventUse(self.reach)
        return self._events

    @property
    def code(self) -> list[Scope]:
        """The functions that it runs, and before them their modules, whose import runs first."""
        functions = self.reach.functions
        return [*dict.fromkeys(scope.facts.module_scope for scope in functions), *functions]

    @property
    def untrusted(self) -> Untrusted:
        """What its values hold of the text that comes from outside."""
        if self._untrusted is None:
            from lint_rules.engine.analysis.untrusted import Untrusted

            self._untrusted = Untrusted(self.reach)
        return self._untrusted

    @property
    def concurrency(self) -> Concurrency:
        """What it does at the same time, or could."""
        from lint_rules.engine.analysis.concurrency import Concurrency

        return Concurrency(self.flow)

    def injected(self, kind: str) -> Iterator[Sink]:
        """Where text from outside gets into a "shell", "code", "sql" or "objects"."""
        from lint_rules.engine.analysis.injections import injected

        return injected(kind, self.reach.functions, lambda: self.untrusted)

    def calls(self, *names: str) -> Iterator[CallSite]:
        """The calls of these dotted names that an invocation may run, here or in functions called."""
        for scope in self.reach.functions:
            for node in scope.calls:
                name = scope.dotted(node.func)
                if name in names:
                    yield analysis.calls.CallSite(node, scope, name, self.flow)

    @property
    def requests(self) -> AwsRequests:
        """The requests that it sends to AWS."""
        return analysis.aws_requests.AwsRequests(self)

    def waits(self) -> Iterator[Wait]:
        """Where an invocation waits for another machine's answer, by libraries other than boto3."""
        return analysis.waits.waits(self.reach.functions)

    @property
    def entry(self) -> Entry:
        """How Lambda's call meets it."""
        return Entry(self.scope, self.codebase)

    def calls_at_import(self) -> Iterator[ImportCall]:
        """The calls of it that the import of its module makes."""
        return analysis.import_calls.import_calls(self.scope, self.codebase)

    def results(self) -> Iterator[Part]:
        """The parts of what it gives back; none where something stands between it and Lambda."""
        return analysis.results.parts(self.codebase, self.flow) if self.entry.is_plain else iter(())

    def returned_answers(self) -> Iterator[tuple[Part, str, str, str]]:
        """The parts of its result that are whole answers of AWS with what JSON does not have: each with the
        operation, such a member, and what that is."""
        from lint_rules.engine.analysis.sdk_outputs import unsendable

        for part in self.results():
            answer = part.answer
            if answer is None:
                continue
            for call in self.aws.calls:
                found = unsendable(call.service, call.operation) if call.node is answer else None
                if found is not None and call.via == "client" and call.confidence == "high":
                    yield part, call.operation, *found

    def unknown_context_reads(self) -> Iterator[ContextRead]:
        """What it reads off its context that no context has."""
        return analysis.context_use.unknown_reads(self.scope) if self.entry.is_plain else iter(())

    def shared_defaults(self) -> Iterator[SharedDefault]:
        """The defaults that it, or what it calls, changes or returns."""
        for scope in self.reach.functions:
            yield from analysis.defaults.shared_defaults(scope)

    def reads(self, *names: str) -> Iterator[Span]:
        """Where an invocation may read attributes of these dotted names."""
        for scope in self.reach.functions:
            for node in body_of(scope).attributes:
                if scope.dotted(node) in names and not analysis.defaults.is_for_others(
                    node, scope, self.reach
                ):
                    yield scope.facts.module.span(node)

    def writes(self, *names: str) -> bool:
        """Whether an invocation, or the import of the handler's module, may set something of these dotted names."""
        scopes = [self.scope.facts.module_scope, *self.reach.functions]
        stores = ((store, scope) for scope in scopes for store in scope.stores)
        return any(
            scope.dotted(getattr(store, "value", store)) in names or scope.dotted(store) in names
            for store, scope in stores
        )

    def catches(self, exception: str) -> bool:
        """Whether a function behind it catches an exception of this name, or everything."""
        from lint_rules.engine.analysis.exits import catches

        return any(catches(scope, exception) for scope in self.reach.functions)

    def logged_events(self) -> Iterator[Logged]:
        """Where it writes its whole event into the log."""
        return analysis.logged.logged_events(self.scope)

    def await_runs(self) -> Iterator[list[AwaitStep]]:
        """Runs of adjacent awaits in the asynchronous functions of the handler's module, and in those that it
        reaches in other modules."""
        scopes = dict.fromkeys([*self.scope.facts.functions, *self.reach.functions])
        for scope in scopes:
            if scope.awaits:
                yield from analysis.awaits.await_runs(self.codebase, scope)

    def gathered(self, steps: list[AwaitStep]) -> tuple[Edit, ...]:
        """Edits that await steps of a run at the same time; none where that is not certainly right."""
        return analysis.awaits.gathered(steps)

    def kept_state(self) -> list[Kept]:
        """The variables of modules that an invocation changes and leaves changed."""
        if self._kept is None:
            self._kept = analysis.state.kept_state(self.codebase, self.flow)
        return self._kept

    def renews(self, state: Kept) -> bool:
        """Whether each invocation sets a variable anew before anything reads it."""
        from lint_rules.engine.analysis.renewals import is_renewed

        return is_renewed(state, self.reach)

    def growths(self) -> Iterator[Growth]:
        """Containers of modules that grow without end in ways that `kept_state` spares."""
        from lint_rules.engine.analysis.growth import growths

        return growths(self.flow)

    def variable_writes(self) -> Iterator[VariableWrite]:
        """What an invocation writes to the environment variables."""
        return analysis.variable_writes.variable_writes(self.reach.functions)

    def variable_writes_at_import(self) -> Iterator[VariableWrite]:
        """What the import of its module writes to them."""
        return analysis.variable_writes.variable_writes([self.scope.facts.module_scope])

    def file_uses(self) -> Iterator[FileUse]:
        """The files that an invocation opens or writes."""
        if self._uses is None:
            self._uses = [*analysis.file_uses.file_uses(self.reach.functions)]
        return iter(self._uses)

    def file_uses_at_import(self) -> Iterator[FileUse]:
        """The files that the import of its module opens or writes."""
        return analysis.file_uses.file_uses([self.scope.facts.module_scope])

    def unverified(self) -> Iterator[Unverified]:
        """Where it, or its import, does not ask who answers a request."""
        return analysis.tls.unverified(self.code)

    @property
    def cleans_up(self) -> bool:
        """Whether it removes files, by whatever means."""
        return analysis.file_uses.cleans_up(self.reach.functions)

    @property
    def changes_folder(self) -> bool:
        """Whether it changes the folder that relative paths begin at."""
        return analysis.file_uses.changes_folder(self.reach.functions)

    def writes_another_each_time(self, use: FileUse) -> bool:
        """Whether each invocation writes a file of its own name."""
        return analysis.file_uses.is_unique(use, self.flow)

    def import_values(self) -> Iterator[ImportValue]:
        """Times and ids of the import that it takes for its own."""
        return analysis.import_values.import_values(self.reach, self.scope.facts.module_scope)

    def result_caches(self) -> Iterator[ResultCache]:
        """Functions that remember, without limit, a result for each value of the event."""
        return analysis.result_caches.result_caches(self.codebase, self.flow)

    def is_constant(self, write: VariableWrite) -> bool:
        """Whether a variable is set to the same value on every invocation."""
        return self.flow.is_constant(write.value, write.scope)

    def clauses(self) -> Iterator[Clause]:
        """The `except` clauses that an invocation may get to."""
        for scope in self.reach.functions:
            yield from analysis.clauses.clauses(scope)

    def vanishings(self) -> Iterator[Vanishing]:
        """Where exceptions vanish in `finally` blocks."""
        for scope in self.reach.functions:
            yield from analysis.clauses.vanishings(scope)

    def loses_work(self, clause: Clause) -> bool:
        """Whether a clause of the function itself ends the work on the event as if it had been done: nobody is told
        but the log."""
        own = clause.scope is self.scope
        return own and clause.only_tells and not clause.raises and clause.guards_work(self.flow)

    @property
    def takes_records(self) -> bool:
        """Whether the function itself reads the `Records` of its event, which come from queues, streams, S3 and SNS."""
        name = next(iter(self.scope.arguments), "")
        parents = self.scope.facts.parents
        for load in self.scope.loads.get(name, ()):
            read = parents.get(load)
            if isinstance(read, ast.Subscript) and getattr(read.slice, "value", "") == "Records":
                return True
        return False
