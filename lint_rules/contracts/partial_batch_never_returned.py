"""LAM910."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, rule


@rule(
    "LAM910",
    looks_at=Deployment,
    severity="warning",
    since="0.1",
    triggers=("ReportBatchItemFailures", "report_batch_item_failures"),
)
def partial_batch_never_returned(function: Deployment) -> Iterator[Finding]:
    """A mapping asks which messages failed, and the function never says.

    ## Why it matters
    With `ReportBatchItemFailures` an answer without `batchItemFailures` means that all went well, and an exception
    still brings the whole batch back: messages that were done are done again. The setting has no effect until the
    function makes the list. Powertools' BatchProcessor makes it.

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
            Jobs:
              Type: SQS
              Properties:
                Queue: !ImportValue jobs
                FunctionResponseTypes:
                  - ReportBatchItemFailures  # expect: partial-batch-never-returned
    ```
    ```python file="src/app.py"
    from shop import place

    def handler(event, context):
        for record in event["Records"]:
            place(record["body"])
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
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    from shop import place

    processor = BatchProcessor(event_type=EventType.SQS)

    def one(record):
        place(record.body)

    def handler(event, context):
        return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
    ```

    ## When not to fix
    The batch holds one message.

    ## See also
    LAM909 partial-batch-not-enabled. AWS: "Handling errors for an SQS event source in Lambda".
    """
    if not function.surely_answers_no_batch:
        return
    for event in function.spec.events:
        for wanted in event.settings.texts("FunctionResponseTypes"):
            if wanted.value == "ReportBatchItemFailures" and event.settings.number("BatchSize").value != 1:
                yield Finding(
                    f"{function.name} never answers with batchItemFailures: a failure brings the whole batch back",
                    wanted.span,
                )
