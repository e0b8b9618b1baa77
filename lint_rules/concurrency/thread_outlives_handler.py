"""LAM212."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule

_WAITING = {
    "thread": "join it before the handler returns",
    "timer": "cancel it or join it before the handler returns",
    "process": "join it before the handler returns",
    "job": "wait for its result, or make the executor in a `with`",
    "program": "wait for it before the handler returns",
}


@rule(
    "LAM212",
    looks_at=Handler,
    severity="error",
    since="0.1",
    fix="unsafe",
    triggers=("Thread", "Timer", "Process", "Popen", "Executor", "run_in_executor"),
)
def thread_outlives_handler(handler: Handler) -> Iterator[Finding]:
    """Something is started that may still run when the handler returns.

    ## Why it matters
    When the handler returns, Lambda freezes the environment, threads and child processes with it. What was under way
    goes on in the middle of a later invocation, minutes or hours later, or never: its connections are closed by then,
    its credentials may have expired, and its log stands among another request's.

    ## Bad
    ```python file="app.py"
    from threading import Thread

    from shop import audit, price


    def handler(event, context):
        Thread(target=audit, args=(event,)).start()  # expect: thread-outlives-handler
        total = price(event["order"])
        return {"total": total}
    ```

    ## Fixed
    ```python file="app.py"
    from threading import Thread

    from shop import audit, price


    def handler(event, context):
        thread = Thread(target=audit, args=(event,))
        thread.start()
        total = price(event["order"])
        thread.join()
        return {"total": total}
    ```

    ## Good
    The `with` waits for all jobs.
    ```python file="app.py"
    from concurrent.futures import ThreadPoolExecutor

    from shop import audit, price


    def handler(event, context):
        with ThreadPoolExecutor() as executor:
            executor.submit(audit, event)
            total = executor.submit(price, event["order"])
        return {"total": total.result()}
    ```

    A timer that is only to go off when things take too long is cancelled.
    ```python file="app.py"
    from threading import Timer

    from shop import complain, price


    def handler(event, context):
        timer = Timer(context.get_remaining_time_in_millis() / 1000 - 1, complain)
        timer.start()
        try:
            return {"total": price(event["order"])}
        finally:
            timer.cancel()
    ```

    ## When not to fix
    It does not matter at all whether the work is ever done. To answer first and work later, hand the work to a queue,
    or invoke another function asynchronously.

    ## See also
    AWS: "Understanding the Lambda execution environment lifecycle", "background processes or callbacks that were
    initiated by your Lambda function and did not complete". LAM207 dangling-task.
    """
    for found in handler.concurrency.unjoined():
        edits = found.joined()
        yield Finding(
            f"nobody waits for this {found.what}: when the handler returns it is frozen with the environment, and goes "
            f"on in a later invocation or never; {_WAITING[found.what]}",
            found.span,
            Fix(f"Wait for the {found.what}", edits, Safety.UNSAFE) if edits else None,
        )
