"""The vocabulary of the linter's tests: `findings(files)`, `fixed(files)` and `run(*args)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from lint_rules import Config, Project, Safety, fix, lint
from lint_rules.cli import main

Files = str | Mapping[str, str]


def _project(files: Files) -> Project:
    return Project.of({"app.py": files} if isinstance(files, str) else files)


@pytest.fixture(scope="session")
def findings() -> Callable[..., list[tuple[str, int]]]:
    """Rules and rows found in a file `app.py` or in files by path; of `rule` alone where it is named.

    With `paths=True` (rule, row, path). Rows of notebooks count within the cell. `extend` is a rule to run
    besides those of the default set.
    """

    def found(files: Files, rule: str = "", *, paths: bool = False, extend: str = "") -> list[tuple]:
        project = _project(files)
        config = Config(select=(rule,), ignore=("LAM990",)) if rule and rule != "parse-error" else Config()
        config = config._replace(extend_select=(extend,) if extend else ())
        listed = []
        for finding in lint(project, config):
            document = project.documents[finding.span.path]
            row = document.locate(finding.span.start).row
            listed.append((finding.rule, row, document.path) if paths else (finding.rule, row))
        return listed

    return found


@pytest.fixture(scope="session")
def fixed() -> Callable[..., dict[str, str]]:
    """Raw texts by path after every fix, unsafe ones too, of one rule or of all."""

    def result(files: Files, rule: str = "") -> dict[str, str]:
        config = Config(select=(rule,)) if rule else Config(select=("ALL",))
        outcome = fix(_project(files), config, Safety.UNSAFE)
        return {path: document.raw for path, document in outcome.project.documents.items()}

    return result


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command; gives (exit code, standard output, standard error)."""

    def command(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit_:
            main(args)
        captured = capsys.readouterr()
        return exit_.value.code, captured.out, captured.err

    return command
