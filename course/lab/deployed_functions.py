"""Functions that a learner put into their cloud with `%%lambda` or `lab.deploy`: noted, and brought back.

The cloud of `lambdalab start` begins empty; after a crash, or the next day, `resume` deploys again what the notes say.
What was made with boto3 alone comes back by running its cells.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course.errors import UserError
from course.lab import deployment
from course.lab.deployment import Deployed
from course.lab.desk import Desk


def deploy(
    folder: Path,
    name: str,
    handler: str,
    files: Sequence[str],
    settings: Mapping[str, Any],
    *,
    debug: bool = False,
) -> Deployed:
    """Deploy a function (see `deployment.deploy`), and note how, if the folder is a lab's."""
    done = deployment.deploy(folder, name, handler, files, settings, debug=debug)
    with contextlib.suppress(UserError, TypeError):  # settings that are no JSON are not noted
        Desk.here(folder).note_deployment(name, handler, files, settings)
    return done


def resume(desk: Desk) -> list[tuple[str, str]]:
    """Deploy again what was deployed in this lab: each function with a sentence of what came of it."""
    found = []
    for event in desk.deployments:
        name, files, settings = str(event["function"]), event.get("files") or [], event.get("settings") or {}
        try:
            done = deployment.deploy(
                desk.folder, name, str(event.get("handler")), files, settings, debug=False
            )
            found.append((name, done.sentence))
        except UserError as error:
            found.append((name, str(error)))
    return found
