"""`lambdalab review`: the cards that are due, one after the other."""

from __future__ import annotations

from pathlib import Path

import click

from course.commands._folder import in_folder


@click.command(short_help="Answer the questions that come back.")
@in_folder
def review(folder: Path) -> None:
    """Answer the cards that are due: predictions that went wrong, and questions from the ends of labs.

    Type a letter; an empty line stops.
    """
    from course.errors import UserError
    from course.lab.desk import now
    from course.lab.pile import Pile, asked, explained, nothing_due

    pile = Pile(folder, now())
    while due := pile.due:
        card = due[0]
        click.echo(asked(card, pile.title(card), len(due)))
        letter = click.prompt("\nYour answer", default="", show_default=False)
        if not letter.strip():
            return
        try:
            click.echo(f"\n{explained(card, pile.answer(card, letter))}\n")
        except UserError as error:
            click.echo(f"\n{error}\n")
        pile = Pile(folder, now())
    click.echo(nothing_due(pile))
