"""As root, each checking process has a user of its own, where the system lets it; and grades the same where not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.cloud.runtime.world import Tier
from course.lab import quarters
from course.lab.quarters import Quarters

ROOT = Path(__file__).resolve().parents[2]
FULL = Tier().find().tier == "full"
AS_ROOT = pytest.mark.skipif(
    not FULL or os.geteuid() != 0, reason="only root, and where there are namespaces, has users to give"
)
NOBODY = quarters.spare(os.getpid(), 31)
SCRIPT = """
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from course.cloud.clock import SystemClock
from course.cloud.runtime.child.bootstrap import descendants
from course.cloud.runtime.process import children_of
from course.lab.checks import Examiner
from course.lab.document import Check
from course.lab.forkserver import ForkServer

SOURCE = '''
def it_answers(cloud, answer):
    assert answer.call("a.py", "f") == 1
'''
WAITS = "import time\\ndef f():\\n    time.sleep(3)\\n    return 1\\n"
check = Check("it_answers", "", 1, SOURCE, False, None, 60)

def user(pid):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) for line in lines if line.startswith("Uid:"))

used = ForkServer()
server = used if sys.argv[1] == "forks" else None
with used, Examiner(server) as one, Examiner(server) as other, ThreadPoolExecutor(2) as pool:
    isolation = [one.isolation(), other.isolation()]
    held = [pool.submit(examiner.examine, check, {"a.py": WAITS}) for examiner in (one, other)]
    users, count = {pid: set() for pid in children_of(os.getpid())}, 0
    if server:  # the one child and the two that wait below it are who they were; the others are theirs
        waiting = children_of(*users)[:2]
        users = {pid: set() for pid in descendants(*users) if pid not in waiting}
    while not all(each.done() for each in held):
        for child, found in users.items():
            below = descendants(child)
            found |= {user(pid) for pid in [child, *below]} - {None}
            count = max(count, len(below))
        SystemClock().sleep(0.1)
    verdicts = [each.result().verdict.value for each in held]
folders = [str(examiner.folder) for examiner in (one, other) if examiner.folder.exists()]
told = {"verdicts": verdicts, "isolation": isolation, "users": [sorted(found) for found in users.values()]}
print(json.dumps({**told, "below": count, "folders": folders}))
"""


@pytest.fixture(scope="module")
def anybodys() -> Iterator[str]:
    """An interpreter that every user of this machine may run, with what ours has but the course; skips without one."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = shutil.which(name, path="/usr/local/bin:/usr/bin:/bin")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for base in filter(None, (os.path.realpath(sys.executable), found)):
            try:
                subprocess.run(
                    [base, "-m", "venv", "--clear", "--without-pip", folder], check=True, capture_output=True
                )
                (packages,) = Path(folder).glob("lib/*/site-packages")
                (packages / "ours.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
                command = [f"{folder}/bin/python", "-c", "import botocore"]
                user = {"user": NOBODY, "group": NOBODY, "extra_groups": ()}
                subprocess.run(command, cwd="/", check=True, capture_output=True, **user)  # type: ignore[call-overload]
            except (OSError, subprocess.SubprocessError):
                continue
            yield command[0]
            return
    pytest.skip("no interpreter here that every user may run")


def graded(
    python: str, packages: Path = ROOT, folder: str = "/tmp", how: str = "interpreters"
) -> dict[str, object]:
    """What two examiners of one process say of the same answer, and as whom their processes ran."""
    done = subprocess.run(
        [python, "-B", "-c", SCRIPT, how],
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(packages), "TMPDIR": folder},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("below") >= 3, "no learner's process was seen"
    assert told.pop("folders") == []
    return dict(told)


def test_no_two_examiners_of_running_processes_have_the_same_user() -> None:
    processes, examiners = (1, 2, 4_194_304), range(quarters.EACH)
    found = {quarters.spare(process, number) for process in processes for number in examiners}
    assert len(found) == len(processes) * len(examiners)
    assert max(found) < 2_147_352_576, "from here on systemd has a use for them"


def test_what_a_link_in_the_place_of_a_folder_leads_to_is_left_alone(tmp_path: Path) -> None:
    """Whoever owned the folder could have put one there."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kept").touch()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    quarters.taken_back(Quarters(tmp_path / "link"))
    assert (tmp_path / "mine" / "kept").exists()


@AS_ROOT
def test_learners_code_that_root_grades_is_no_root_and_no_neighbours_user(anybodys: str) -> None:
    told = graded(anybodys)
    (one,), (other,) = told.pop("users")  # type: ignore[attr-defined]
    assert len({one, other, os.getuid()}) == 3
    assert told == {"verdicts": ["passed"] * 2, "isolation": ["full"] * 2}


@AS_ROOT
def test_where_only_root_reaches_the_folder_root_grades_as_it_is(anybodys: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    told = graded(anybodys, folder=str(tmp_path))
    assert told == {"verdicts": ["passed"] * 2, "isolation": ["full"] * 2, "users": [[0], [0]]}
    assert list(tmp_path.iterdir()) == []


@AS_ROOT
def test_where_only_root_reaches_our_packages_root_grades_as_it_is(anybodys: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    for package in ("course", "lint_rules"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    told = graded(anybodys, tmp_path)
    assert told == {"verdicts": ["passed"] * 2, "isolation": ["full"] * 2, "users": [[0], [0]]}


@AS_ROOT
def test_children_that_are_forked_and_their_zygotes_have_users_of_their_own_too(anybodys: str) -> None:
    told = graded(anybodys, how="forks")
    users = [found for (found,) in told.pop("users")]  # type: ignore[attr-defined]
    assert len(set(users)) == 2
    assert os.getuid() not in users
    assert told == {"verdicts": ["passed"] * 2, "isolation": ["full"] * 2}


@AS_ROOT
def test_forked_children_are_root_where_only_root_reaches_our_packages(anybodys: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    for package in ("course", "lint_rules"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    told = graded(anybodys, tmp_path, how="forks")
    assert {user for found in told.pop("users") for user in found} == {0}  # type: ignore[attr-defined]
    assert told == {"verdicts": ["passed"] * 2, "isolation": ["full"] * 2}
