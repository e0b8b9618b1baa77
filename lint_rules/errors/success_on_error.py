"""LAM405."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule

_ANSWERS_ALWAYS = (
    *(
        "slack",
        "twilio",
        "alexa",
        "telegram",
        "lex",
        "graphql",
        "webhook",
        "websocket",
        "connectionId",
        "discord",
    ),
    *("linebot", "whatsapp", "messenger", "stripe", "github", "fulfillment"),
)
"""Who wants 200 whatever happened, and takes anything else for a broken endpoint."""


@rule("LAM405", looks_at=Handler, severity="error", since="0.1", fix="unsafe", triggers=("except",))
def success_on_error(handler: Handler) -> Iterator[Finding]:
    """The answer to a request that failed says in its status that all went well.

    ## Why it matters
    Clients, caches, load balancers and alarms look at the status and not at the words of the body. With 200 nobody
    tries again, a cache keeps the error, and the 5XX alarm stays green.

    ## Bad
    ```python file="app.py"
    import json

    def handler(event, context):
        try:
            body = json.dumps({"total": sum(json.loads(event["body"]))})
        except Exception as error:
            return {"statusCode": 200, "body": json.dumps({"error": str(error)})}  # expect: success-on-error
        return {"statusCode": 200, "body": body}
    ```

    ## Fixed
    ```python file="app.py"
    import json

    def handler(event, context):
        try:
            body = json.dumps({"total": sum(json.loads(event["body"]))})
        except Exception as error:
            return {"statusCode": 500, "body": json.dumps({"error": str(error)})}
        return {"statusCode": 200, "body": body}
    ```

    ## Good
    A default is an answer, and no error.
    ```python file="app.py"
    import json

    def handler(event, context):
        try:
            name = json.loads(event["body"])["name"]
        except Exception:
            return {"statusCode": 200, "body": "Hello, whoever you are"}
        return {"statusCode": 200, "body": f"Hello, {name}"}
    ```

    Some callers must always get 200.
    ```python file="app.py"
    import slack_sdk

    def handler(event, context):
        try:
            slack_sdk.WebClient().chat_postMessage(channel="#orders", text=event["body"])
        except Exception as error:
            return {"statusCode": 200, "body": f"Sorry, an error: {error}"}
        return {"statusCode": 200}
    ```

    ## When not to fix
    The protocol carries its errors in the body, as GraphQL does.

    ## See also
    AWS: "Handle Lambda errors in API Gateway".
    """
    if handler.mentions(*_ANSWERS_ALWAYS) or handler.is_queued:
        return
    for clause in handler.clauses():
        status = clause.success() if clause.is_broad else None
        if status is not None:
            yield Finding(
                "the body tells of an error, but the status 200 tells clients, caches and alarms that all went well",
                status,
                Fix("Answer 500", clause.answering("500"), Safety.UNSAFE),
            )
