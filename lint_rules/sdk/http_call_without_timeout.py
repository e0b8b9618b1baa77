"""LAM308."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule(
    "LAM308",
    looks_at=Handler,
    severity="warning",
    since="0.1",
    fix="unsafe",
    triggers=("requests", "urllib", "http", "smtplib", "ftplib", "socket"),
)
def http_call_without_timeout(handler: Handler) -> Iterator[Finding]:
    """A call to another machine waits for its answer without end.

    ## Why it matters
    requests, urllib, urllib3 and sockets wait as long as the other side keeps the connection open. When it does not
    answer, the function is paid for until its own timeout, and then ends with "Task timed out": no fallback runs,
    nothing says which call it was, and a queue delivers the same event to the same silence again.

    ## Bad
    ```python file="app.py"
    import requests

    def handler(event, context):
        return requests.get("https://example.com/rate").json()  # expect: http-call-without-timeout
    ```

    ## Fixed
    ```python file="app.py"
    import requests

    def handler(event, context):
        return requests.get("https://example.com/rate", timeout=5).json()
    ```

    ## Good
    A pool with a timeout gives it to every request, and httpx waits five seconds by itself.
    ```python file="app.py"
    import httpx
    import urllib3

    pool = urllib3.PoolManager(timeout=3.0)

    def handler(event, context):
        first = pool.request("GET", "https://example.com/rate")
        return first.status if first.status >= 500 else httpx.get("https://example.com/more").text
    ```

    An extension waits for the next event, however long that takes.
    ```python file="app.py"
    import os
    import urllib.request

    def handler(event, context):
        api = os.environ["AWS_LAMBDA_RUNTIME_API"]
        return urllib.request.urlopen(f"http://{api}/2020-01-01/extension/event/next").read().decode()
    ```

    ## When not to fix
    The answer may take as long as the function, and there is nothing else to do without it.

    ## See also
    LAM913 client-timeout-ge-function-timeout. AWS: "Timeouts, retries and backoff with jitter" in the Amazon Builders'
    Library; requests: "Timeouts".
    """
    for wait in handler.waits():
        if not wait.is_endless:
            continue
        edits, seconds = wait.limited(handler.seconds)
        yield Finding(
            "this call has no timeout: when the other side does not answer, it waits until the function is stopped",
            wait.span,
            Fix(f"Wait {seconds:g} seconds", edits, Safety.UNSAFE) if edits else None,
        )
