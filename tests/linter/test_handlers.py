"""Which functions count as handlers."""

from __future__ import annotations

import pytest

from lint_rules import Project

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: {handler}
      Runtime: {runtime}
      CodeUri: {code}
"""
TWO = "def {name}({event}, {context}):\n    pass\n"


def found(files: str | dict[str, str]) -> list[str]:
    """The handlers, by module and function."""
    project = Project.of({"app.py": files} if isinstance(files, str) else files)
    return [handler.name for handler in project.handlers]


def template(handler: str, code: str = "src/", runtime: str = "python3.13") -> str:
    return TEMPLATE.format(handler=handler, code=code, runtime=runtime)


@pytest.mark.parametrize(
    ("name", "event", "context"),
    [
        ("handler", "event", "context"),
        ("lambda_handler", "event", "_"),
        ("lambda_handler", "_", "__"),
        ("get_orders_handler", "event", "ctx"),
        ("OrdersHandler", "event", "context"),
        ("main", "event", "_context"),
        ("lambda_function", "event", "context"),
        ("create_order", "event", "context"),
        ("handler", "request", "context"),
        ("handler", "e", "c"),
    ],
)
def test_a_handler_is_known_by_its_shape(name, event, context):
    assert found(TWO.format(name=name, event=event, context=context)) == [f"app.{name}"]


@pytest.mark.parametrize(
    "code",
    [
        "def handler(event):\n    pass\n",
        "def handler(event, context, more):\n    pass\n",
        "def handler(self, other):\n    pass\n",
        "def main(first, second):\n    pass\n",
        "def error_handler(error, request):\n    pass\n",
        "def signal_handler(signum, frame):\n    pass\n",
        "def save(order, context):\n    pass\n",
        "def _loop_exception_handler(_: Any, context: dict[str, Any]) -> None:\n    pass\n",
        "class A:\n    def handler(self, event, context):\n        pass\n",
        "def outer():\n    def handler(event, context):\n        pass\n",
        "handler = None\n",
        "",
    ],
)
def test_other_functions_are_not_taken_for_handlers(code):
    assert found(code) == []


def test_a_handler_may_say_that_its_context_is_a_dictionary():
    assert found("def lambda_handler(event: dict, context: dict[str, Any]):\n    pass\n") != []


def test_an_asynchronous_function_is_a_handler_too():
    assert found("async def handler(event, context):\n    pass\n") == ["app.handler"]


@pytest.mark.parametrize(
    "decorator", ["@logger.inject_lambda_context", "@event_source(data_class=X)", "@metrics.log_metrics()"]
)
def test_powertools_marks_handlers_of_any_name(decorator):
    assert found(f"{decorator}\ndef run(message, info):\n    pass\n") == ["app.run"]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (
            "from chalice import Chalice\napp = Chalice(app_name='x')\n@app.route('/')\ndef index():\n    pass\n",
            ["app.index"],
        ),
        (
            "from fastapi import FastAPI\nfrom mangum import Mangum\napp = FastAPI()\n"
            "@app.get('/')\nasync def index():\n"
            "    pass\nhandler = Mangum(app)\n",
            ["app.index"],
        ),
        (
            "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\nasync def index():\n    pass\n# Mangum\n",
            [],
        ),
        ("from chalice import Chalice\nfrom x import app\n@app.route('/')\ndef index():\n    pass\n", []),
    ],
    ids=["Chalice", "FastAPI behind Mangum", "FastAPI on a server", "an unknown application"],
)
def test_an_application_that_lambda_calls_enters_its_functions(code, names):
    assert found(code) == names


def test_a_middleware_is_no_handler():
    assert found("@lambda_handler_decorator\ndef log(handler, event, context):\n    pass\n") == []


@pytest.mark.parametrize("path", ["test_app.py", "app_test.py", "conftest.py", "src/test_app.py"])
def test_files_of_tests_have_no_handlers(path):
    assert found({path: "def handler(event, context):\n    pass\n"}) == []


@pytest.mark.parametrize("line", ["import pytest", "from moto import mock_aws", "import unittest.mock"])
def test_a_module_that_imports_a_test_library_has_no_handlers(line):
    assert found(f"{line}\ndef handler(event, context):\n    pass\n") == []


@pytest.mark.parametrize(
    ("handler", "code", "path"),
    [
        ("app.run", "src/", "src/app.py"),
        ("app.run", ".", "app.py"),
        ("app.run", "./src", "src/app.py"),
        ("pkg.app.run", "src", "src/pkg/app.py"),
        ("pkg/app.run", "src", "src/pkg/app.py"),
        ("pkg.run", "src", "src/pkg/__init__.py"),
        ("app.run", "build/app.zip", "functions/app.py"),
        ("app.run", "s3://bucket/key", "functions/app.py"),
    ],
)
def test_a_template_names_its_handler(handler, code, path):
    files = {"template.yaml": template(handler, code), path: "def run(a, b):\n    pass\n"}
    assert found(files) == [path[:-3] + ".run"]


def test_a_template_below_the_root_counts_from_its_own_folder():
    files = {
        "a/template.yaml": template("app.run", "src"),
        "a/src/app.py": "def run(a, b):\n    pass\n",
        "src/app.py": "def run(a, b):\n    pass\n",
    }
    assert found(files) == ["a/src/app.run"]


def test_two_files_that_could_be_meant_are_none():
    files = {
        "template.yaml": template("app.run", "build/"),
        "one/app.py": "def run(a, b):\n    pass\n",
        "two/app.py": "def run(a, b):\n    pass\n",
    }
    assert found(files) == []


def test_other_runtimes_name_no_python():
    files = {"template.yaml": template("app.run", "src", "nodejs22.x"), "src/app.py": "def run(a, b): pass\n"}
    assert found(files) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("def f(a, b):\n    pass\nrun = f\n", "f"),
        ("class A:\n    def __call__(self, a, b):\n        pass\nrun = A()\n", "A.__call__"),
        ("class A:\n    def go(self, a, b):\n        pass\nit = A()\nrun = it.go\n", "A.go"),
        ("def run(a, b):\n    pass\n", "run"),
    ],
)
def test_the_name_in_the_template_is_followed_to_a_function(code, name):
    assert found({"template.yaml": template("app.run"), "src/app.py": code}) == [f"src/app.{name}"]


def test_the_name_in_the_template_may_be_imported():
    files = {
        "template.yaml": template("app.run"),
        "src/app.py": "from core.work import run\n",
        "src/core/work.py": "def run(a, b):\n    pass\n",
    }
    assert found(files) == ["src/core/work.run"]


def test_a_handler_with_two_reasons_is_one_handler_with_its_template():
    files = {
        "template.yaml": template("app.handler"),
        "src/app.py": TWO.format(name="handler", event="event", context="context"),
    }
    project = Project.of(files)
    assert [handler.spec.logical_id for handler in project.handlers] == ["Orders"]


def test_a_cell_that_writes_a_file_is_a_file_beside_the_notebook():
    import json

    cell = {
        "cell_type": "code",
        "source": "%%writefile src/app.py\ndef run(a, b):\n    pass\n",
        "metadata": {},
    }
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    files = {"labs/one/lab.ipynb": json.dumps(book), "labs/one/template.yaml": template("app.run")}
    assert found(files) == ["labs/one/src/app.run"]


def test_a_broken_module_has_no_handlers():
    assert found("def handler(event, context)\n    pass\n") == []
