"""Reserved concurrency: what a function has for itself, and the most it gets.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

from course.cloud import quotas
from course.cloud.api.concurrency import Provisioned, Reservation, provisioned_of, unreserved
from course.cloud.api.names import only_function
from course.cloud.api.noun import Noun
from course.cloud.api.stored import LATEST, Parameters
from course.cloud.errors import InvalidParameterValue


class Reserved(Noun):
    """Put, get and delete."""

    def put_function_concurrency(self, parameters: Parameters) -> Parameters:
        account = self._account
        name = only_function(account.resolve(parameters))
        limit = int(parameters["ReservedConcurrentExecutions"])
        with account.lock:
            stored = account.function(name, LATEST)
            if unreserved(account, without=name) - limit < quotas.UNRESERVED_MIN:
                raise InvalidParameterValue(
                    "Specified ReservedConcurrentExecutions for function decreases account's "
                    f"UnreservedConcurrentExecution below its minimum value of [{quotas.UNRESERVED_MIN}]."
                )
            if stored.shelf(Provisioned) and limit < provisioned_of(stored):
                raise InvalidParameterValue(
                    f" ReservedConcurrentExecutions  {limit} should not be lower than function's total provisioned "
                    f"concurrency [{provisioned_of(stored)}]."
                )
            stored.shelf(Reservation)[LATEST] = Reservation(limit)
        account.shares_changed()
        return {"ReservedConcurrentExecutions": limit}

    def get_function_concurrency(self, parameters: Parameters) -> Parameters:
        account = self._account
        stored = account.function(only_function(account.resolve(parameters)))
        found = stored.shelf(Reservation).get(LATEST)
        return {"ReservedConcurrentExecutions": found.limit} if found else {}

    def delete_function_concurrency(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            stored = account.function(only_function(account.resolve(parameters)))
            stored.shelf(Reservation).pop(LATEST, None)
        account.shares_changed()
        return {}
