"""LAM807."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule(
    "LAM807",
    looks_at=Handler,
    severity="error",
    since="0.1",
    fix="safe",
    triggers=("load", "pickle", "decode", "open"),
)
def unsafe_deserialization(handler: Handler) -> Iterator[Finding]:
    """Objects are made of bytes from outside in a way that runs what the bytes say.

    ## Why it matters
    A pickle is a program: loading it calls any function that it names, with the arguments that it names. YAML's full
    loaders do the same for tags like `!!python/object/apply:os.system`. Whoever sends the event, or puts the object
    into the bucket, runs code with the function's role.

    ## Bad
    ```python file="app.py"
    import yaml


    def handler(event, context):
        settings = yaml.load(event["body"])  # expect: unsafe-deserialization
        return {"statusCode": 200, "body": settings["name"]}
    ```

    ## Fixed
    ```python file="app.py"
    import yaml


    def handler(event, context):
        settings = yaml.safe_load(event["body"])
        return {"statusCode": 200, "body": settings["name"]}
    ```

    ## Good
    JSON makes nothing but values.
    ```python file="app.py"
    import json


    def handler(event, context):
        settings = json.loads(event["body"])
        return {"statusCode": 200, "body": settings["name"]}
    ```

    A model that the team puts under a name of its own comes from nobody else.
    ```python file="app.py"
    import os
    import pickle

    import boto3

    s3 = boto3.client("s3")
    model = pickle.loads(s3.get_object(Bucket=os.environ["MODELS"], Key="model-7.pickle")["Body"].read())


    def handler(event, context):
        return {"price": float(model.predict([event["features"]])[0])}
    ```

    ## When not to fix
    Only the function itself, or others of yours, can write what is loaded. A signature that is checked before loading
    says so.

    ## See also
    Python: "pickle", the warning at the top. PyYAML: `safe_load`.
    """
    if handler.is_custom_resource:
        return
    for sink in handler.injected("objects"):
        edits = sink.safely()
        safety = Safety.SAFE if sink.has_no_loader else Safety.UNSAFE
        yield Finding(
            f"`{sink.name}` runs what the bytes say, and they come from outside; take a format that makes nothing but "
            "values, such as JSON",
            sink.span,
            Fix("Load nothing but values", edits, safety) if edits else None,
        )
