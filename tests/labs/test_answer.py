"""A learner's code in a process of its own: values cross, errors are theirs, nothing stays behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psutil
import pytest

from course.cloud.runtime.world import Tier, readable_folders
from course.cloud.runtime.zygote import ZygoteLauncher
from course.lab.answer import Answer
from course.lab.checking import Failure, LearnerError
from course.lab.nests import Nests
from course.lab.pipes import OUTPUT

WAYS: dict[str, Any] = {}


@pytest.fixture(autouse=True, params=["interpreter", "fork", "sandbox"])
def way(request: pytest.FixtureRequest, nowhere: Any, zygote: ZygoteLauncher, nests: Nests) -> str:
    """Each sentence holds for each way in which a learner's file is run."""
    WAYS.clear()
    WAYS["cloud"] = nowhere
    if request.param != "interpreter":
        WAYS["forks"] = zygote
    if request.param == "sandbox":
        if Tier().find().tier != "full":
            pytest.skip("this system refuses namespaces")
        WAYS["forks"] = nests
    return str(request.param)


def answer(folder: Path, seconds: float = 5, **files: str) -> Answer:
    named = {f"{name}.py": text for name, text in files.items()}
    return Answer(named, folder, seconds=seconds, **WAYS)


def raised(of: Answer, function: str = "f", *arguments: Any) -> LearnerError:
    with pytest.raises(LearnerError) as caught:
        of.call("a.py", function, *arguments)
    return caught.value


VALUES = [None, 1, 2.5, "é\U0001f600", [1, [2]], {"a": {"b": None}}, b"\x00\xff", {"deep": [b"bytes"]}]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_crosses_both_ways(tmp_path: Path, value: Any) -> None:
    assert answer(tmp_path, a="def f(x, *, y): return [x, y]").call("a.py", "f", value, y=value) == [
        value,
        value,
    ]


def test_a_value_that_is_no_json_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        answer(tmp_path, a="def f(given): return given").call("a.py", "f", object())
    assert not (tmp_path / "answer").exists()


def test_a_dataclass_comes_back_as_a_dict_and_a_tuple_as_a_list(tmp_path: Path) -> None:
    source = """
from dataclasses import dataclass

@dataclass
class Point:
    x: int
    y: tuple

def f():
    return Point(1, (2, b"3"))
"""
    assert answer(tmp_path, a=source).call("a.py", "f") == {"x": 1, "y": [2, b"3"]}


def test_a_file_imports_the_learners_other_files(tmp_path: Path) -> None:
    assert answer(tmp_path, a="from b import f", b="def f(): return __name__").call("a.py", "f") == "b"


def test_an_exception_is_the_learners_with_its_own_frames_only(tmp_path: Path) -> None:
    error = raised(answer(tmp_path, a="def f():\n    return {}['missing']"))
    assert (error.type, error.message, str(error)) == ("KeyError", "'missing'", "KeyError: 'missing'")
    assert "a.py" in error.traceback
    assert error.traceback.splitlines()[1].startswith('  File "a.py", line 2, in f')
    assert "call.py" not in error.traceback


def test_frames_of_libraries_and_of_this_machine_are_left_out(tmp_path: Path) -> None:
    source = """
import json

def f():
    try:
        json.loads("{")
    except ValueError as error:
        raise RuntimeError("no JSON") from error
"""
    trace = raised(answer(tmp_path, a=source)).traceback
    assert trace.count('File "a.py"') == 2
    assert "json/decoder" not in trace
    assert str(tmp_path) not in trace
    assert "JSONDecodeError" in trace
    assert "no JSON" in trace


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    error = raised(answer(tmp_path, a="x = 1\ndef f(:\n"))
    assert error.type == "SyntaxError"
    assert "(a.py, line 2)" in error.message


@pytest.mark.parametrize(
    "source", ["import sys\nsys.exit(3)", "import os\nos._exit(3)", "raise KeyboardInterrupt"]
)
def test_a_file_that_exits_is_an_error_not_a_result(tmp_path: Path, source: str) -> None:
    assert raised(answer(tmp_path, a=source)).type in ("SystemExit", "KeyboardInterrupt")


def test_a_call_that_never_returns_ends_with_its_limit(tmp_path: Path) -> None:
    swallows = "while True:\n        try:\n            while True: pass\n        except BaseException: pass"
    source = f"def f():\n    {swallows}"
    error = raised(answer(tmp_path, 0.5, a=source))
    assert (error.type, error.message) == ("TimeoutError", "f did not return within 0.5 seconds")


def test_a_value_that_is_not_json_is_refused_by_type(tmp_path: Path) -> None:
    error = raised(answer(tmp_path, a="def f(): return object()"))
    assert error.type == "TypeError"
    assert "type object cannot be written as JSON" in error.message


def test_a_value_that_cannot_be_copied_is_refused_by_type_too(tmp_path: Path) -> None:
    source = """
from dataclasses import dataclass

@dataclass
class Reply:
    payload: object

def f():
    return Reply(open(__file__))
"""
    error = raised(answer(tmp_path, a=source))
    assert "type TextIOWrapper cannot be written as JSON" in error.message
    assert error.traceback == ""


def test_a_giant_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="returned more than 1 MB"):
        answer(tmp_path, a="def f(): return 'x' * 5_000_000").call("a.py", "f")


def test_a_missing_function_and_a_missing_file_are_failures(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="defines no function `g`"):
        answer(tmp_path, a="f = 1").call("a.py", "g")
    with pytest.raises(Failure, match=r"b\.py does not exist yet") as caught:
        answer(tmp_path, a="").text("b.py")
    assert "Run the cell that writes b.py" in caught.value.help


def test_an_empty_file_defines_nothing(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="defines no function"):
        answer(tmp_path, a="").call("a.py", "f")


def test_ten_megabytes_of_output_are_cut_and_cost_nothing(tmp_path: Path) -> None:
    noisy = "print('x' * 10_000_000)\ndef f(): return 1"
    given = answer(tmp_path, a=noisy)
    assert given.call("a.py", "f") == 1
    assert OUTPUT <= len(given.run("a.py").stdout) <= OUTPUT + 1


def test_a_script_runs_as_main_in_the_folder_of_the_answer(tmp_path: Path) -> None:
    source = "import b, os, sys\nprint(__name__, os.path.basename(os.getcwd()), b.x)\nsys.exit('no')"
    done = answer(tmp_path, a=source, b="x = 'é'").run("a.py")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "__main__ answer é\n", "no\n")


def test_a_script_that_never_ends_is_killed_and_says_so(tmp_path: Path) -> None:
    done = answer(tmp_path, 0.5, a="print('begun', flush=True)\nwhile True: pass").run("a.py")
    assert (done.exit_code, done.stdout) == (-9, "begun\n")
    assert "killed: a.py ran longer than 0.5 seconds" in done.stderr


def test_the_environment_holds_the_cloud_and_no_secret_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    seen = answer(tmp_path, a="import os\ndef f(): return dict(os.environ)").call("a.py", "f")
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert seen["HOME"] == str(tmp_path) or (way == "sandbox" and seen["HOME"] == "/tmp")
    assert "GITHUB_TOKEN" not in seen


def test_nothing_a_call_started_outlives_it(
    tmp_path: Path, alive: Callable[[Iterable[psutil.Process]], list[psutil.Process]], way: str
) -> None:
    source = """
import subprocess, sys
def f():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(59123)"], start_new_session=LEAVES)
    return 1
"""
    # Without a sandbox, who leaves the group is ended by the check's process, which adopts it.
    leaves = "True" if way == "sandbox" else "False"
    assert answer(tmp_path, a=source.replace("LEAVES", leaves)).call("a.py", "f") == 1
    assert alive([one for one in psutil.process_iter() if "time.sleep(59123)" in " ".join(words(one))]) == []


def words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_no_descriptor_is_left_open(tmp_path: Path, nothing_left_open: Any) -> None:
    given = answer(tmp_path, a="def f(): return 1")
    given.call("a.py", "f")
    with nothing_left_open():
        given.call("a.py", "f")


def test_where_no_process_can_be_started_nothing_is_left_open(
    tmp_path: Path, way: str, nothing_left_open: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = ZygoteLauncher()
    gone.close()
    if way == "interpreter":
        monkeypatch.setattr("sys.executable", str(tmp_path / "absent"))
    else:
        WAYS["forks"] = gone if way == "fork" else Nests(gone, readable_folders())
    given = answer(tmp_path, a="def f(): return 1")
    with (
        nothing_left_open(),
        pytest.raises(OSError, match=r"launcher is closed|No such file|cannot be started"),
    ):
        given.call("a.py", "f")


def test_in_the_sandbox_nothing_of_the_machine_can_be_seen(tmp_path: Path, way: str) -> None:
    if way != "sandbox":
        pytest.skip("only a sandbox hides the machine")
    source = """
import os
def f(*paths):
    processes = [name for name in os.listdir("/proc") if name.isdigit()]
    return [os.listdir("/tmp"), len(processes), [path for path in paths if os.path.exists(path)]]
"""
    repository = Path(__file__).parents[2]
    hidden = [str(tmp_path), *(str(repository / name) for name in ("solutions", "labs", "course", "tests"))]
    tmp, processes, seen = answer(tmp_path, a=source).call("a.py", "f", *hidden)
    # An interpreter may lie below /tmp itself.
    kept = {Path(folder).parts[2] for folder in readable_folders() if folder.startswith("/tmp/")}
    assert ({*tmp} - kept, processes, seen) == ({"answer"}, 2, [])


def test_in_the_sandbox_processes_are_counted(tmp_path: Path, way: str) -> None:
    if way != "sandbox" or not os.path.exists("/proc/sys/kernel/pid_max"):
        pytest.skip("only a sandbox has a count of its own")
    source = """
import os, time
def f():
    for count in range(2000):
        try:
            if os.fork() == 0:
                time.sleep(60)
        except OSError:
            return count
"""
    release = tuple(int(part) for part in os.uname().release.split(".")[:2])
    if release < (6, 14):
        pytest.skip("a PID namespace has a limit of its own from Linux 6.14 on")
    assert answer(tmp_path, a=source).call("a.py", "f") < 301


def test_a_script_may_write_beside_its_files(tmp_path: Path) -> None:
    done = answer(tmp_path, a="open('made.txt', 'w').write('x')\nprint(open('made.txt').read())").run("a.py")
    assert (done.exit_code, done.stdout) == (0, "x\n")


def test_a_learners_module_stands_before_one_that_was_imported_already(tmp_path: Path) -> None:
    files = {"a": "import string, wire\ndef f(): return [string.mine, wire.mine]", "string": "mine = 1"}
    assert answer(tmp_path, **files, wire="mine = 2").call("a.py", "f") == [1, 2]
