"""Folders that learners write to while they are graded, as on the machine of a class."""

from __future__ import annotations

import codecs
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.grading import handed
from course.grading.handed import Place

NAMES = ("hello.py",)
SLUG = "01_hello_event"


def hand_in(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "hello.py").write_text(text)


@pytest.fixture
def swapping(tmp_path: Path) -> Iterator[Path]:
    """Eve's folder, in whose place there is a link to Bob's every other moment."""
    hand_in(tmp_path / "bob", "BOBS = 1\n")
    mine, aside, link = (tmp_path / name for name in ("eve", "aside", "link"))
    mine.mkdir()
    link.symlink_to(tmp_path / "bob")
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            mine.rename(aside)
            link.rename(mine)
            mine.rename(link)
            aside.rename(mine)

    thread = threading.Thread(target=swap)
    thread.start()
    yield mine
    done.set()
    thread.join()


@pytest.mark.parametrize("many", range(4))
def test_a_folder_that_becomes_a_link_while_it_is_read_is_not_followed(swapping: Path, many: int) -> None:
    place = Place("eve", swapping)
    works = [handed.read(place, NAMES) for _ in range(3000)]
    assert not [work.files for work in works if work.files]


@pytest.mark.parametrize("closed", ["bob", f"bob/{SLUG}", f"bob/{SLUG}/work"])
def test_a_folder_that_its_learner_closed_is_their_problem_alone(closed: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        top.chmod(0o755)
        hand_in(top / "ann", "ANNS = 1\n")
        hand_in(top / "bob" / SLUG / "work", "BOBS = 1\n")
        (top / closed).chmod(0)
        try:
            said = json.loads(as_anybody(lambda: problems(top)))
        finally:
            (top / closed).chmod(0o700)
    assert said["ann"] == ""
    assert said["bob"].endswith("cannot be read: Permission denied")


def test_an_archive_that_becomes_a_pipe_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(tmp_path / "ann", "ANNS = 1\n")
    os.mkfifo(tmp_path / "eve.zip")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "is_file", lambda path: path.suffix == ".zip")  # when it was looked at
        found = handed.find([tmp_path], SLUG)
    works = {place.learner: handed.read(place, NAMES) for place in found}
    assert works["ann"].problem == ""
    assert works["eve"].problem.endswith("holds what is no file (eve.zip)")


def test_an_archive_that_its_learner_closed_is_their_problem_alone() -> None:
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        top.chmod(0o755)
        hand_in(top / "ann", "ANNS = 1\n")
        (top / "bob.zip").touch(0)
        said = json.loads(as_anybody(lambda: problems(top)))
    assert said["ann"] == ""
    assert said["bob"].endswith("cannot be read: Permission denied")


def problems(top: Path) -> str:
    """The problem with each learner's work below a folder, as JSON."""
    works = {place.learner: handed.read(place, NAMES) for place in handed.find([top], SLUG)}
    return json.dumps({learner: work.problem for learner, work in works.items()})


def as_anybody(tell: Callable[[], str]) -> str:
    """What `tell` says in a process without root's rights."""
    codecs.lookup("utf-8-sig")  # as whoever we are: the interpreter may lie where only root reads
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(54321)
            os.write(theirs, tell().encode())
        finally:
            os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    with os.fdopen(ours) as said:
        return said.read()
