"""LAM106."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Project, Related, rule


@rule("LAM106", looks_at=Project, severity="warning", since="0.2", triggers=("def",))
def unbounded_global_growth(project: Project) -> Iterator[Finding]:
    """A set or dictionary of the module takes in new keys on every invocation, and nothing takes any out.

    ## Why it matters
    A module lives as long as its execution environment, which is hours under steady traffic. A cache or a memory of
    what was seen that only grows takes the environment's memory, until an invocation ends in Runtime.OutOfMemory, and
    what it says of long ago is out of date. What an invocation adds blindly, or of its own event, LAM104 and LAM105
    tell of.

    ## Bad
    ```python file="app.py"
    import boto3

    ec2 = boto3.client("ec2")
    seen = set()

    def handler(event, context):
        fresh = []
        for volume in ec2.describe_volumes(MaxResults=50)["Volumes"]:
            if volume["VolumeId"] not in seen:
                seen.add(volume["VolumeId"])  # expect: unbounded-global-growth
                fresh.append(volume["Size"])
        return {"fresh": fresh}
    ```

    ## Good
    Keys that are written in the code are few.
    ```python file="app.py"
    import boto3

    ssm = boto3.client("ssm")
    cache = {}

    def parameter(name):
        if name not in cache:
            cache[name] = ssm.get_parameter(Name=name)["Parameter"]["Value"]
        return cache[name]

    def handler(event, context):
        return {"greeting": parameter("/shop/greeting"), "name": parameter("/shop/name")}
    ```

    A bound, by hand or by a container that has one.
    ```python file="app.py"
    import boto3
    from cachetools import TTLCache

    ec2 = boto3.client("ec2")
    seen = set()
    sizes = TTLCache(maxsize=100, ttl=300)

    def handler(event, context):
        for volume in ec2.describe_volumes(MaxResults=50)["Volumes"]:
            if volume["VolumeId"] not in sizes:
                sizes[volume["VolumeId"]] = volume["Size"]
            if volume["VolumeId"] not in seen:
                if len(seen) > 1000:
                    seen.clear()
                seen.add(volume["VolumeId"])
        return {"sizes": sum(sizes.values())}
    ```

    ## When not to fix
    What the keys come from is small and does not change.

    ## See also
    LAM104 module-state-mutated, LAM105 event-data-in-global. AWS: "Understanding the Lambda execution environment
    lifecycle".
    """
    told = {(state.home, state.name) for handler in project.handlers for state in handler.kept_state()}
    for handler in project.handlers:
        for growth in handler.growths():
            place = (growth.home, growth.name)
            if place in told:
                continue
            told.add(place)
            yield Finding(
                f"`{growth.name}` gets new keys for as long as the environment lives, and nothing takes any out; give "
                "it a limit",
                growth.span,
                related=(Related(f"`{growth.name}` is made once, at import", growth.made_at),)
                if growth.made_at
                else (),
            )
