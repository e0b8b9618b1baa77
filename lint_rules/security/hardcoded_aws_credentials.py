"""LAM816."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Project, Safety, aws_keys, rule


@rule(
    "LAM816",
    looks_at=Project,
    severity="error",
    since="0.1",
    fix="unsafe",
    triggers=("aws_secret_access_key", "AKIA", "ASIA"),
)
def hardcoded_aws_credentials(project: Project) -> Iterator[Finding]:
    """An access key of AWS is written into the code.

    ## Why it matters
    Whoever can read the code, the package of the function or the history of the repository has the key, and can use it
    until somebody notices. It also makes the function's role pointless: calls run with the rights of the key's owner,
    and fail on the day the key is rotated. In Lambda boto3 finds the short-lived keys of the role by itself.

    ## Bad
    ```python file="app.py"
    import boto3

    s3 = boto3.client(
        "s3",
        aws_access_key_id="AKIAZ3MHALF4QWERTYUI",  # expect: hardcoded-aws-credentials
        aws_secret_access_key="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",
    )


    def handler(event, context):
        return s3.list_buckets()["Buckets"][0]["Name"]
    ```

    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3", aws_access_key_id="AKIAZ3MHALF4QWERTYUI",  # expect: hardcoded-aws-credentials
                      aws_secret_access_key="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")
    ```

    ## Fixed
    ```python file="app.py"
    import boto3

    s3 = boto3.client(
        "s3",
    )


    def handler(event, context):
        return s3.list_buckets()["Buckets"][0]["Name"]
    ```

    ## Good
    The keys of an assumed role live for an hour.
    ```python file="app.py"
    import boto3

    sts = boto3.client("sts")


    def handler(event, context):
        keys = sts.assume_role(RoleArn=event["role"], RoleSessionName="report")["Credentials"]
        s3 = boto3.client(
            "s3",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        return s3.list_buckets()["Buckets"][0]["Name"]
    ```

    An AWS on one's own machine takes any key.
    ```python file="app.py"
    import boto3

    s3 = boto3.client(
        "s3",
        endpoint_url="http://localhost:4566",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    ```

    ## When not to fix
    Never: delete the key in IAM, whoever may have seen it, and give the function's role what it needs.

    ## See also
    AWS: "Security best practices in IAM", require workloads to use temporary credentials with IAM roles.
    """
    for module in project.concerned:
        for key in aws_keys(module):
            edits = key.dropped
            yield Finding(
                "an access key of AWS stands in the code, where everybody who can read it has it; delete the key in "
                "IAM and let boto3 use the function's role",
                key.span,
                Fix("Use the role of the function", edits, Safety.UNSAFE) if edits else None,
            )
