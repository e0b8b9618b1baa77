"""The requests that a function sends to AWS when it is called: the questions that rules ask about them."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine import analysis
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.batch_sizes import Oversized
    from lint_rules.engine.analysis.batching import SingleCall, Unheard
    from lint_rules.engine.analysis.behaviour import Behaviour
    from lint_rules.engine.analysis.decimals import Encoded
    from lint_rules.engine.analysis.invocations import Invocation
    from lint_rules.engine.analysis.paging import FirstPage
    from lint_rules.engine.analysis.sdk_names import Misfit, Misnomer
    from lint_rules.engine.analysis.sent import Given, Sent
    from lint_rules.engine.finding import Edit


class AwsRequests:
    """Those of one function, as far as they are certain."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    def sent(self, *words: str) -> Iterator[Sent]:
        """All of them; none unless one of the words is in its code."""
        for call in self._behaviour.aws.calls if self._speaks_of("boto") and self._speaks_of(*words) else ():
            if call.confidence == "high":
                yield analysis.sent.Sent(call, self._behaviour.flow)

    def first_pages(self) -> Iterator[FirstPage]:
        """Those of which it takes the first page for all."""
        return analysis.paging.first_pages(
            self.sent("list", "describe", "get_", "query", "scan", "search", "lookup", "filter_")
        )

    def single_calls(self) -> Iterator[SingleCall]:
        """Those for one thing that it sends in loops over many."""
        return analysis.batching.single_calls(
            self.sent("put_", "get_item", "send_message", "publish", "delete_")
        )

    def unheard(self) -> Iterator[Unheard]:
        """Those for many things of whose failures it does not want to hear."""
        return analysis.batching.unheard(self.sent("atch", "put_", "delete_objects", "targets"))

    def oversized(self) -> Iterator[Oversized]:
        """Those that may have more entries than AWS takes."""
        return analysis.batch_sizes.oversized(
            self.sent("atch", "put_", "delete_objects", "transact_", "get_parameters", "describe_")
        )

    def unknown_exceptions(self) -> Iterator[Misnomer]:
        """The exceptions that it wants of clients and of botocore, and that these do not have."""
        if self._speaks_of("exceptions"):
            use = self._behaviour.aws
            yield from analysis.sdk_names.misnomers(use.doubts, "exception")
            yield from analysis.sdk_names.unknown_to_botocore(use.scopes)

    def unknown_methods(self) -> Iterator[Misnomer]:
        """The operations that it wants of clients, and that these do not have."""
        return analysis.sdk_names.misnomers(self._behaviour.aws.doubts, "method")

    def unknown_names(self, kind: str) -> Iterator[Misnomer]:
        """The names of waiters, or of paginators, that clients do not have."""
        if self._speaks_of(f"get_{kind}"):
            yield from analysis.sdk_names.misnomers(self._behaviour.aws.doubts, kind)

    def misfits(self) -> Iterator[Misfit]:
        """Those with arguments that their operations do not take."""
        use = self._behaviour.aws
        return analysis.sdk_names.misfits(call for call in use.calls if call.node not in use.unsure)

    def float_values(self) -> Iterator[Given]:
        """The floats that it gives to tables of DynamoDB."""
        yield from analysis.attribute_values.float_values(self.sent("Table"))

    def as_decimal(self, value: Given) -> tuple[Edit, ...]:
        """Edits that make a Decimal of such a float; none where that is not certainly right."""
        edits: tuple[Edit, ...] = analysis.attribute_values.as_decimal(value)
        return edits

    def typed_for_tables(self) -> Iterator[Given]:
        """What it gives to tables in the form of clients."""
        yield from analysis.attribute_values.typed_for_tables(self.sent("Table"))

    def untyped_for_clients(self) -> Iterator[Given]:
        """What it gives to clients of DynamoDB in the form of tables."""
        yield from analysis.attribute_values.untyped_for_clients(self.sent("dynamodb"))

    def encoded_items(self) -> Iterator[Encoded]:
        """Where it makes JSON of items of tables, by an encoder that knows no Decimal."""
        return analysis.decimals.encoded_items(self.sent("Table"))

    def invocations(self) -> Iterator[Invocation]:
        """Those that invoke functions."""
        return analysis.invocations.invocations(self.sent("invoke"))

    def _speaks_of(self, *words: str) -> bool:
        return self._behaviour.codebase.wording.says(self._behaviour.scope.facts.module, words)
