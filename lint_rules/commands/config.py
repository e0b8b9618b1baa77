"""`lambdalint config`: the settings that hold for a path, and the JSON Schema of what may be said."""

from __future__ import annotations

import click

from lint_rules.engine.config import FORMATS, KEYS, PROFILES, Config
from lint_rules.engine.finding import Severity
from lint_rules.engine.typed import Any


@click.command(short_help="Show the settings, or the schema of the configuration.")
@click.argument("path", default=".", type=click.Path())
@click.option("--schema", is_flag=True, help="Show the JSON Schema of lambdalint.toml instead.")
def config(path: str, schema: bool) -> None:
    """Show the settings that hold for PATH, and the file that they come from."""
    if schema:
        import json

        click.echo(json.dumps(schema_of_keys(), indent=2))
        return
    from lint_rules.commands.options import Request
    from lint_rules.commands.settings import Settings

    click.echo(shown(Settings(Request(paths=(path,))).first), nl=False)


def shown(config: Config) -> str:
    """The settings as TOML, with the file they come from in front."""
    import json

    lines = [f"# {config.source or 'no configuration file: the defaults'}"]
    for key in KEYS:
        if key == "extend":
            continue
        value: Any = getattr(config, key.replace("-", "_"))
        if key == "per-file-ignores":
            listed = ", ".join(f"{json.dumps(pattern)} = {json.dumps(words)}" for pattern, words in value)
            lines.append(f"{key} = {{ {listed} }}" if listed else f"{key} = {{}}")
        elif isinstance(value, Severity):
            lines.append(f'{key} = "{value.label}"')
        else:
            lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def schema_of_keys() -> dict[str, Any]:
    """The JSON Schema of the table, for editors."""
    words = {"type": "array", "items": {"type": "string"}}
    selectors = {"type": "array", "items": {"$ref": "#/definitions/selector"}}
    kinds: dict[str, dict[str, Any]] = {
        "selectors": selectors,
        "patterns": words,
        "switch": {"type": "boolean"},
        "level": {"enum": [severity.label for severity in Severity]},
        "profile": {"enum": list(PROFILES)},
        "format": {"enum": list(FORMATS)},
        "path": {"type": "string", "minLength": 1},
        "ignores": {"type": "object", "additionalProperties": selectors},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "lambdalint",
        "description": "lambdalint.toml, or the table [tool.lambdalint] of pyproject.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: {"description": made.what, **kinds[made.kind]} for key, made in KEYS.items()},
        "definitions": {"selector": _selector()},
    }


def _selector() -> dict[str, Any]:
    from lint_rules.engine.rule import load_rules

    rules = load_rules().values()
    known = [*PROFILES, "ALL", *(rule.name for rule in rules), *(rule.code for rule in rules)]
    return {
        "anyOf": [
            {"enum": known, "description": "A rule by name or code, a profile, or ALL."},
            {"type": "string", "pattern": "^[A-Z]+[0-9]*$", "description": "The beginning of codes."},
        ]
    }
