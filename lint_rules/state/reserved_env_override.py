"""LAM114."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM114", looks_at=Handler, severity="error", since="0.1", triggers=("environ", "putenv"))
def reserved_env_override(handler: Handler) -> Iterator[Finding]:
    """Code sets an environment variable that belongs to Lambda.

    ## Why it matters
    The runtime and the SDK read these variables: the region, the credentials of the execution role, the folder of
    the code. Setting one sends calls to another region, or signs them with keys that expire, in this and in all later
    invocations of the environment, and nobody looks for the reason there.

    ## Bad
    ```python file="app.py"
    import os

    import boto3

    os.environ["AWS_REGION"] = "eu-west-1"  # expect: reserved-env-override

    def handler(event, context):
        return boto3.session.Session().region_name
    ```

    ## Good
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3", region_name="eu-west-1")

    def handler(event, context):
        return s3.list_buckets()["Buckets"][0]["Name"]
    ```

    On the desk there is no Lambda to set them.
    ```python file="app.py"
    import os

    def handler(event, context):
        return os.environ["AWS_REGION"]

    if __name__ == "__main__":
        os.environ["AWS_REGION"] = "eu-west-1"
        print(handler({}, None))
    ```

    ## When not to fix
    A child process must see other credentials. Give them to the process alone: `subprocess.run(..., env=...)`.

    ## See also
    AWS: "Working with Lambda environment variables", defined runtime environment variables.
    """
    for write in (*handler.variable_writes_at_import(), *handler.variable_writes()):
        if write.is_reserved and not write.happens_once and not write.is_elsewhere:
            yield Finding(
                f"`{write.name}` belongs to Lambda, and the runtime and the SDK rely on it; pass what you need to the "
                "client instead",
                write.span,
            )
