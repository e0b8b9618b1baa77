"""Recursive loop detection: whether a function may end up calling itself through another service.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from __future__ import annotations

from dataclasses import dataclass

from course.cloud.api.names import only_function
from course.cloud.api.noun import Noun
from course.cloud.api.stored import LATEST, Parameters


@dataclass(frozen=True)
class Recursion:
    """`Terminate`, the default, or `Allow`."""

    loop: str


class RecursionConfigs(Noun):
    """Put and get."""

    def put_function_recursion_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            stored = account.function(only_function(account.resolve(parameters)))
            stored.shelf(Recursion)[LATEST] = Recursion(parameters["RecursiveLoop"])
        return {"RecursiveLoop": parameters["RecursiveLoop"]}

    def get_function_recursion_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            stored = account.function(only_function(account.resolve(parameters)))
            found = stored.shelf(Recursion).get(LATEST)
        return {"RecursiveLoop": found.loop if found else "Terminate"}
