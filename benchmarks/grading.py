"""What grading a submission costs here, with nbgrader and with otter: the same five exercises, in one run.

    python benchmarks/grading.py [--peers PYTHON] [--count 20] [--rounds 2] [--workers 1] [--memory 3]

PYTHON is an interpreter that has nbgrader, otter-grader, boto3 and moto (an environment of its own: they pin what we do
not). Every submission solves everything. Printed are wall seconds a submission, start-up shared out over the batch, CPU
seconds where Linux's `perf` can count them (on a machine that others use, too, these are the ones to compare), the
memory of the process tree (PSS, peak), and the ratios. Without --peers ours alone. With --memory N instead the memory
that ours takes with one worker to N of them, what is forked for learners' code included: of all processes, and of those
beside the workers' clouds and what clouds are forks of. PSS is what the kernel counts (smaps_rollup): a page that
several processes share is shared out among them, so that a sum over all processes counts each page once.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from tree_cost import Cost, cost, environment

if TYPE_CHECKING:
    from course.lab.document import Exercise, Lab

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = {
    "proxy": (
        "import json\n\ndef proxy(event, context):\n"
        '    body = {"hello": (event.get("queryStringParameters") or {}).get("name", "you")}\n'
        '    return {"statusCode": 200, "body": json.dumps(body)}\n',
        'found = call("proxy", {"queryStringParameters": {"name": "Ada"}}, None)\n'
        'assert found["statusCode"] == 200\nassert json.loads(found["body"]) == {"hello": "Ada"}\n'
        'assert json.loads(call("proxy", {}, None)["body"]) == {"hello": "you"}\n',
    ),
    "keys": (
        "from urllib.parse import unquote_plus\n\ndef keys(event, context):\n"
        '    return [unquote_plus(one["s3"]["object"]["key"]) for one in event["Records"]]\n',
        'event = {"Records": [{"s3": {"object": {"key": key}}} for key in ("a+b.jpg", "%C3%A9.png")]}\n'
        'assert call("keys", event, None) == ["a b.jpg", "é.png"]\n',
    ),
    "copy": (
        "import boto3\n\ndef copy(event, context):\n"
        '    s3 = boto3.client("s3", region_name="us-east-1")\n'
        '    for one in event["Records"]:\n        key = one["s3"]["object"]["key"]\n'
        '        s3.copy_object(Bucket="copies", Key=key, CopySource={"Bucket": "photos", "Key": key})\n'
        '    return len(event["Records"])\n',
        's3 = client("s3")\n_ = s3.create_bucket(Bucket="photos"), s3.create_bucket(Bucket="copies")\n'
        '_ = s3.put_object(Bucket="photos", Key="a.jpg", Body=b"x")\n'
        'assert call("copy", {"Records": [{"s3": {"object": {"key": "a.jpg"}}}]}, None) == 1\n'
        'assert s3.get_object(Bucket="copies", Key="a.jpg")["Body"].read() == b"x"\n',
    ),
    "once": (
        "import boto3\n\ndef once(event, context):\n"
        '    table = boto3.client("dynamodb", region_name="us-east-1")\n    try:\n'
        '        table.put_item(TableName="seen", Item={"id": {"S": event["id"]}},\n'
        '            ConditionExpression="attribute_not_exists(id)")\n'
        "    except table.exceptions.ConditionalCheckFailedException:\n        return False\n    return True\n",
        '_ = client("dynamodb").create_table(TableName="seen", BillingMode="PAY_PER_REQUEST",\n'
        '    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],\n'
        '    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])\n'
        'assert [call("once", {"id": "1"}, None), call("once", {"id": "1"}, None)] == [True, False]\n',
    ),
    "batch": (
        "import json\n\ndef batch(event, context):\n    failed = []\n"
        '    for one in event["Records"]:\n        try:\n            json.loads(one["body"])\n'
        '        except ValueError:\n            failed.append({"itemIdentifier": one["messageId"]})\n'
        '    return {"batchItemFailures": failed}\n',
        'event = {"Records": [{"messageId": "1", "body": "{}"}, {"messageId": "2", "body": "{"}]}\n'
        'assert call("batch", event, None) == {"batchItemFailures": [{"itemIdentifier": "2"}]}\n',
    ),
}
SET_UP = (
    "import json\nimport os\nimport boto3\nfrom moto import mock_aws\n"
    'os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")\n'
    "mock_aws().start()\n"
    'def client(name): return boto3.client(name, region_name="us-east-1")\n'
    "def call(name, *arguments): return globals()[name](*arguments)\n"
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", help="a Python with nbgrader, otter-grader, boto3 and moto")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--memory", type=int, default=0)
    options = parser.parse_args()
    for package in ("course", "lint_rules"):  # as pip does when it installs ours, and did with the peers
        compileall.compile_dir(ROOT / package, quiet=2)
    if options.memory:
        _memory(options.memory, options.count)
        return
    ways = {"ours": lambda folder: _ours(folder, options.count, options.workers)}
    if options.peers:
        ways["nbgrader"] = lambda folder: _nbgrader(folder, options.count, options.peers)
        ways["otter"] = lambda folder: _otter(folder, options.count, options.peers)
    found: dict[str, list[Cost]] = {name: [] for name in ways}
    for number in range(options.rounds):
        for name, way in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                one = way(Path(folder))
            found[name].append(one)
            print(
                f"round {number + 1} {name:9} {one.wall:6.3f} s a submission, CPU {one.cpu:6.3f} s, "
                f"{one.memory:5.0f} MB, load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    for what in ("wall", "cpu"):
        for name in list(ways)[1:]:
            pairs = zip(found["ours"], found[name], strict=True)
            ratio = median(getattr(ours, what) / getattr(theirs, what) for ours, theirs in pairs)
            print(f"{what}: ours / {name}: {ratio:.3f} (1/{1 / ratio:.1f})")


def _memory(most: int, count: int) -> None:
    """Print what ours takes with one worker, two, and so on, with `count` submissions for each."""
    found: list[Cost] = []
    for workers in range(1, most + 1):
        with tempfile.TemporaryDirectory() as folder:
            found.append(_ours(Path(folder), count * workers, workers))
        print(
            f"{workers} workers: {found[-1].memory:4.0f} MB, {found[-1].beside:4.0f} MB beside their clouds",
            flush=True,
        )
    if most > 1:
        whole = (found[-1].memory - found[0].memory) / (most - 1)
        beside = (found[-1].beside - found[0].beside) / (most - 1)
        print(f"each further worker: {whole:.0f} MB, {beside:.0f} MB beside its cloud")


def _is_cloud(process: Any) -> bool:
    """Whether a process of ours is a worker's cloud, or that of which all clouds are forks: of those below `lambdalab
    grade` clouds alone have threads, and it has one child."""
    parent = process.parent()
    forked = parent is not None and "course.cli" in parent.cmdline()
    return forked or (process.num_threads() > 1 and "course.cli" not in process.cmdline())


def _ours(folder: Path, count: int, workers: int) -> Cost:
    sys.path.insert(0, str(ROOT))
    from course.grading.bundle import Bundle

    for number in range(count):
        place = folder / "in" / f"learner-{number}"
        place.mkdir(parents=True)
        for name, (answer, _) in EXERCISES.items():
            (place / f"{name}.py").write_text(answer)
    (folder / "checks.json").write_text(Bundle(_lab()).text())
    command = [sys.executable, "-m", "course.cli", "grade", str(folder / "in"), "--bundle"]
    command += [str(folder / "checks.json"), "--to", str(folder / "out"), "--workers", str(workers)]
    measured = _shared(command, folder, count, _is_cloud)
    lines = (folder / "out" / "verdicts.jsonl").read_text().splitlines()
    points = [sum(check["points"] for check in json.loads(line)["checks"]) for line in lines]
    assert points == [10.0] * count, points
    return measured


def _lab() -> Lab:
    from course.lab.document import AnswerFile, Check, Exercise, Lab

    def exercise(name: str) -> Exercise:
        test = EXERCISES[name][1].replace('call("', 'calls("').rstrip().replace("\n", "\n    ")
        source = (
            f"def {name}_works(cloud, answer):\n    client = cloud.client\n"
            f"    def calls(name, *given): return answer.call(f'{{name}}.py', name, *given)\n    {test}\n"
        )
        check = Check(f"{name}_works", "It works.", 2, source, seconds=30)
        return Exercise(name, name, (AnswerFile(f"{name}.py", "..."),), (check,), ())

    return Lab("99_bench", "Bench", (), (), (), 0, (), (), tuple(exercise(name) for name in EXERCISES))


def _nbgrader(folder: Path, count: int, python: str) -> Cost:
    cells = [_cell(SET_UP, {})]
    for name, (answer, test) in EXERCISES.items():
        meta = {"schema_version": 3, "locked": False, "task": False}
        mine = {"grade": False, "grade_id": name, "solution": True, **meta}
        check = {
            "grade": True,
            "grade_id": f"{name}-test",
            "solution": False,
            "points": 2,
            **meta,
            "locked": True,
        }
        cells += [_cell(answer, {"nbgrader": mine}), _cell(test, {"nbgrader": check})]
    text = _notebook(cells)
    (folder / "source" / "bench").mkdir(parents=True)
    (folder / "source" / "bench" / "lab.ipynb").write_text(text)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'bench'\n")
    subprocess.run(
        [python, "-m", "nbgrader", "generate_assignment", "bench", "--create"],
        cwd=folder,
        check=True,
        **_quiet(python),
    )
    for number in range(count):
        place = folder / "submitted" / f"learner{number}" / "bench"
        place.mkdir(parents=True)
        (place / "lab.ipynb").write_text(text)
    measured = _shared([python, "-m", "nbgrader", "autograde", "bench", "--create"], folder, count)
    assert len(list((folder / "autograded").glob("*/bench/lab.ipynb"))) == count
    with closing(sqlite3.connect(folder / "gradebook.db")) as book:
        (points,) = book.execute("SELECT SUM(auto_score) FROM grade").fetchone()
    assert points == 10.0 * count, points
    return measured


def _otter(folder: Path, count: int, python: str) -> Cost:
    cells: list[dict[str, object]] = [
        _raw("# ASSIGNMENT CONFIG\ngenerate: true\ninit_cell: false\n"),
        _cell(SET_UP, {}),
    ]
    for name, (answer, test) in EXERCISES.items():
        wrapped = "\n".join(["# BEGIN SOLUTION", answer.rstrip(), "# END SOLUTION"])
        cells += [
            _raw(f"# BEGIN QUESTION\nname: {name}\npoints: 2\n"),
            _raw("# BEGIN SOLUTION"),
            _cell(wrapped, {}),
            _raw("# END SOLUTION"),
            _raw("# BEGIN TESTS"),
            _cell(test, {}),
            _raw("# END TESTS"),
            _raw("# END QUESTION"),
        ]
    (folder / "master.ipynb").write_text(_notebook(cells))
    subprocess.run(
        [python, "-m", "otter", "assign", "master.ipynb", "dist", "--no-run-tests"],
        cwd=folder,
        check=True,
        **_quiet(python),
    )
    (folder / "work").mkdir()
    for number in range(count):
        solved = (folder / "dist" / "autograder" / "master.ipynb").read_text()
        (folder / "work" / f"learner{number}.ipynb").write_text(solved)
    script = (
        "import sys, glob\nfrom otter.api import grade_submission\n"
        "found = [grade_submission(path, sys.argv[1], quiet=True) for path in sorted(glob.glob('work/*.ipynb'))]\n"
        "assert all(one.total == one.possible for one in found), [(one.total, one.possible) for one in found]\n"
    )
    (archive,) = (folder / "dist" / "autograder").glob("*.zip")
    return _shared([python, "-c", script, str(archive)], folder, count)


def _shared(
    command: list[str], folder: Path, count: int, aside: Callable[[Any], bool] = lambda process: False
) -> Cost:
    """What a command costs a submission."""
    whole = cost(command, folder, aside)
    return Cost(whole.wall / count, whole.cpu / count, whole.memory, whole.beside)


def _quiet(python: str) -> dict[str, object]:
    return {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment(python)}


def _cell(source: str, metadata: dict[str, object]) -> dict[str, object]:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def _raw(source: str) -> dict[str, object]:
    return {"cell_type": "raw", "source": source, "metadata": {}}


def _notebook(cells: list[dict[str, object]]) -> str:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    named = [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells)]
    return json.dumps(
        {"cells": named, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


if __name__ == "__main__":
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    main()
