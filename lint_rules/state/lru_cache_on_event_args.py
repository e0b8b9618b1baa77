"""LAM111."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Related, Safety, rule


@rule("LAM111", looks_at=Handler, severity="warning", since="0.1", fix="unsafe", triggers=("cache",))
def lru_cache_on_event_args(handler: Handler) -> Iterator[Finding]:
    """A function remembers, without any limit, a result for each value that events bring.

    ## Why it matters
    An execution environment serves event after event for hours. A cache without a limit keeps the result for every
    user or key that ever came by, until the function runs out of memory, and never asks again for what has changed
    since.

    ## Bad
    ```python file="app.py"
    import functools

    import boto3

    table = boto3.resource("dynamodb").Table("users")

    @functools.lru_cache(maxsize=None)  # expect: lru-cache-on-event-args
    def user(key):
        return table.get_item(Key={"id": key}).get("Item")

    def handler(event, context):
        return user(event["user"])
    ```

    ## Fixed
    ```python file="app.py"
    import functools

    import boto3

    table = boto3.resource("dynamodb").Table("users")

    @functools.lru_cache(maxsize=128)
    def user(key):
        return table.get_item(Key={"id": key}).get("Item")

    def handler(event, context):
        return user(event["user"])
    ```

    ## Good
    What the environment variables name is a handful.
    ```python file="app.py"
    import functools
    import os

    import boto3

    ssm = boto3.client("ssm")

    @functools.cache
    def setting(name):
        return ssm.get_parameter(Name=name)["Parameter"]["Value"]

    def handler(event, context):
        return setting(os.environ["SETTING"])
    ```

    ## When not to fix
    The argument takes few values, such as the name of a stage.

    ## See also
    Python: `functools.lru_cache`. LAM105 event-data-in-global.
    """
    for cache in handler.result_caches():
        edits = cache.limited()
        yield Finding(
            f"`{cache.name}` keeps a result for each value that events bring, without a limit: memory grows as long as "
            "the environment lives; give it a `maxsize`",
            cache.span,
            Fix("Keep the 128 results used last", edits, Safety.UNSAFE) if edits else None,
            related=(Related("something of the event is passed here", cache.called_at),),
        )
