"""LAM352."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, Related, rule, unguarded_destruction


@rule(
    "LAM352",
    looks_at=Handler,
    severity="warning",
    since="0.2",
    triggers=("delete", "terminate", "deregister", "release"),
)
def destructive_no_guard(handler: Handler) -> Iterator[Finding]:
    """A function destroys everything that AWS lists: no filter, no condition, no dry run stands in between.

    ## Why it matters
    The list holds all of the account and region, not only what the author had in mind. One run with a wider role, or in
    another account, takes what cannot be had back. A filter by tag says what may go; `DryRun=True`, where an operation
    has it, or a list in the log shows first what would go.

    ## Bad
    ```python file="app.py"
    import boto3

    ec2 = boto3.client("ec2")

    def handler(event, context):
        for page in ec2.get_paginator("describe_volumes").paginate():
            for volume in page["Volumes"]:
                ec2.delete_volume(VolumeId=volume["VolumeId"])  # expect: destructive-no-guard
    ```

    ## Good
    A filter.
    ```python file="app.py"
    import boto3

    ec2 = boto3.client("ec2")
    UNUSED = [{"Name": "status", "Values": ["available"]}, {"Name": "tag:cleanup", "Values": ["yes"]}]

    def handler(event, context):
        for page in ec2.get_paginator("describe_volumes").paginate(Filters=UNUSED):
            for volume in page["Volumes"]:
                ec2.delete_volume(VolumeId=volume["VolumeId"])
    ```

    A condition.
    ```python file="app.py"
    import boto3

    ec2 = boto3.client("ec2")

    def handler(event, context):
        for page in ec2.get_paginator("describe_volumes").paginate():
            for volume in page["Volumes"]:
                tags = {tag["Key"] for tag in volume.get("Tags", [])}
                if "cleanup" not in tags:
                    continue
                ec2.delete_volume(VolumeId=volume["VolumeId"])
    ```

    ## When not to fix
    The account is for trials, and everything in it shall go.

    ## See also
    AWS: "DryRun" in the Amazon EC2 API Reference; "Tag your Amazon EC2 resources".
    """
    for found in unguarded_destruction(handler):
        yield Finding(
            f"{found.call.name} destroys everything that {found.listing.operation} lists; choose by a filter or a "
            "condition first",
            found.span,
            related=(Related("what is listed", found.listing.span),),
        )
