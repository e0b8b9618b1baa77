"""What a function that reports batch item failures says about its batch.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#sqs-batchfailurereporting-conditions
(2026-11)
"""

from __future__ import annotations

import json
from collections.abc import Collection


def failures(payload: bytes, known: Collection[str]) -> set[str] | None:
    """The identifiers that failed, of those `known`; None if the whole batch counts as failed.

    An empty or absent list, an empty object and null say that all went well. An identifier that is empty, null or
    unknown, an item without one, and what has not the form at all make the whole batch fail.
    """
    try:
        response = json.loads(payload) if payload else None
    except (ValueError, RecursionError):
        return None
    if response is None:
        return set()
    if not isinstance(response, dict):
        return None
    items = response.get("batchItemFailures")
    if items is None:
        return set()
    if not isinstance(items, list):
        return None
    found = set()
    for item in items:
        identifier = item.get("itemIdentifier") if isinstance(item, dict) else None
        if not isinstance(identifier, str) or identifier not in known:
            return None
        found.add(identifier)
    return found
