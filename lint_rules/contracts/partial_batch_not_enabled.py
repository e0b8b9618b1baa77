"""LAM909."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Fix, Related, Safety, rule

_READ = frozenset({"SQS", "Kinesis", "DynamoDB"})


@rule("LAM909", looks_at=Deployment, severity="error", since="0.1", fix="safe")
def partial_batch_not_enabled(function: Deployment) -> Iterator[Finding]:
    """A function says which messages failed, and Lambda does not listen.

    ## Why it matters
    Lambda only looks at `batchItemFailures` where the mapping asks for it. Without that an answer is a success,
    whatever it holds: the messages that failed are deleted from the queue, or passed over in the stream, with the
    others.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Jobs:  # expect: partial-batch-not-enabled
              Type: SQS
              Properties:
                Queue: !ImportValue jobs
    ```
    ```python file="src/app.py"
    from shop import place

    def handler(event, context):
        failed = []
        for record in event["Records"]:
            if not place(record["body"]):
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Jobs:
              Type: SQS
              Properties:
                FunctionResponseTypes: [ReportBatchItemFailures]
                Queue: !ImportValue jobs
    ```
    ```python file="src/app.py"
    from shop import place

    def handler(event, context):
        failed = []
        for record in event["Records"]:
            if not place(record["body"]):
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Jobs:
              Type: SQS
              Properties:
                Queue: !ImportValue jobs
                FunctionResponseTypes:
                  - ReportBatchItemFailures
    ```
    ```python file="src/app.py"
    from shop import place

    def handler(event, context):
        failed = []
        for record in event["Records"]:
            if not place(record["body"]):
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}
    ```

    ## When not to fix
    Never: either the mapping asks for the list, or the function should not make it.

    ## See also
    LAM910 partial-batch-never-returned. AWS: "Handling errors for an SQS event source in Lambda".
    """
    answer = function.batch_answer
    for event in function.spec.events if answer is not None else ():
        if event.kind in _READ and event.settings.chosen("FunctionResponseTypes").absent:
            edit = event.settings.edit_adding(("FunctionResponseTypes",), "[ReportBatchItemFailures]")
            yield Finding(
                f"{function.name} answers with the messages that failed, but this mapping does not ask for them: they "
                "count as done",
                event.home,
                Fix("Ask for the failed messages", (edit,), Safety.SAFE) if edit else None,
                (Related("the answer is made here", answer),) if answer is not None else (),
            )
