"""Fixes: apply what may be applied, look again, and stop when nothing is left to do.

1. Lint. Take the fixes that are safe enough, in the order of their places; one that touches another waits.
2. Apply them to a copy. Where a file does not parse any more, lost a comment, or changed where no edit is, find the
   fix that did it and drop it for good; keep the others. Edits that belong together are applied together or not at all.
3. Repeat until a round changes nothing. A fix that made way for another, and can then not be applied any more, is
   told as a conflict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from lint_rules.engine.finding import Conflict, Edit, Finding, Fix, Safety
from lint_rules.engine.keeping import lost
from lint_rules.engine.lint import Crash, Settings, judge, lint
from lint_rules.engine.marks import marks_in
from lint_rules.engine.project import Project
from lint_rules.engine.rule import RULES
from lint_rules.engine.sources.nesting import shallow
from lint_rules.engine.suppress import comments_in
from lint_rules.engine.typed import NamedTuple

ROUNDS = 100
"""A fix that is still at work after so many rounds undoes itself."""


class _Way(NamedTuple):
    """What a fix made way for: the rule of another; and the project in which it might have been applied instead."""

    rule: str
    project: Project
    finding: Finding


class FixResult(NamedTuple):
    """The project after fixing, what was fixed, what is still found, and a line for every fix dropped."""

    project: Project
    applied: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    dropped: tuple[str, ...]

    def changes(self, before: Project) -> dict[str, tuple[str, str]]:
        """Old and new raw text of the documents that differ from `before`."""
        pairs = (
            (path, (before.documents[path].raw, new.raw)) for path, new in self.project.documents.items()
        )
        return {path: pair for path, pair in pairs if pair[0] != pair[1]}


def fix(
    project: Project,
    config: Settings | None = None,
    allow: Safety = Safety.SAFE,
    on_crash: Callable[[Crash], None] | None = None,
) -> FixResult:
    """Apply every fix that is at least as safe as `allow`. Nothing is written to disk."""
    applied: list[Finding] = []
    dropped: dict[object, str] = {}
    waited: dict[object, _Way] = {}
    conflicts: dict[object, Conflict] = {}
    for number in range(ROUNDS + 1):
        findings = lint(project, config, on_crash)
        batch = _batch(project, findings, allow, dropped, waited)
        if not batch or number == ROUNDS:
            break
        after, reason = _applied(project, batch)
        if reason:
            wrong = [(finding, why) for finding in batch if (why := _applied(project, [finding])[1])]
            for finding, why in wrong:
                where = project.documents[finding.span.path]
                row = where.locate(finding.span.start).row
                dropped[_identity(project, finding)] = f"{where.path}:{row}: fix not applied: {why}"
                way = waited.get(_name(finding))
                if way and not _applied(way.project, [way.finding])[1]:
                    conflicts[_name(finding)] = Conflict(finding, way.rule, why)
            if wrong:
                continue
            # Each is right alone; together they are not.
            waited.update((_name(finding), _Way(batch[0].rule, project, finding)) for finding in batch[1:])
            batch = batch[:1]
            after, _ = _applied(project, batch)
        project = after
        applied += batch
    if batch:
        names = ", ".join(sorted({finding.rule for finding in batch}))
        dropped["endless"] = f"fixes did not settle after {ROUNDS} rounds: {names}"
        others = [finding.rule for finding in applied if finding.rule != batch[0].rule]
        if others:
            conflicts[_name(batch[0])] = Conflict(batch[0], others[-1], "each undoes the other")
    # Where they stand now.
    told = [conflicts[_name(f)]._replace(left=f) for f in findings if _name(f) in conflicts]
    if told:
        findings = sorted([*findings, *judge(project, config, told, on_crash)], key=_order)
    return FixResult(project, tuple(applied), tuple(findings), tuple(dropped.values()))


def _batch(
    project: Project,
    findings: Sequence[Finding],
    allow: Safety,
    dropped: dict[object, str],
    waited: dict[object, _Way],
) -> list[Finding]:
    """Findings whose fixes can be applied at once."""
    taken: list[tuple[Edit, str]] = []
    batch = []
    usable = [f for f in findings if fixable(f, allow) and _identity(project, f) not in dropped]
    # Fixes of suppressions take comments out, which no other fix may: they have a round of their own.
    for finding in [f for f in usable if not _about_comments(f)] or usable:
        edits = finding.fix.edits if finding.fix else ()
        way = next((rule for edit in edits for other, rule in taken if _touch(edit, other)), "")
        if way:
            waited[_name(finding)] = _Way(way, project, finding)
            continue
        taken += [(edit, finding.rule) for edit in edits]
        batch.append(finding)
    return batch


def fixable(finding: Finding, allow: Safety) -> bool:
    """Whether the finding has a fix that is at least as safe as `allow`."""
    return finding.fix is not None and finding.fix.safety >= allow and finding.fix.safety > Safety.SHOW_ONLY


def _about_comments(finding: Finding) -> bool:
    return RULES[finding.rule].subject == "Suppression"


def _touch(one: Edit, other: Edit) -> bool:
    a, b = one.span, other.span
    if a.path != b.path:
        return False
    # Two insertions in one place touch: their order would be chance.
    return (a.start < b.end and b.start < a.end) or a.start == b.start


def _identity(project: Project, finding: Finding) -> object:
    """The same for a finding after edits elsewhere have moved it."""
    made: Fix | None = finding.fix
    edits = made.edits if made else ()
    texts = tuple((project.documents[e.span.path].text[e.span.start : e.span.end], e.text) for e in edits)
    return finding.rule, finding.span.path, texts


def _name(finding: Finding) -> object:
    """The same for a finding whose fix has changed with the text around it."""
    return finding.rule, finding.span.path, finding.message


def _order(finding: Finding) -> tuple[str, int, str]:
    return finding.span.path, finding.span.start, RULES[finding.rule].code


def _applied(project: Project, batch: Sequence[Finding]) -> tuple[Project, str]:
    """The project after the fixes, and what is wrong with it, in words, or an empty string."""
    edits: dict[str, list[Edit]] = {}
    for finding in batch:
        for edit in finding.fix.edits if finding.fix else ():
            edits.setdefault(edit.span.path, []).append(edit)
    texts: dict[str, str] = {}
    for path, changes in edits.items():
        changes.sort(key=lambda edit: edit.span[1:])
        if any(_touch(one, other) for one, other in pairwise(changes)):
            return project, "its edits overlap"
        try:
            texts[path] = project.edited(path, changes)
        except ValueError as error:
            return project, str(error)
    if all(texts[path] == project.documents[path].raw for path in texts):
        return project, "it changes nothing"
    after = project.changed(texts)
    about_comments = all(map(_about_comments, batch))
    for path in texts:
        reason = _broken(project, after, path, about_comments, edits[path])
        if reason:
            return project, reason
    return after, ""


def _broken(before: Project, after: Project, path: str, about_comments: bool, edits: Sequence[Edit]) -> str:
    """Why the new text of a document is no improvement, or an empty string."""
    error = after.problem_of(path)
    if error and not before.problem_of(path):
        return f"the file would not parse any more: {error.message}"
    if len(after.templates_of(path)) < len(before.templates_of(path)):
        return "the template would not be one any more"
    gone = Counter(comments_in(before, path)) - Counter(comments_in(after, path))
    if any(not (about_comments and marks_in(comment)) for comment in gone):
        return "a comment would be lost"
    if lost(before, after, path, edits):
        return "something else would be changed"
    return "" if _round_trips(after, path) else "the fixed text would not keep its form"


def _round_trips(project: Project, path: str) -> bool:
    # Blank lines at the very end are not kept by libcst, and no fix's business.
    modules = project.modules_of(path)
    texts = [module.text.rstrip() for module in modules if module.tree is not None and shallow(module.text)]
    if not texts:
        return True
    import libcst

    try:
        return all(libcst.parse_module(text).code == text for text in texts)
    except libcst.ParserSyntaxError:
        return False
