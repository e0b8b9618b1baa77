"""The requests that a function sends to AWS when it is called: the questions that rules ask about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lint_rules.engine import analysis

if TYPE_CHECKING:
    from lint_rules.engine.analysis.batch_sizes import Oversized
    from lint_rules.engine.analysis.batching import SingleCall, Unheard
    from lint_rules.engine.analysis.behaviour import Behaviour
    from lint_rules.engine.analysis.paging import FirstPage
    from lint_rules.engine.analysis.sent import Sent


class AwsRequests:
    """Those of one function, as far as they are certain."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    def sent(self, *words: str) -> Iterator[Sent]:
        """All of them; none unless one of the words is in its code."""
        whole = self._behaviour
        if analysis.sent.speaks_of(whole.codebase, whole.scope.facts.module, words):
            for call in whole.aws.calls:
                if call.confidence == "high":
                    yield analysis.sent.Sent(call, whole.flow)

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
