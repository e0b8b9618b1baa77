"""LAM101."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule

_SESSIONS = ("boto3.Session", "boto3.session.Session")
_CLIENTS = ("boto3.client", "boto3.resource")
_OF_SESSIONS = tuple(f"{session}().{kind}" for session in _SESSIONS for kind in ("client", "resource"))

_FACTS_OF_SESSIONS = frozenset({"get_credentials", "region_name", "profile_name", "available_profiles"})
"""What is asked of a session that makes no clients."""


@rule("LAM101", looks_at=Handler, severity="warning", since="0.1", fix="unsafe", triggers=("boto3",))
def client_init_in_handler(handler: Handler) -> Iterator[Finding]:
    """An AWS client is created on every invocation.

    ## Why it matters
    Lambda keeps a module's variables between the invocations of an execution environment. A client that the
    handler makes reads its service model and opens its connection again every time, which costs more than
    most calls through it. Made at module level, it is made once, while the environment starts.

    ## Bad
    ```python file="app.py"
    import boto3

    def handler(event, context):
        s3 = boto3.client("s3")  # expect: client-init-in-handler
        return s3.list_buckets()["Buckets"]
    ```

    ## Fixed
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        return s3.list_buckets()["Buckets"]
    ```

    ## Good
    A client whose region comes from the event cannot be shared.
    ```python file="app.py"
    import boto3

    def handler(event, context):
        s3 = boto3.client("s3", region_name=event["region"])
        return s3.list_buckets()["Buckets"]
    ```

    Credentials of an assumed role belong to one caller.
    ```python file="app.py"
    import boto3

    sts = boto3.client("sts")

    def handler(event, context):
        role = sts.assume_role(RoleArn=event["role"], RoleSessionName="report")["Credentials"]
        s3 = boto3.client("s3", aws_session_token=role["SessionToken"])
        return s3.list_buckets()["Buckets"]
    ```

    A client made when it is first needed is made once.
    ```python file="app.py"
    import boto3

    _client = None

    def client():
        global _client
        if _client is None:
            _client = boto3.client("s3")
        return _client

    def handler(event, context):
        return client().list_buckets()["Buckets"]
    ```

    ## When not to fix
    The service is needed by few invocations and the start of the others must stay as short as it is. The
    credentials or the endpoint change while the environment lives.

    ## See also
    AWS: "Best practices for working with AWS Lambda functions", take advantage of execution environment
    reuse.
    """
    if handler.is_custom_resource:
        return
    for call in handler.calls(*_SESSIONS, *_CLIENTS, *_OF_SESSIONS):
        if not call.repeats or not call.is_constant:
            continue
        if call.name in _OF_SESSIONS and call.on_own_variable:
            # The session is reported; its clients follow when it has moved.
            continue
        if call.name in _SESSIONS and (call.is_receiver or call.uses <= _FACTS_OF_SESSIONS):
            continue
        edits = call.hoisted()
        title = f"Create it once, at module level: {call.code}"
        yield Finding(
            f"`{call.code}` runs on every invocation{_route(handler, call.function)}; create it once, at module "
            "level, and every invocation of the environment shares it",
            call.span,
            Fix(title, edits, Safety.UNSAFE) if edits else None,
        )


def _route(handler: Handler, function: str) -> str:
    return "" if function == handler.scope.name else f", because the handler calls `{function}`"
