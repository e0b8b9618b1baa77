"""`lambdalint explain`: the documentation of one rule."""

from __future__ import annotations

import shutil
import sys

import click

from lint_rules.commands.completion import complete_rules


@click.command(short_help="Say what a rule is about.")
@click.argument("rule", shell_complete=complete_rules)
def explain(rule: str) -> None:
    """Say what RULE, a code or a name, is about: why it matters, examples, and when to leave it."""
    from lint_rules.commands.styled import styled
    from lint_rules.engine.docs import page_address, rule_page
    from lint_rules.engine.errors import UsageError, did_you_mean
    from lint_rules.engine.rule import load_rules

    rules = load_rules()
    wanted = rule.strip()
    found = next((r for r in rules.values() if wanted.casefold() in (r.name, r.code.casefold())), None)
    if found is None:
        hint = did_you_mean(wanted, [*rules, *(r.code for r in rules.values())])
        raise UsageError(f'no rule "{wanted}".{hint or " `lambdalint rules` lists them."}')
    page = rule_page(found)
    address = page_address(found)
    if address:
        page += f"\nPage: {address}\n"
    if not sys.stdout.isatty():
        click.echo(page, nl=False)
        return
    # A page that does not fit the terminal goes to the reader's pager.
    text = styled(page)
    if text.count("\n") < shutil.get_terminal_size().lines:
        click.echo(text, nl=False)
    else:
        click.echo_via_pager(text)
