"""LAM214."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule(
    "LAM214",
    looks_at=Handler,
    severity="error",
    since="0.1",
    triggers=("multiprocessing", "ProcessPoolExecutor"),
)
def multiprocessing_no_shm(handler: Handler) -> Iterator[Finding]:
    """Code needs shared memory between processes, which Lambda does not have.

    ## Why it matters
    Locks, queues and pools of `multiprocessing` stand on semaphores in `/dev/shm`. Lambda's environments have no such
    folder: making one raises OSError ("[Errno 38] Function not implemented"), at every invocation, although it works
    on your machine.

    ## Bad
    ```python file="app.py"
    from multiprocessing import Pool

    from shop import price


    def handler(event, context):
        with Pool(4) as pool:  # expect: multiprocessing-no-shm
            return {"prices": pool.map(price, event["names"])}
    ```

    ## Good
    Threads need none.
    ```python file="app.py"
    from concurrent.futures import ThreadPoolExecutor

    from shop import price


    def handler(event, context):
        with ThreadPoolExecutor(4) as pool:
            return {"prices": list(pool.map(price, event["names"]))}
    ```

    Neither do processes that talk through pipes.
    ```python file="app.py"
    from multiprocessing import Pipe, Process

    from shop import price_into


    def handler(event, context):
        here, there = Pipe()
        worker = Process(target=price_into, args=(there, event["names"]))
        worker.start()
        prices = here.recv()
        worker.join()
        return {"prices": prices}
    ```

    ## When not to fix
    The code also runs elsewhere, and Lambda never gets there.

    ## See also
    AWS: "Parallel Processing in Python with AWS Lambda" in the Compute Blog.
    """
    for found in handler.concurrency.shared_memory():
        instead = "ThreadPoolExecutor" if found.is_of_threads else "threads, or `Process` with `Pipe`"
        why = ", though its workers are threads" if found.is_of_threads else ""
        yield Finding(
            f"`{found.name}` needs semaphores in /dev/shm{why}, which Lambda does not have: OSError; use {instead}",
            found.span,
        )
