"""Whether code tells Lambda which records of a batch failed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from lint_rules.engine.analysis.bodies import own_code
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span

_KEY = "batchItemFailures"
_BATCH = "aws_lambda_powertools.utilities.batch."
_MAKERS = frozenset({
    *(f"{_BATCH}process_partial_response", f"{_BATCH}async_process_partial_response"),
    *(f"{_BATCH}BatchProcessor().response", f"{_BATCH}AsyncBatchProcessor().response"),
})  # fmt: skip
_WORDS = regex(r"batch_?item_?failures|partial_response|batch_?processor|item_?identifier", re.IGNORECASE)


def batch_answer(scopes: Iterable[Scope]) -> Span | None:
    """Where one of these functions makes the list of failed records, as an entry of a dictionary or by Powertools."""
    for scope in scopes:
        makes = any(scope.dotted(call.func) in _MAKERS for call in scope.calls)
        if not makes and not (scope.is_function and _KEY in scope.facts.module.text):
            continue
        for node in own_code(scope):
            if isinstance(node, ast.Dict):
                for key in node.keys:
                    if isinstance(key, ast.Constant) and key.value == _KEY:
                        return scope.facts.module.span(key)
            if isinstance(node, ast.Call) and scope.dotted(node.func) in _MAKERS:
                return scope.facts.module.span(node)
    return None


def speaks_of_batches(text: str) -> bool:
    """Whether code may have to do with such lists at all."""
    return bool(_WORDS.search(text))
