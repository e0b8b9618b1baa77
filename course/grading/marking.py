"""Marks one learner's work: every check of a lab, with what it observed, how long it took and what it earned.

A check that broke is our fault: it is tried once more with a cloud of its own, and if it breaks again, it counts
neither for nor against the learner. Unless it is the work that breaks it: when the check stumbled over a value of
another shape, or comes to a verdict on the learners' stubs, it did not hold, and a note asks the teacher to look.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from course.grading.bundle import Bundle
from course.grading.handed import Place, Work
from course.grading.verdict import CheckVerdict, Verdict
from course.lab import checks as checking
from course.lab.checks import CheckResult, Examiner
from course.lab.grade import Grade, grade

Now = Callable[[], float]
Found = tuple[str, CheckResult]
"""An exercise's name and the result of one of its checks."""
REASON = 2_000
"""Characters of an observation that are kept."""
UNJUDGED = "what this gives is nothing that the check can judge"
_SHAPE = re.compile(
    r"the check itself failed: "
    r"(TypeError|KeyError|IndexError|AttributeError|ValueError|RecursionError|OverflowError|MemoryError|"
    r"JSONDecodeError|Unicode\w+|Error|ClientError|\w+Exception)\b"
)
"""What values of an unexpected kind raise: Python's words, base64's `Error`, and an AWS service's refusals."""


def seed(salt: str, learner: str, lab: str) -> int:
    """The seed of a learner's inputs: the same for the same roster's salt, and another for each learner and lab."""
    return int.from_bytes(hashlib.sha256(f"{salt}\0{learner}\0{lab}".encode()).digest()[:4], "big")


def mark(bundle: Bundle, place: Place, work: Work, seed: int, examiner: Examiner, now: Now) -> Verdict:
    """The verdict on a learner's work. `now` tells the time in seconds since 1970."""
    seconds: dict[str, float] = {}
    began = now()
    if work.problem:
        results = _everywhere(bundle, checking.Verdict.NOT_ATTEMPTED)
        return _made(bundle, place, work, seed, began, examiner.isolation(), results, seconds)
    graded = _graded(bundle, work, seed, examiner, now, seconds)
    if any(result.verdict is checking.Verdict.BROKEN for result in graded.results):
        examiner.renew()
        graded = _graded(bundle, work, seed, examiner, now, seconds)
    results = [
        (found.exercise.name, _told_apart(result, bundle, seed, examiner))
        for found in graded.exercises
        for result in found.results
    ]
    notes = tuple(
        f"{result.check.name} ends with this work in a way that it cannot judge; please look at it"
        for _, result in results
        if result.rationale.startswith(UNJUDGED)
    )
    told = replace(work, notes=work.notes + notes)
    return _made(bundle, place, told, seed, began, examiner.isolation(), results, seconds)


def _told_apart(result: CheckResult, bundle: Bundle, seed: int, examiner: Examiner) -> CheckResult:
    """A check that broke with a learner's work, judged by what it does with the stubs: whoever hands in what a check
    stumbles over must not gain by it."""
    if result.verdict is not checking.Verdict.BROKEN:
        return result
    if not _SHAPE.match(result.rationale):
        examiner.renew()
        if examiner.examine(result.check, bundle.lab.stubs, seed).verdict is checking.Verdict.BROKEN:
            return result
    observed = f"{UNJUDGED} ({result.rationale.removeprefix('the check itself failed: ')})"
    return replace(result, verdict=checking.Verdict.FAILED, rationale=observed, help="")


def broken(bundle: Bundle, place: Place, work: Work, seed: int, at: float, why: str) -> Verdict:
    """The verdict when grading itself failed: nothing could be judged, and `why` is our affair."""
    told = replace(work, notes=(*work.notes, f"grading failed: {why}"))
    return _made(bundle, place, told, seed, at, "", _everywhere(bundle, checking.Verdict.BROKEN), {})


def _everywhere(bundle: Bundle, verdict: checking.Verdict) -> list[Found]:
    return [
        (exercise.name, CheckResult(check, verdict))
        for exercise in bundle.lab.exercises
        for check in exercise.checks
    ]


def _made(
    bundle: Bundle,
    place: Place,
    work: Work,
    seed: int,
    at: float,
    isolation: str,
    results: list[Found],
    seconds: Mapping[str, float],
) -> Verdict:
    return Verdict(
        learner=place.learner,
        lab=bundle.lab.slug,
        source=place.source,
        work=work.digest,
        bundle=bundle.digest,
        seed=seed,
        at=round(at, 3),
        isolation=isolation,
        problem=work.problem,
        notes=work.notes,
        checks=tuple(
            _verdict(bundle, exercise, result, seconds.get(result.check.name, 0.0))
            for exercise, result in results
        ),
        hints={
            exercise.name: shown
            for exercise in bundle.lab.exercises
            if (shown := work.hints.get(bundle.lab.slug, {}).get(exercise.name))
        },
    )


def _graded(
    bundle: Bundle, work: Work, seed: int, examiner: Examiner, now: Now, seconds: dict[str, float]
) -> Grade:
    last = now()

    def heard(result: CheckResult) -> None:
        nonlocal last
        seconds[result.check.name] = now() - last
        last = now()

    return grade(bundle.lab, work.files, seed=seed, examiner=examiner, on_progress=heard)


def _verdict(bundle: Bundle, exercise: str, result: CheckResult, seconds: float) -> CheckVerdict:
    check = result.check
    return CheckVerdict(
        exercise=exercise,
        check=check.name,
        sentence=check.sentence,
        verdict=result.verdict.value,
        points=check.points if result.verdict is checking.Verdict.PASSED else 0.0,
        of=check.points,
        reason=result.rationale[:REASON],
        help=result.help[:REASON],
        seconds=round(seconds, 3),
        hidden=check.hidden,
        digest=bundle.checks[check.name],
    )
