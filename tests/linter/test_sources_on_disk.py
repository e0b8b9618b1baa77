"""Which files are looked at, how their bytes become text, and how text goes back."""

from __future__ import annotations

import os
import stat

import pytest

from lint_rules.engine.errors import UsageError
from lint_rules.engine.sources.discover import discover, is_test, matches
from lint_rules.engine.sources.files import Decoded, decode, read_bytes, write_texts
from lint_rules.engine.sources.problem import Problem


def tree(folder, *files):
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_folder_gives_its_own_sources_in_order_then_those_below(tmp_path):
    tree(
        tmp_path,
        "b/z.py",
        "a.py",
        "b/lab.ipynb",
        "b/a.yml",
        "c.json",
        "d.template",
        "e.yaml",
        "f.txt",
        "g.pyc",
    )
    assert discover(["."]).files == [
        *("a.py", "c.json", "d.template", "e.yaml"),
        *("b/a.yml", "b/lab.ipynb", "b/z.py"),
    ]


def test_what_is_nobodys_source_is_not_walked(tmp_path):
    tree(
        tmp_path,
        "app.py",
        ".git/a.py",
        "node_modules/x/a.py",
        "cdk.out/a.json",
        "env/lib/a.py",
        "__pycache__/a.py",
    )
    (tmp_path / "env/pyvenv.cfg").write_text("")
    assert discover(["."]).files == ["app.py"]


def test_dependencies_that_pip_put_beside_the_code_are_left_out_and_told(tmp_path):
    tree(tmp_path, "src/app.py", "src/boto3/session.py", "src/six.py", "src/own/a.py")
    record = tmp_path / "src/boto3-1.0.dist-info/RECORD"
    record.parent.mkdir()
    record.write_text("boto3/session.py,sha256=x,1\nsix.py,,\nboto3-1.0.dist-info/RECORD,,\n")
    found = discover(["src"])
    assert found.files == ["src/app.py", "src/own/a.py"]
    assert found.vendored == ["src/boto3", "src/six.py"]


def test_without_a_record_every_folder_beside_it_is_a_dependency(tmp_path):
    tree(tmp_path, "src/app.py", "src/boto3/session.py")
    (tmp_path / "src/boto3-1.0.dist-info").mkdir()
    assert discover(["src"]).files == ["src/app.py"]


def test_tests_are_left_out_of_a_walk_but_taken_when_named(tmp_path):
    tree(
        tmp_path,
        "app.py",
        "tests/test_app.py",
        "tests/template.yaml",
        "test_more.py",
        "conftest.py",
        "a_test.py",
    )
    assert discover(["."]).files == ["app.py", "tests/template.yaml"]
    assert discover(["tests/test_app.py"]).files == ["tests/test_app.py"]
    assert len(discover(["."], include_tests=True).files) == 6
    assert discover(["tests/test_app.py", "app.py"], force_exclude=True).files == ["app.py"]


def test_a_folder_called_tests_above_the_given_one_does_not_matter(tmp_path):
    tree(tmp_path, "tests/fixture/app.py")
    assert discover(["tests/fixture"]).files == ["tests/fixture/app.py"]


@pytest.mark.parametrize("name", ["attest.py", "latest.py", "contest.py", "testing.py", "tests.yaml"])
def test_names_that_only_sound_like_tests(name):
    assert not is_test(name)


def test_a_file_given_twice_is_taken_once(tmp_path):
    tree(tmp_path, "a.py")
    assert discover(["a.py", "./a.py", ".", str(tmp_path / "a.py")]).files == ["a.py"]


def test_loops_of_links_and_broken_links_end_nowhere(tmp_path):
    tree(tmp_path, "src/a.py")
    (tmp_path / "src/loop").symlink_to(tmp_path)
    (tmp_path / "src/gone.py").symlink_to("nowhere.py")
    assert discover(["."]).files == ["src/a.py"]


def test_a_path_that_does_not_exist_is_the_users_mistake():
    with pytest.raises(UsageError, match=r"nope\.py: no such file or folder"):
        discover(["nope.py"])


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_one_line(tmp_path):
    tree(tmp_path, "a.py", "b/c.py")
    (tmp_path / "b").chmod(0)
    found = discover(["."])
    (tmp_path / "b").chmod(0o755)
    assert found.files == ["a.py"]
    assert found.notes == ["b: cannot be read: Permission denied; skipped"]


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("build2", "a/build2/b.py", True),
        ("*_pb2.py", "a/x_pb2.py", True),
        ("src/gen", "src/gen/a.py", True),
        ("src/gen/*.py", "src/gen/a.py", True),
        ("**/gen/", "a/b/gen/c.py", True),
        ("gen/a.py", "src/gen/a.py", False),
        ("src/gen", "src/general/a.py", False),
        ("app.py", "my_app.py", False),
    ],
)
def test_patterns_mean_what_they_mean_in_gitignore(pattern, path, hit):
    assert matches(path, (pattern,)) is hit


def test_named_encodings_and_byte_order_marks_are_undone():
    assert decode("a.py", b"\xef\xbb\xbfx = 1\r\n") == Decoded("x = 1\r\n", "utf-8", True)
    assert decode("a.py", b"# -*- coding: latin-1 -*-\n# \xe9") == Decoded(
        "# -*- coding: latin-1 -*-\n# é", "iso-8859-1", False
    )
    assert decode("a.py", b"#!/bin/x\n# coding: utf-8\n") == Decoded("#!/bin/x\n# coding: utf-8\n")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.py", b"x = '\xe9'", "not utf-8 text"),
        ("a.py", b"x\0", "NUL bytes"),
        ("t.yaml", "Resources: {}".encode("utf-16"), "UTF-16"),
        ("a.py", b"# coding: klingon\n", "encoding comment"),
        ("a.py", b"# coding: ascii\n# \xe9", "not ascii text"),
        ("t.json", b"\xff", "not utf-8 text"),
    ],
)
def test_what_is_not_text_is_a_problem(name, data, words):
    found = decode(name, data)
    assert isinstance(found, Problem)
    assert words in found.message
    assert "\n" not in found.message


@pytest.mark.parametrize(
    "data",
    [
        b"a = 1\r\nb = 2\r\n",
        b"\xef\xbb\xbfa = 1",
        b"# coding: latin-1\na = '\xe9'\n",
        b"a\x0c = 1\rb",
        "ü = 1\n".encode(),
    ],
)
def test_writing_back_keeps_line_ends_encoding_mark_and_mode(tmp_path, data):
    path = tmp_path / "a.py"
    path.write_bytes(data)
    path.chmod(0o750)
    old = decode("a.py", data)
    write_texts({"a.py": (old.text, old.text.replace("a", "aa", 1))})
    assert path.read_bytes() == data.replace(b"a", b"aa", 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert os.listdir(tmp_path) == ["a.py"]


def test_a_link_stays_a_link(tmp_path):
    tree(tmp_path, "real.py")
    (tmp_path / "a.py").symlink_to("real.py")
    write_texts({"a.py": ("x = 1\n", "y = 1\n")})
    assert (tmp_path / "a.py").is_symlink()
    assert (tmp_path / "real.py").read_text() == "y = 1\n"


def test_nothing_is_written_when_one_file_has_changed_meanwhile(tmp_path):
    tree(tmp_path, "a.py", "b.py")
    with pytest.raises(UsageError, match=r"b\.py: changed while it was being fixed"):
        write_texts({"a.py": ("x = 1\n", "y = 1\n"), "b.py": ("other\n", "z\n")})
    assert (tmp_path / "a.py").read_text() == "x = 1\n"
    assert sorted(os.listdir(tmp_path)) == ["a.py", "b.py"]


def test_text_that_the_encoding_cannot_hold_is_refused(tmp_path):
    (tmp_path / "a.py").write_bytes(b"# coding: ascii\n")
    with pytest.raises(UsageError, match="does not fit"):
        write_texts({"a.py": ("# coding: ascii\n", "# coding: ascii\n# é\n")})


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.py")
    assert discover(["."]).files == []
    with pytest.raises(UsageError, match="not a regular file"):
        read_bytes("a.py")
