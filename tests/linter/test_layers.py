"""Configuration files: which one counts for which file, what they inherit, and their schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest

from lint_rules import load_rules
from lint_rules.engine.config import KEYS, Config
from lint_rules.engine.errors import UsageError
from lint_rules.engine.layers import Layers, find_config, read_config

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STAR = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  P:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: "*", Resource: "arn:aws:s3:::a"}]
"""


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def codes(run, *args):
    return sorted(
        (Path(i["filename"]).parent.name, i["code"])
        for i in json.loads(run("check", *args, "--output-format", "json")[1])
    )


def test_each_file_has_the_nearest_settings_of_one_run(run):
    for folder in ("a", "a/deep", "b"):
        write(f"{folder}/template.yaml", STAR)
    write("lambdalint.toml", 'profile = "default"\n')
    write("b/pyproject.toml", '[tool.lambdalint]\nignore = ["LAM701"]\n')
    write("a/deep/pyproject.toml", "[tool.black]\n# lambdalint\n")
    assert codes(run, ".") == [("a", "LAM701"), ("deep", "LAM701")]
    assert codes(run, "b", "a/deep") == [("deep", "LAM701")]
    assert run("check", "b")[0] == 0


def test_the_level_that_fails_is_that_of_the_file(run):
    write("a/template.yaml", STAR.replace('"*"', "s3:*").replace("arn:aws:s3:::a", "*"))
    assert codes(run, ".") != []
    assert run("check", ".")[0] == 1
    write("a/lambdalint.toml", 'fail-level = "error"\n')
    assert run("check", ".")[0] == 0


def test_in_one_folder_lambdalint_toml_wins():
    write("pyproject.toml", '[tool.lambdalint]\nprofile = "strict"\n')
    assert find_config(".").profile == "strict"
    write("lambdalint.toml", 'profile = "security"\n')
    assert find_config(".").profile == "security"
    write("lambdalint.toml", '[tool.lambdalint]\nprofile = "experimental"\n')
    assert find_config(".").profile == "experimental"


def test_an_extended_file_holds_where_the_other_is_silent():
    write(
        "base/lambdalint.toml",
        'select = ["LAM1"]\nextend-select = ["LAM7"]\nfail-level = "error"\nexclude = ["x"]\n'
        'per-file-ignores = {"a" = ["LAM101"]}\nbaseline = "known.json"\n',
    )
    write(
        "app/lambdalint.toml",
        'extend = "../base/lambdalint.toml"\nextend-select = ["LAM6"]\nextend-exclude = ["y"]\n'
        'per-file-ignores = {"b" = ["LAM102"]}\n',
    )
    found = find_config("app")
    assert found.select == ("LAM1",)
    assert found.extend_select == ("LAM7", "LAM6")
    assert found.excluded == ("x", "y")
    assert found.fail_level.label == "error"
    assert dict(found.per_file_ignores) == {"a": ("LAM101",), "b": ("LAM102",)}
    assert (
        Path(found.baseline).samefile("base/known.json")
        if Path(found.baseline).exists()
        else "base" in found.baseline
    )
    assert found.root == str(Path("app").resolve())
    write("app/lambdalint.toml", 'extend = "../base/lambdalint.toml"\nprofile = "strict"\n')
    assert (find_config("app").select, find_config("app").profile) == ((), "strict")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"lambdalint.toml": 'extend = "other.toml"'}, "other.toml: no such configuration file"),
        ({"lambdalint.toml": 'extend = "lambdalint.toml"'}, "extend one another in a circle"),
        ({"lambdalint.toml": 'extend = "b.toml"', "b.toml": 'extend = "lambdalint.toml"'}, "in a circle"),
        ({"lambdalint.toml": "extend = 3"}, "extend: must be a path"),
        ({"lambdalint.toml": 'output-format = "txt"'}, 'no format "txt". Did you mean "text"?'),
        ({"lambdalint.toml": "respect-gitignor = true"}, 'Did you mean "respect-gitignore"?'),
        ({"lambdalint.toml": "[other]\nx = 1"}, 'no key "other"'),
    ],
)
def test_slips_are_told_in_one_line(run, files, words):
    for name, text in files.items():
        write(name, text)
    write("a.py", "x = 1\n")
    code, out, err = run("check", "a.py")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_a_slip_in_a_deeper_file_stops_the_run_and_names_it(run):
    write("a.py", "")
    write("deep/b.py", "")
    write("deep/lambdalint.toml", 'slect = ["LAM1"]\n')
    code, _, err = run("check", ".")
    assert code == 2
    assert err.startswith(
        'error: deep/lambdalint.toml: [tool.lambdalint] has no key "slect". Did you mean "select"?'
    )


def test_what_the_command_line_says_holds_over_every_file(run):
    write("a/template.yaml", STAR)
    write("b/template.yaml", STAR)
    write("b/lambdalint.toml", 'ignore = ["LAM990"]\nselect = ["LAM1"]\n')
    assert codes(run, ".") == [("a", "LAM701")]
    assert codes(run, ".", "--select", "LAM7") == [("a", "LAM701"), ("b", "LAM701")]
    assert codes(run, ".", "--ignore", "LAM701") == []
    assert codes(run, ".", "--isolated") == [("a", "LAM701"), ("b", "LAM701")]


def test_a_file_is_asked_for_once():
    write("lambdalint.toml", 'profile = "strict"\n')
    layers = Layers()
    assert layers.of("a/b.py") is layers.of("a/c.py")
    assert Layers(fixed=Config(profile="security")).of("a/b.py").profile == "security"
    assert Layers(lambda config: config._replace(profile="default")).of("a.py").profile == "default"


def test_a_dependency_on_the_linter_is_no_table():
    write("pyproject.toml", '[project]\ndependencies = ["lambdalint>=1", "lambdalint==2"]\n[broken\n')
    assert find_config(".").source == ""
    write("pyproject.toml", '[tool."lambdalint"]\nprofile = "strict"\n')
    assert find_config(".").profile == "strict"
    write("pyproject.toml", 'tool = { lambdalint = { profile = "strict" } }\n')
    assert find_config(".").profile == "strict"


def test_the_settings_are_shown_as_a_file_that_says_the_same(run):
    write(
        "lambdalint.toml",
        'select = ["LAM1"]\nper-file-ignores = {"a b" = ["LAM101"]}\nfail-level = "error"\n',
    )
    code, out, _ = run("config")
    assert code == 0
    assert out.startswith("# lambdalint.toml\n")
    table = {k: v for k, v in tomllib.loads(out).items() if v != ""}
    assert {*table} <= {*KEYS}
    write("again.toml", "\n".join(line for line in out.splitlines() if not line.endswith('""')))
    again, first = read_config("again.toml"), read_config("lambdalint.toml")
    assert again._replace(source="", root="") == first._replace(source="", root="")
    write("a.py", "")
    assert run("check", "a.py", "--show-settings")[1] == out


def test_files_can_be_shown_without_being_looked_at(run):
    write("b.py", "def (")
    write("a/template.yaml", STAR)
    write("tests/test_a.py", "")
    assert run("check", ".", "--show-files", "-q") == (0, "a/template.yaml\nb.py\n", "")


def test_the_schema_takes_what_the_reader_takes(run):
    schema = json.loads(run("config", "--schema")[1])
    jsonschema.Draft7Validator.check_schema(schema)
    assert {*schema["properties"]} == {*KEYS}
    assert all(made["description"] for made in schema["properties"].values())
    known = next(iter(load_rules()))
    good = {
        "select": [known, "LAM1", "ALL", "strict"],
        "fail-level": "advice",
        "per-file-ignores": {"a": [known]},
    }
    jsonschema.validate(good, schema)
    for bad in (
        {"slect": []},
        {"select": "LAM1"},
        {"select": ["no-such-rule"]},
        {"fail-level": "fatal"},
        {"extend": ""},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)


def test_what_cannot_be_read_is_one_line():
    write("lambdalint.toml", "select = [")
    with pytest.raises(UsageError, match=r"lambdalint\.toml: broken TOML"):
        find_config(".")
