"""LAM104."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Kept, Project, Related, rule


@rule("LAM104", looks_at=Project, severity="warning", since="0.1", triggers=("def",))
def module_state_mutated(project: Project) -> Iterator[Finding]:
    """Code behind a handler changes a list, dict, set or sum of its module, and every invocation adds to it.

    ## Why it matters
    A module is imported once for each execution environment. What one invocation adds to its variables is
    still there for the next, and missing in every other environment. Tests that call the handler once do not
    show it.

    ## Bad
    ```python file="app.py"
    import boto3

    regions = []
    ec2 = boto3.client("ec2")

    def handler(event, context):
        for region in ec2.describe_regions()["Regions"]:
            regions.append(region["RegionName"])  # expect: module-state-mutated
        return {"regions": regions}
    ```

    ## Good
    A list of its own for every invocation.
    ```python file="app.py"
    import boto3

    ec2 = boto3.client("ec2")

    def handler(event, context):
        regions = []
        for region in ec2.describe_regions()["Regions"]:
            regions.append(region["RegionName"])
        return {"regions": regions}
    ```

    A cache is looked into before anything is added.
    ```python file="app.py"
    import boto3

    ssm = boto3.client("ssm")
    cache = {}

    def parameter(name):
        if name not in cache:
            cache[name] = ssm.get_parameter(Name=name)["Parameter"]["Value"]
        return cache[name]

    def handler(event, context):
        return parameter("/shop/greeting")
    ```

    A list that is emptied before it is used again.
    ```python file="app.py"
    import boto3

    regions = []
    ec2 = boto3.client("ec2")

    def handler(event, context):
        regions.clear()
        regions.extend(ec2.describe_regions()["Regions"])
        return {"regions": regions}
    ```

    ## When not to fix
    The variable is meant to gather over the life of an environment, such as figures that are written out now
    and then.

    ## See also
    AWS: "Understanding the Lambda execution environment lifecycle", shutdown and reuse.
    """
    leaking = set()
    kept: dict[tuple[object, str], Kept] = {}
    for handler in project.handlers:
        for state in handler.kept_state():
            key = (state.home, state.name)
            kept.setdefault(key, state)
            if any(change.derived for change in state.changes):
                leaking.add(key)
    for place, state in kept.items():
        if place in leaking:
            # Reported as event data that the module keeps.
            continue
        related = state.made_at
        yield Finding(
            f"`{state.name}` belongs to the module: what an invocation puts into it is still there for the next "
            "one; make it inside the handler",
            state.changes[0].span,
            related=(Related(f"`{state.name}` is made once, at import", related),) if related else (),
        )
