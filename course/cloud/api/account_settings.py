"""Account settings: the limits, and what is in use.

https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
"""

from __future__ import annotations

from course.cloud import quotas
from course.cloud.api.concurrency import unreserved
from course.cloud.api.noun import Noun
from course.cloud.api.stored import Parameters


class AccountSettings(Noun):
    """Get."""

    def get_account_settings(self, parameters: Parameters) -> Parameters:
        account = self._account
        return {
            "AccountLimit": {
                "TotalCodeSize": account.limits.code_storage,
                "CodeSizeUnzipped": quotas.UNZIPPED,
                "CodeSizeZipped": quotas.ZIP_UPLOAD,
                "ConcurrentExecutions": quotas.ACCOUNT_CONCURRENCY,
                "UnreservedConcurrentExecutions": unreserved(account),
            },
            "AccountUsage": {
                "TotalCodeSize": account.code_storage(),
                "FunctionCount": len(account.functions),
            },
        }
