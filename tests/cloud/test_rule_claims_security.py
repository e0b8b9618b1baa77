"""What the rules about text from outside say it can do, in deployed functions, and what they advise prevents."""

from __future__ import annotations

import base64
import pickle

import pytest

HANDLER = "\n\n\ndef handler(event, context):\n    "


@pytest.mark.parametrize(
    ("argument", "said"), [("event", "a\nb\n"), ("shlex.quote(event)", "a; echo b\n")], ids=["raw", "quoted"]
)
def test_a_shell_runs_what_the_event_says(deploy, invoke, argument, said):
    run = f"subprocess.run(f'echo {{{argument}}}', shell=True, capture_output=True, text=True).stdout"
    deploy(f"import shlex\nimport subprocess{HANDLER}return {run}\n")
    assert invoke(event="a; echo b").payload == said


def test_a_list_of_arguments_meets_no_shell(deploy, invoke):
    run = "subprocess.run(['echo', event], capture_output=True, text=True).stdout"
    deploy(f"import subprocess{HANDLER}return {run}\n")
    assert invoke(event="a; echo b").payload == "a; echo b\n"


def test_eval_finds_a_way_without_built_in_names(deploy, invoke):
    deploy(f"{HANDLER}return len(eval(event, {{'__builtins__': {{}}}}))\n")
    assert invoke(event="().__class__.__base__.__subclasses__()").payload > 100


def test_literal_eval_only_makes_values(deploy, invoke):
    deploy(f"import ast{HANDLER}return ast.literal_eval(event)\n")
    assert invoke(event="[1, 2]").payload == [1, 2]
    assert invoke(event="().__class__").payload["errorType"] == "ValueError"


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("f\"SELECT id FROM orders WHERE customer = '{event}'\"", [1, 2]),
        ("'SELECT id FROM orders WHERE customer = ?', [event]", []),
    ],
    ids=["formatted", "parameter"],
)
def test_text_in_sql_ends_the_value_it_stands_in(deploy, invoke, statement, rows):
    source = (
        "import sqlite3\n\ndb = sqlite3.connect(':memory:')\ndb.execute('CREATE TABLE orders (id, customer)')\n"
        "db.executemany('INSERT INTO orders VALUES (?, ?)', [(1, 'a'), (2, 'b')])"
    )
    deploy(f"{source}{HANDLER}return [row[0] for row in db.execute({statement})]\n")
    assert invoke(event="nobody' OR '1' = '1").payload == rows


class Payload:
    """Pickled, it is a call of `eval`."""

    def __reduce__(self):
        return eval, ("__import__('os').environ['AWS_LAMBDA_FUNCTION_NAME']",)


def test_a_pickle_runs_what_it_says(deploy, invoke):
    deploy(f"import base64\nimport pickle{HANDLER}return pickle.loads(base64.b64decode(event))\n")
    assert invoke(event=base64.b64encode(pickle.dumps(Payload())).decode()).payload == "f"


def test_yaml_without_a_loader_is_refused_and_unsafe_loaders_run_what_it_says():
    yaml = pytest.importorskip("yaml")
    text = "!!python/object/apply:len [[1, 2, 3]]"
    with pytest.raises(TypeError):
        yaml.load(text)
    for unsafe in (yaml.Loader, yaml.UnsafeLoader):
        assert yaml.load(text, Loader=unsafe) == 3
    for safe in (yaml.SafeLoader, yaml.FullLoader):
        with pytest.raises(yaml.constructor.ConstructorError):
            yaml.load(text, Loader=safe)
