"""What hangs together with what: islands are small, and yet nothing that matters crosses their shores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lint_rules import Config, Project, lint
from lint_rules.engine.islands import islands
from lint_rules.engine.links import links_of
from lint_rules.engine.markdown import sections
from lint_rules.engine.rule import load_rules

CASES = Path(__file__).parent / "cases"


def together(files, one, other):
    return any({one, other} <= {*group} for group in islands({p: links_of(p, t) for p, t in files.items()}))


@pytest.mark.parametrize(
    ("importing", "imported"),
    [
        ("import b", "b.py"),
        ("import os, b as c", "b.py"),
        ("x = 1; import b", "b.py"),
        ("from b import c", "b.py"),
        ("from .b import c", "b.py"),
        ("from . import b", "b.py"),
        ("from . import (\n    # why\n    x,\n    b,\n)", "b.py"),
        ("from \\\n  b import c", "b.py"),
        ("def f():\n    import b", "b.py"),
        ("import pkg", "pkg/deep/b.py"),
        ("import pkg.other", "pkg/deep/b.py"),
        ("from pkg import deep as d", "pkg/deep/b.py"),
        ("from pkg.deep.b import x", "pkg/deep/b.py"),
        ("import pkg", "pkg/__init__.py"),
    ],
)
def test_an_import_binds(importing, imported):
    assert together({"a.py": importing, imported: ""}, "a.py", imported)


def test_an_import_is_looked_for_upwards_and_the_nearest_counts():
    files = {"x/y/a.py": "import b", "x/b.py": "", "b.py": "", "z/b.py": ""}
    assert together(files, "x/y/a.py", "x/b.py")
    assert not together(files, "x/y/a.py", "b.py")
    assert not together(files, "x/y/a.py", "z/b.py")
    assert together({"x/y/a.py": "from ..b import c", "x/b.py": ""}, "x/y/a.py", "x/b.py")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import os",
        "import c",
        "from x import b",
        "from x import y\nb = 1",
        "# import a",
        "from .c import b",
    ],
)
def test_files_that_do_not_name_each_other_are_apart(text):
    assert not together({"a.py": text, "b.py": ""}, "a.py", "b.py")


def test_a_template_binds_the_files_below_it_whose_names_it_holds():
    text = "Resources: {A: {Properties: {Handler: app.handler}}}"
    files = {"one/template.yaml": text, "one/src/app.py": "", "one/src/other.py": "", "two/app.py": ""}
    assert together(files, "one/template.yaml", "one/src/app.py")
    assert not together(files, "one/template.yaml", "one/src/other.py")
    assert not together(files, "one/template.yaml", "two/app.py")
    files["one/template.yaml"] = text + "\n# CodeUri: ../two"
    assert together(files, "one/template.yaml", "two/app.py")


def test_code_that_makes_functions_binds_what_it_names():
    files = {"deploy.py": 'client.create_function(Handler="app.handler")', "far/app.py": "", "far/b.py": ""}
    assert together(files, "deploy.py", "far/app.py")
    assert not together(files, "deploy.py", "far/b.py")


@pytest.mark.parametrize("head", ["%%writefile app.py", "%%lambda app.py --function f"])
def test_a_notebook_stands_for_the_files_it_writes(head):
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": [f"{head}\n", "x = 1"]}]})
    files = {
        "nb/lab.ipynb": notebook,
        "nb/test.py": "import app",
        "nb/template.yaml": "Handler: app.x",
        "b.py": "",
    }
    assert together(files, "nb/lab.ipynb", "nb/test.py")
    assert together(files, "nb/lab.ipynb", "nb/template.yaml")
    assert not together(files, "nb/lab.ipynb", "b.py")


def test_terraform_of_one_folder_is_one_module():
    files = {"tf/a.tf": "x", "tf/b.tf": "y", "c.tf": 'module "m" { source = "./tf" }', "other/d.tf": ""}
    assert together(files, "tf/a.tf", "tf/b.tf")
    assert together(files, "tf/a.tf", "c.tf")
    assert not together(files, "tf/a.tf", "other/d.tf")


def test_the_order_of_the_files_does_not_matter():
    files = {"c.py": "import a", "a.py": "import b", "b.py": "", "z.py": "", "d.py": "import z"}
    links = {path: links_of(path, text) for path, text in files.items()}
    backwards = dict(reversed(links.items()))
    assert islands(links) == islands(backwards) == [["a.py", "b.py", "c.py"], ["d.py", "z.py"]]


def every_example():
    """All examples and cases that have several files, side by side in folders of their own."""
    texts = [rule.doc for rule in load_rules().values()] + [p.read_text("utf-8") for p in CASES.glob("*.md")]
    projects = [files for text in texts for section in sections(text) for files, _ in section.examples()]
    return {f"p{n}/{path}": text for n, files in enumerate(projects) for path, text in files.items()}


def test_islands_find_what_everything_at_once_finds():
    files = every_example()
    parts = islands({path: links_of(path, text) for path, text in files.items()})
    config = Config(select=("ALL",))
    apart = [f for part in parts for f in lint(Project.of({path: files[path] for path in part}), config)]
    at_once = lint(Project.of(dict(sorted(files.items()))), config)
    assert sorted(apart, key=str) == sorted(at_once, key=str)
    assert len(parts) > len(files) / 4
    assert len(at_once) > 50


STACK = """\
import os
from aws_cdk import aws_lambda
from constructs import Construct

class Shop(Construct):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        aws_lambda.Function(
            self, "Send", runtime=aws_lambda.Runtime.PYTHON_3_13, handler={handler!r},
            code=aws_lambda.Code.from_asset({code!r}),
        )
"""
SENDING = (
    "import urllib.request\ndef work(event, context):\n    return urllib.request.urlopen(event['url'])\n"
)


@pytest.mark.parametrize(
    ("code", "handler", "place"),
    [
        ("functions", "send.work", "shop/functions/send.py"),
        ("./functions/send", "app.work", "shop/functions/send/app.py"),
        ("functions", "deep.send.work", "functions/deep/send.py"),
        (".", "send.work", "shop/send.py"),
        ("code", "send.work", "shop/code/send/__init__.py"),
        (".", "parts/send.work", "shop/parts/send.py"),
        ("../functions", "send.work", "functions/send.py"),
        ("old/../functions", "send.work", "functions/send.py"),
    ],
)
def test_a_stack_of_the_cdk_binds_code_beside_a_folder_above_it(code, handler, place):
    files = {
        "shop/stacks/shop.py": STACK.format(code=code, handler=handler),
        place: SENDING,
        "other/send.py": "",
    }
    assert any(handler.module.name == place and handler.specs for handler in Project.of(files).handlers)
    assert together(files, "shop/stacks/shop.py", place)
    assert not together(files, "shop/stacks/shop.py", "other/send.py")


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ("'.'", "shop/index.py"),
        ("os.path.dirname(__file__)", "shop/stacks/index.py"),
        ("'more'", "more/index.py"),
    ],
)
def test_a_python_function_of_the_cdk_is_in_a_file_that_nobody_names(entry, place):
    start = STACK.index("        aws_lambda.Function(")
    stack = STACK[:start].replace(
        "import os\n", "import os\nfrom aws_cdk.aws_lambda_python_alpha import PythonFunction\n"
    )
    stack += f"        PythonFunction(self, 'Send', runtime=aws_lambda.Runtime.PYTHON_3_13, entry={entry})\n"
    files = {"shop/stacks/shop.py": stack, place: SENDING.replace("work", "handler"), "other/index.py": ""}
    assert any(handler.module.name == place and handler.specs for handler in Project.of(files).handlers)
    assert together(files, "shop/stacks/shop.py", place)
    assert not together(files, "shop/stacks/shop.py", "other/index.py")


INLINE = """\
Resources:
  Send:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      Layers: [!Ref Common]
      Code:
        ZipFile: |
          from common import work
          def handler(event, context):
              return work(event, context)
  Common:
    Type: AWS::Lambda::LayerVersion
    Properties: {Content: {S3Bucket: builds, S3Key: layer}}
"""


def test_code_within_a_template_is_bound_to_what_it_imports():
    files = {"template.yaml": INLINE, "layer/python/common.py": SENDING, "other/common.py": ""}
    at_once = lint(Project.of(files))
    assert "layer/python/common.py" in {finding.span.path for finding in at_once}
    assert together(files, "template.yaml", "layer/python/common.py")
