"""Baselines: findings that are known and kept quiet about, so that an old code base can start with the new ones.

A finding is recognised by its rule, its file and the text of its line, so it may move; of equal ones as many are kept
quiet as are listed. The file is JSON, sorted, and reads well in a review.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

from lint_rules.engine.errors import UsageError
from lint_rules.engine.finding import Finding
from lint_rules.engine.project import Project
from lint_rules.engine.rule import RULES
from lint_rules.engine.typed import NamedTuple

NAME = "lambdalint-baseline.json"
"""What the file is called where nothing else is said."""

_FORM = 1


class _Known(NamedTuple):
    path: str
    rule: str
    line: str


class Sifted(NamedTuple):
    """The findings that are new, how many are known, and how many of those listed are gone."""

    new: list[Finding]
    known: int
    gone: int


def write_baseline(path: str, project: Project, findings: Sequence[Finding]) -> str:
    """The text of the baseline at `path` that lists these findings."""
    import json

    folder = os.path.dirname(os.path.abspath(path))
    counts = Counter(_known(project, finding, folder) for finding in findings)
    listed = [
        {
            "path": known.path,
            "code": RULES[known.rule].code,
            "rule": known.rule,
            "line": known.line,
            "count": n,
        }
        for known, n in sorted(counts.items())
    ]
    return json.dumps({"lambdalint-baseline": _FORM, "findings": listed}, indent=1, ensure_ascii=False) + "\n"


def sift(path: str, project: Project, findings: Sequence[Finding], looked_at: Sequence[str]) -> Sifted:
    """Part findings into new and known ones. Of files that were not looked at nothing is gone.

    Raises UsageError for a file that is no baseline.
    """
    folder = os.path.dirname(os.path.abspath(path))
    left = _read(path)
    new = []
    for finding in findings:
        known = _known(project, finding, folder)
        if left[known] > 0:
            left[known] -= 1
        else:
            new.append(finding)
    seen = {_place(file, folder) for file in looked_at}
    gone = sum(n for known, n in left.items() if known.path in seen)
    return Sifted(new, len(findings) - len(new), gone)


def _read(path: str) -> Counter[_Known]:
    import json

    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if content["lambdalint-baseline"] != _FORM:
            raise UsageError(
                f"{path}: a baseline of another version; write it again with `lambdalint baseline`"
            )
        counts: Counter[_Known] = Counter()
        for item in content["findings"]:
            counts[_Known(str(item["path"]), str(item["rule"]), str(item["line"]))] += int(item["count"])
        return counts
    except FileNotFoundError:
        raise UsageError(f"{path}: no such baseline; write it with `lambdalint baseline`") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path}: not a baseline; write it again with `lambdalint baseline`") from None


def _known(project: Project, finding: Finding, folder: str) -> _Known:
    document = project.documents[finding.span.path]
    line = document.line(document.row(finding.span.start)).strip() if document.text else ""
    return _Known(_place(finding.span.path, folder), finding.rule, line)


def _place(path: str, folder: str) -> str:
    return os.path.relpath(os.path.abspath(path), folder).replace(os.sep, "/")
