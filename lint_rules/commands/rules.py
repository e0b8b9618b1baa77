"""`lambdalint rules`: what can be found."""

from __future__ import annotations

import click

from lint_rules.commands.completion import complete_peers
from lint_rules.engine.rule import Rule


@click.command(short_help="List the rules.")
@click.option(
    "--output-format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True
)
@click.option(
    "--compat",
    metavar="LINTER",
    shell_complete=complete_peers,
    help="List that linter's rules and ours instead.",
)
def rules(output_format: str, compat: str | None) -> None:
    """List the rules: code, name, level, fix, and one sentence.

    The format `markdown` is RULES.md, a table with links to the page of each.
    """
    from lint_rules.engine.rule import load_rules

    known = list(load_rules().values())
    if compat:
        click.echo(_compared(compat, known, output_format), nl=False)
        return
    if output_format == "json":
        import json

        from lint_rules.engine.peers import peer_codes

        click.echo(json.dumps([{**_row(rule), "peers": peer_codes(rule.code)} for rule in known], indent=2))
    elif output_format == "markdown":
        from lint_rules.engine.docs import rules_page

        click.echo(rules_page(), nl=False)
    else:
        click.echo(_table(known), nl=False)


def _compared(peer: str, known: list[Rule], output_format: str) -> str:
    """The rules of another linter, each with ours for it."""
    from lint_rules.engine.peers import codes_of_peers, peers

    codes_of_peers([peer])
    names = {rule.code: rule.name for rule in known}
    rows = {
        theirs: [f"{code} {names[code]}" for code in ours if code in names]
        for theirs, ours in peers()[peer].items()
    }
    if output_format == "json":
        import json

        return (
            json.dumps({theirs: [own.split()[0] for own in ours] for theirs, ours in rows.items()}, indent=2)
            + "\n"
        )
    width = max(map(len, rows))
    return "".join(f"{theirs:{width}}  {', '.join(ours) or '-'}\n" for theirs, ours in rows.items())


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
