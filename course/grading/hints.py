"""The hints that a learner had shown, as the journal says that came with their work.

It is the learner's own file: a remark for the teacher, which never counts. What is not as a journal has it is passed
over, and nothing in it makes a work unreadable.
"""

from __future__ import annotations

import json
from typing import Any

from course.lab.journal import FOLDER, LOG

PATH = f"{FOLDER}/{LOG}"
SIZE = 4 * 1024**2
MANY = 1_000
MOST = 9

Hints = dict[str, dict[str, int]]
"""By lab and exercise, how many were shown."""


def used(data: bytes) -> Hints:
    """What a journal tells."""
    found: Hints = {}
    for line in data[:SIZE].decode(errors="replace").splitlines():
        try:
            event: Any = json.loads(line)
        except (ValueError, RecursionError):
            continue
        match event:
            case {"hint": bool()}:  # an int for Python
                continue
            case {"event": "hint", "lab": str(lab), "exercise": str(exercise), "hint": int(hint)}:
                if len(found) < MANY and len(found.get(lab, {})) < MANY:
                    of_lab = found.setdefault(lab[:100], {})
                    of_lab[exercise[:100]] = max(of_lab.get(exercise[:100], 0), min(MOST, max(0, hint)))
    return found
