"""LAM632."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Table, Template, rule

_SMALL = 10
"""Units up to which a table holds up one busy function: a unit is one small write, or two reads, a second.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html"""


@rule("LAM632", looks_at=Template, severity="advice", since="0.2", triggers=("hroughput", "capacity"))
def cfg_ddb_capacity(template: Template) -> Iterator[Finding]:
    """A table behind a function has a small, fixed capacity.

    ## Why it matters
    Lambda grows with the traffic, and the table does not: with five units, the sixth small write of a second is
    throttled, boto3 tries again and again while the function is paid for waiting, and then the invocation fails.
    On-demand capacity (`BillingMode: PAY_PER_REQUEST`) grows too, and so does provisioned capacity with auto scaling.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::DynamoDB::Table
        Properties:
          AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
          KeySchema: [{AttributeName: id, KeyType: HASH}]
          ProvisionedThroughput:
            ReadCapacityUnits: 5  # expect: cfg-ddb-capacity
            WriteCapacityUnits: 5
      Save:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 20
          Environment:
            Variables:
              TABLE: !Ref Orders
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::DynamoDB::Table
        Properties:
          BillingMode: PAY_PER_REQUEST
          AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
          KeySchema: [{AttributeName: id, KeyType: HASH}]
      Save:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 20
          Environment:
            Variables:
              TABLE: !Ref Orders
    ```

    ## When not to fix
    A few requests a minute, or a table that stays in the free tier.

    ## See also
    AWS: "DynamoDB throughput capacity"; "Managing throughput capacity automatically with DynamoDB auto scaling".
    """
    for table in template.all(Table):
        if table.scales or table.billing.value == "PAY_PER_REQUEST" or not _is_known(table.billing.state):
            continue
        users = table.users
        small = [unit for unit in table.units if isinstance(unit.value, int) and unit.value <= _SMALL]
        if users and small:
            yield Finding(
                f"{small[0].value} units are soon used up when {users[0]} scales; let the table grow on demand",
                small[0].span,
            )


def _is_known(state: str) -> bool:
    return state in ("known", "absent")
