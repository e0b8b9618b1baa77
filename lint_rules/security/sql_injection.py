"""LAM804."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule(
    "LAM804",
    looks_at=Handler,
    severity="error",
    since="0.1",
    triggers=("execut", "fetch", "read_sql", "query_execution"),
)
def sql_injection(handler: Handler) -> Iterator[Finding]:
    """A database gets SQL with text of the event in it.

    ## Why it matters
    With a quote in it the text ends the value that it stands in, and the rest is SQL: whoever sends the event reads
    other people's rows, or deletes all of them. Quotes around the value do not help.

    ## Bad
    ```python file="app.py"
    import os

    import pymysql

    connection = pymysql.connect(host=os.environ["HOST"], user="orders", password=os.environ["PASSWORD"])


    def handler(event, context):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM orders WHERE customer = '{event['customer']}'")  # expect: sql-injection
            return {"orders": [row[0] for row in cursor.fetchall()]}
    ```

    ## Good
    The driver takes the values apart from the SQL.
    ```python file="app.py"
    import os

    import pymysql

    connection = pymysql.connect(host=os.environ["HOST"], user="orders", password=os.environ["PASSWORD"])


    def handler(event, context):
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM orders WHERE customer = %s", (event["customer"],))
            return {"orders": [row[0] for row in cursor.fetchall()]}
    ```

    Names cannot be parameters, but can be looked up.
    ```python file="app.py"
    import boto3

    data = boto3.client("rds-data")
    COLUMNS = {"age": "created_at", "price": "total"}


    def handler(event, context):
        order = COLUMNS.get(event["order"], "id")
        data.execute_statement(
            resourceArn=event["cluster"],
            secretArn=event["secret"],
            sql=f"SELECT id FROM orders WHERE customer = :customer ORDER BY {order}",
            parameters=[{"name": "customer", "value": {"stringValue": event["customer"]}}],
        )
    ```

    ## When not to fix
    To run the SQL of its callers is what the function is for, and its user of the database may do nothing else.

    ## See also
    AWS: "Using the Amazon RDS Data API", parameters of statements. Python: PEP 249, `paramstyle`.
    """
    if handler.is_custom_resource:
        return
    for sink in handler.injected("sql"):
        yield Finding(
            f"`{sink.name}` gets SQL with text of the event in it, whose sender may end the statement and write "
            "another one; pass the values as parameters",
            sink.span,
        )
