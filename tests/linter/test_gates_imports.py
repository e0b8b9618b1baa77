"""However an import is written, what it brings is found: by the words of rules, and by the parts that a cache keeps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lint_rules import Config, Project, lint
from lint_rules.engine.cache import Cache
from lint_rules.engine.islands import islands
from lint_rules.engine.links import imports_in, links_of
from lint_rules.engine.scan import Help, Scan

CALLED = "def work(event):\n    try:\n        return event['a']\n    except:\n        return None\n"
HANDLER = "def handler(event, context):\n    return work(event)\n"


@pytest.mark.parametrize(
    "lines",
    [
        "if True: from other import work\n",
        "x = 1; from other import work\n",
        "def work(event): from other import work as inner; return inner(event)\n",
        "from .import other; work = other.work\n",
        "from . other import work\n",
        "from other import(work)\n",
        "from other import (  # As f() does:\n    nothing,\n    work,\n)\n",
        "from . import (  # As f() does:\n    other,\n)\nwork = other.work\n",
        "x = 1\rfrom other import work\r",
        "x = 1\n\ffrom other import work\n",
        "from other \\\n  import work\n",
        "from other \\\r\n  import work\r\n",
    ],
)
def test_what_an_import_brings_is_found_however_it_is_written(lines: str) -> None:
    files = {"a/app.py": lines + HANDLER, "a/other.py": CALLED}
    found = lint(Project.of(files), Config(select=("LAM402",)))
    assert [finding.span.path for finding in found] == ["a/other.py"]
    assert islands({path: links_of(path, text) for path, text in files.items()}) == [[*files]]


def test_a_module_is_found_by_a_name_in_wide_letters() -> None:
    files = {"app.py": "from \uff4fther import work\n" + HANDLER, "other.py": CALLED}
    found = lint(Project.of(files), Config(select=("LAM402",)))
    assert [finding.span.path for finding in found] == ["other.py"]
    assert islands({path: links_of(path, text) for path, text in files.items()}) == [[*files]]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("whole", [False, True])
def test_imports_of_a_notebook_are_found_however_its_file_is_laid_out(
    indent: int | None, whole: bool
) -> None:
    lines = ["import os\n", "if os.name:\n", "\tfrom other import work\n"]
    cell = {"cell_type": "code", "source": "".join(lines) if whole else lines}
    text = json.dumps({"cells": [cell], "nbformat": 4}, indent=indent, separators=(",", ":"))
    files = {"a.ipynb": text, "other.py": CALLED}
    assert islands({path: links_of(path, text) for path, text in files.items()}) == [[*files]]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("from a.other import work\n", "app.py"),
        ("from .other import work\n", "a/app.py"),
        ("def work(event): return event\n", "a/app.py"),
    ],
)
def test_words_of_the_package_that_runs_before_a_module_count_too(line: str, place: str) -> None:
    files = {
        place: line + HANDLER,
        "a/other.py": "def work(event): return event\n",
        "a/__init__.py": "from .third import client\n",
        "a/third.py": "import boto3\nclient = boto3.client('s3')\nclient.list_objectz(Bucket='a')\n",
    }
    found = lint(Project.of(files), Config(select=("LAM318",)))
    assert [finding.span.path for finding in found] == ["a/third.py"]


@pytest.mark.parametrize("walked", [False, True])
def test_a_package_that_speaks_of_aws_is_kept_together_with_what_it_runs_before(
    tmp_path: Path, walked: bool
) -> None:
    files = {
        "a/app.py": "def handler(event, context): return {}\n",
        "a/__init__.py": "import boto3\nboto3.client('s3').list_objectz(Bucket='a')\n",
    }
    paths = []
    for path, text in (*files.items(), *((f"b/{number}.py", "") for number in range(20))):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
        paths.append(str(tmp_path / path))
    help = Help(cache=lambda: Cache(str(tmp_path / "cache"), "any"))
    scan = Scan(paths, {}, _Same(), help, frozenset(paths if walked else ()))
    assert [finding.span.path for finding in scan.findings] == [str(tmp_path / "a/__init__.py")]


class _Same:
    """One configuration for every file."""

    def of(self, path: str) -> Config:
        return Config(select=("LAM318",))


def test_words_that_only_look_like_imports_name_nothing() -> None:
    assert imports_in("reimport = important = 1\n# from\nimporter.run()\n") == ()
    assert imports_in("from fooimport import bar\n") == ("fooimport", "fooimport.bar.*")
    assert imports_in("from importlib import import_module as load, util\n") == (
        "importlib",
        "importlib.import_module.*",
        "importlib.load.*",
        "importlib.util.*",
    )
