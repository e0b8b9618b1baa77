"""Which functions of a project run when its handler does."""

from __future__ import annotations

import pytest

from lint_rules import Project


def reached(files: str | dict[str, str]) -> list[str]:
    """Functions that the first handler reaches, in order; `?` after those that do not run every time."""
    project = Project.of({"app.py": files} if isinstance(files, str) else files)
    functions = project.handlers[0].reach.functions.values()
    return [step.scope.name + ("" if step.repeats else "?") for step in functions]


def test_calls_are_followed_breadth_first():
    code = """
def handler(event, context):
    one()
    two()
def one(): three()
def two(): pass
def three(): handler(1, 2)
def four(): pass
"""
    assert reached(code) == ["handler", "one", "two", "three"]


def test_calls_are_followed_into_methods_classes_and_nested_functions():
    code = """
class Base:
    def shared(self): pass
class Store(Base):
    def __init__(self): self.prepare()
    def prepare(self): pass
    def save(self): self.shared()
    @classmethod
    def make(cls): pass
store = Store()
def handler(event, context):
    def inner(): pass
    inner()
    store.save()
    Store.make()
    local = Store()
    local.prepare()
"""
    names = reached(code)
    assert set(names) == {
        *("handler", "handler.inner", "Store.save", "Store.make", "Store.__init__", "Store.prepare"),
        "Base.shared",
    }


def test_calls_are_followed_into_other_files():
    files = {
        "src/app.py": "import helpers\nfrom pkg import work as w\nfrom pkg.more import last\n"
        "def handler(event, context):\n    helpers.help()\n    w.go()\n    last()\n",
        "src/helpers.py": "def help(): pass\n",
        "src/pkg/__init__.py": "",
        "src/pkg/work.py": "from . import more\nfrom ..helpers import help\ndef go(): more.last(); help()\n",
        "src/pkg/more.py": "def last(): pass\n",
    }
    assert reached(files) == ["handler", "help", "go", "last"]


def test_the_nearest_file_of_a_name_is_meant():
    files = {
        "a/src/app.py": "from util import go\ndef handler(event, context):\n    go()\n",
        "a/src/util.py": "def go(): near()\ndef near(): pass\n",
        "util.py": "def go(): far()\ndef far(): pass\n",
    }
    assert reached(files) == ["handler", "go", "near"]


def test_modules_that_import_each_other_end():
    files = {
        "app.py": "import other\ndef handler(event, context):\n    other.go()\ndef back(): other.go()\n",
        "other.py": "import app\ndef go(): app.back()\n",
    }
    assert reached(files) == ["handler", "go", "back"]


@pytest.mark.parametrize(
    "call",
    [
        "unknown()",
        "event.go()",
        "x.y.z()",
        "(lambda: 1)()",
        "twice()",
        "getattr(event, 'go')()",
        "super().go()",
    ],
)
def test_calls_that_cannot_be_told_lead_nowhere(call):
    code = f"def twice(): a\ndef twice(): b\ndef handler(event, context):\n    {call}\n"
    assert reached(code) == ["handler"]


@pytest.mark.parametrize(
    "body",
    [
        "    if x is None:\n        go()\n",
        "    if not x:\n        go()\n",
        "    if 'k' not in x:\n        go()\n",
        "    x or go()\n",
        "    y = x if x else go()\n",
        "    if x:\n        return x\n    go()\n",
        "    try:\n        x\n    except OSError:\n        go()\n",
        "    global y\n    y = go()\n",
    ],
)
def test_what_runs_at_first_or_rarely_is_reached_but_does_not_repeat(body):
    assert reached(f"x = None\ndef go(): pass\ndef handler(event, context):\n{body}") == ["handler", "go?"]


@pytest.mark.parametrize(
    "body",
    [
        "    if event['k']:\n        pass\n    go()\n",
        "    for _ in event:\n        go()\n",
        "    with x:\n        go()\n",
        "    try:\n        go()\n    except OSError:\n        pass\n",
        "    return go()\n",
        "    if event['k'] == 1:\n        go()\n",
    ],
)
def test_what_runs_in_the_usual_way_repeats(body):
    assert reached(f"x = None\ndef go(): pass\ndef handler(event, context):\n{body}") == ["handler", "go"]


@pytest.mark.parametrize("decorator", ["@cache", "@lru_cache(maxsize=1)", "@functools.cached_property"])
def test_a_function_that_remembers_is_not_followed(decorator):
    assert reached(f"{decorator}\ndef go(): pass\ndef handler(event, context):\n    go()\n") == ["handler"]
