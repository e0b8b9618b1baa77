"""The limits of the account that may be set, so that a small account shows what happens at a large one's end.

AWS raises some quotas on request; here they can be lowered too. `clear` brings back what a new account has.
"""

from __future__ import annotations

from course.cloud import quotas


class Limits:
    """`code_storage` is how many bytes all zips of functions and layers may take."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Back to AWS's own."""
        self.code_storage = quotas.CODE_STORAGE
