"""The same findings, whoever looks and however often: cold and warm, one worker and several, in any order."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lint_rules import Config, Project, load_rules
from lint_rules.engine.cache import FOLDER
from lint_rules.engine.markdown import sections
from lint_rules.engine.rule import RULES, Rule
from lint_rules.engine.scan import Help, Scan
from lint_rules.engine.workers import Island, batches


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """The examples of all rules, in a folder each, and some files that cannot be read."""
    monkeypatch.chdir(tmp_path)
    number = 0
    for rule in load_rules().values():
        for section in sections(rule.doc):
            for files, _ in section.examples():
                number += 1
                for path, text in files.items():
                    place = tmp_path / f"p{number}" / path
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_text(text)
    (tmp_path / "broken.py").write_text("def (")
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe")
    (tmp_path / "data.json").write_text("{}")
    for path in tmp_path.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return tmp_path


def output(run, *args):
    code, out, err = run("check", "--output-format", "json", *args)
    assert (code, err) == (1, "")
    assert len(json.loads(out)) > 5
    return out


def notes(folder):
    return list((folder / FOLDER).glob("notes-*.json"))


def counted(monkeypatch):
    """The paths of every island that is linted from now on."""
    import lint_rules.engine.workers as workers

    linted = []
    real = workers.lint

    def lint(project, *args):
        linted.append(sorted(project.documents))
        return real(project, *args)

    monkeypatch.setattr(workers, "lint", lint)
    return linted


def test_cold_and_warm_and_without_a_cache_find_the_same(run, tree, monkeypatch):
    plain = output(run, ".", "--no-cache")
    assert not (tree / FOLDER).exists()
    cold = output(run, ".")
    linted = counted(monkeypatch)
    assert plain == cold == output(run, ".")
    assert linted == []
    assert len(notes(tree)) == 1


@pytest.mark.parametrize("workers", ["1", "2", "3"])
def test_any_number_of_workers_finds_the_same(run, tree, workers):
    assert output(run, ".", "--no-cache", "-j", workers) == output(run, ".", "--no-cache", "--workers=1")


def test_the_order_of_the_paths_does_not_matter(run, tree):
    paths = sorted(str(path.relative_to(tree)) for path in tree.iterdir() if path.name != FOLDER)
    first = output(run, *paths, "--no-cache")
    for seed in range(3):
        random.Random(seed).shuffle(paths)
        assert output(run, *paths, "--no-cache") == first
        assert output(run, *paths) == first


def test_a_change_is_seen_and_only_its_island_is_linted(run, tree, monkeypatch):
    output(run, ".")
    linted = counted(monkeypatch)
    (tree / "p1/app.py").write_text("import boto3\n\n\ndef f():\n    pass\n")
    changed = output(run, ".")
    assert linted
    assert all("p1/app.py" in paths for paths in linted)
    assert changed == output(run, ".", "--no-cache")


def test_a_change_that_keeps_size_and_time_is_seen_soon_after_the_note(run, tree):
    path = tree / "p1/app.py"
    path.write_text("import a\n")
    # As if the notes were written in the moment of the change, however long the run takes.
    soon = time.time_ns() + 600_000_000_000
    os.utime(path, ns=(soon, soon))
    output(run, ".")
    was = path.stat()
    path.write_text("import (\n")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert output(run, ".") == output(run, ".", "--no-cache")


def test_islands_of_a_warm_run_are_fixed_as_those_of_a_cold_one(run, tree):
    cold = run("check", ".", "--diff", "--unsafe-fixes", "--no-cache")
    run("check", ".")
    assert run("check", ".", "--diff", "--unsafe-fixes") == cold
    assert cold[0] == 1


def test_a_difference_is_in_the_order_of_the_files_whatever_hangs_together(run, tree):
    bad = "import boto3\n\n\ndef handler(event, context):\n"
    bad += "    sqs = boto3.client('sqs')\n    sqs.purge_queue(QueueUrl='a')\n"
    for name, first in (("a", "import c\n"), ("b", ""), ("c", "")):
        (tree / f"{name}.py").write_text(first + bad)
    cold = run("check", ".", "--diff", "--unsafe-fixes", "--no-cache")
    files = [line for line in cold[1].splitlines() if line.startswith("--- ")]
    assert files == sorted(files)
    assert {"--- a.py", "--- b.py", "--- c.py"} <= {*files}
    assert run("check", ".", "--diff", "--unsafe-fixes") == cold


def test_other_settings_have_other_answers(run, tree):
    output(run, ".")
    assert output(run, ".", "--select", "LAM990,LAM1") == output(
        run, ".", "--select", "LAM990,LAM1", "--no-cache"
    )
    (tree / "lambdalint.toml").write_text('ignore = ["LAM101"]\n')
    changed = output(run, ".")
    assert changed == output(run, ".", "--no-cache")
    assert "LAM101" not in changed


def test_the_same_file_under_another_name_is_reported_under_that_name(run, tree, monkeypatch):
    output(run, ".", "--cache-dir", str(tree / "kept"))
    monkeypatch.chdir(tree.parent)
    there = json.loads(output(run, tree.name, "--cache-dir", str(tree / "kept"), "--output-format", "json"))
    assert {Path(item["filename"]).is_file() for item in there} == {True}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_a_slow_run(run, tree):
    tree.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert output(run, ".") == output(run, ".", "--no-cache")
    finally:
        tree.chmod(stat.S_IRWXU)


def test_a_file_in_the_place_of_the_folder_is_a_slow_run(run, tree):
    (tree / FOLDER).write_text("mine")
    assert output(run, ".") == output(run, ".", "--no-cache")
    assert (tree / FOLDER).read_text() == "mine"


def test_runs_at_the_same_time_do_not_harm_each_other(tree):
    def once(_):
        return subprocess.run(
            [sys.executable, "-m", "lint_rules", "check", ".", "--output-format", "json-lines"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    with ThreadPoolExecutor(4) as pool:
        outputs = {*pool.map(once, range(6))}
    assert len(outputs) == 1
    assert all(json.loads(kept.read_text().splitlines()[1])["islands"] for kept in notes(tree))
    assert [path.name for path in (tree / FOLDER).iterdir() if ".json." in path.name] == []


def test_a_cache_says_that_it_is_one(run, tree):
    output(run, ".")
    assert (
        (tree / FOLDER / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )
    assert (tree / FOLDER / ".gitignore").read_text() == "*\n"


def test_few_files_are_not_worth_a_cache(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("app.py").write_text("def f():\n    pass\n")
    assert run("check", ".")[0] == 0
    assert not Path(FOLDER).exists()


def test_a_crash_is_told_by_every_worker_and_never_kept(run, tree, monkeypatch):
    def check(project):
        raise ZeroDivisionError("oops")
        yield

    made = Rule(
        "LAM001", "made-up", RULES["action-star"].severity, Project, check, "", "0.1", "default", None, "x"
    )
    monkeypatch.setitem(RULES, "made-up", made)
    for workers in ("1", "2"):
        code, _, err = run("check", ".", "-j", workers)
        assert code == 2
        assert "internal error in made-up: ZeroDivisionError: oops" in err
        saved = Path(err.strip().splitlines()[-1].rpartition(" ")[2])
        assert "raise ZeroDivisionError" in saved.read_text()
        saved.unlink()
    monkeypatch.delitem(RULES, "made-up")
    assert output(run, ".") == output(run, ".", "--no-cache")


def test_a_worker_that_dies_costs_its_batch_a_second_attempt(run, tree, monkeypatch):
    plain = output(run, ".", "--no-cache")
    parent = os.getpid()

    def check(project):
        if os.getpid() != parent:
            os._exit(9)
        return ()

    made = Rule(
        "LAM001", "deadly", RULES["action-star"].severity, Project, check, "", "0.1", "default", None, "x"
    )
    made._module = "lint_rules.x.deadly"  # With rules of others more would be looked at.
    monkeypatch.setitem(RULES, "deadly", made)
    assert output(run, ".", "--no-cache", "-j", "2") == plain


def test_a_file_that_vanishes_is_one_line_and_the_others_are_linted(tree):
    shutil.rmtree(tree / "p1")
    scan = Scan(["p1/app.py", "broken.py"], {}, Config(), Help())
    assert scan.notes == ["p1/app.py: cannot be read: No such file or directory; skipped"]
    assert [finding.rule for finding in scan.findings] == ["parse-error"]


def test_heaps_are_of_about_the_same_size():
    islands = [Island({"a": b"x" * size}, {}) for size in (9000, 10, 3000, 3000, 3000, 10)]
    heaps = batches(islands, 2)
    assert sorted(number for heap in heaps for number in heap) == list(range(6))
    one, other = (sum(islands[n].size for n in heap) for heap in heaps)
    assert abs(one - other) < 100
    assert batches(islands[:1], 4) == [[0]]


def test_a_cluster_finds_the_same(run, tree, tmp_path_factory):
    distributed = pytest.importorskip("distributed", reason="the extra lambdalint[dask] is not installed")
    plain = output(run, ".", "--no-cache")
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as cluster:
        assert output(run, ".", "--no-cache", "--scheduler", cluster.scheduler_address) == plain


def test_a_cluster_that_is_not_there_is_one_line(run, tree, monkeypatch):
    pytest.importorskip("distributed", reason="the extra lambdalint[dask] is not installed")
    monkeypatch.setattr("lint_rules.engine.workers.CONNECTS_WITHIN", "1s")
    code, _, err = run("check", ".", "--scheduler", "tcp://127.0.0.1:9")
    assert code == 2
    assert err.splitlines()[-1].startswith("error: tcp://127.0.0.1:9: no Dask scheduler answers there")


def test_what_is_missing_to_read_terraform_is_told_once(monkeypatch, tmp_path, run):
    monkeypatch.setattr("lint_rules.engine.templates.terraform.can_read", lambda: False)
    monkeypatch.chdir(tmp_path)
    for folder in "abcdefghij":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.tf").write_text('resource "aws_sqs_queue" "q" {}\n')
        (tmp_path / folder / "app.py").write_text(
            "# noqa: LAM999\n\n\ndef handler(event, context):\n    return {}\n"
        )
    for words in (["--no-cache"], [], [], ["--fix", "--no-cache"]):
        _, out, _ = run("check", "--output-format", "concise", *words, ".")
        assert out.count("lambdalint[terraform]") == 1
        assert "\na/main.tf:1:1: LAM990 " in f"\n{out}"
