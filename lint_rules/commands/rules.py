"""`lambdalint rules`: what can be found."""

from __future__ import annotations

import click

from lint_rules.engine.rule import Rule


@click.command(short_help="List the rules.")
@click.option(
    "--output-format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True
)
def rules(output_format: str) -> None:
    """List the rules: code, name, level, fix, and one sentence.

    The format `markdown` is the whole documentation, RULES.md.
    """
    from lint_rules.engine.rule import load_rules

    known = list(load_rules().values())
    if output_format == "json":
        import json

        click.echo(json.dumps([_row(rule) for rule in known], indent=2))
    elif output_format == "markdown":
        from lint_rules.engine.docs import rules_page

        click.echo(rules_page(), nl=False)
    else:
        click.echo(_table(known), nl=False)


def _row(rule: Rule) -> dict[str, str | None]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.label,
        "profile": rule.profile,
        "fix": rule.fix.name.lower().replace("_", "-") if rule.fix else None,
        "topic": rule.topic,
        "since": rule.since,
        "summary": rule.summary,
    }


def _table(known: list[Rule]) -> str:
    rows = [{key: value or "-" for key, value in _row(rule).items()} for rule in known]
    columns = ("code", "name", "severity", "fix")
    widths = {column: max(len(row[column]) for row in rows) for column in columns}
    return "".join(
        "  ".join([*(row[column].ljust(widths[column]) for column in columns), row["summary"]]) + "\n"
        for row in rows
    )
