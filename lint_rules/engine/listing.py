"""The listing of our own rules: what must be known of each before its code is imported, a line each.

It is made from the rules by `scripts/derive_rules.py`, and believed of a file only as long as that has the size noted;
a test keeps it fresh.
"""

from __future__ import annotations

from lint_rules.engine.typed import NamedTuple

PLACE = "data/rules.tsv"
"""Where it stands in the package."""


class Listed(NamedTuple):
    """One line: of a rule what selection and reports need, and the module and the size of the file it stands in."""

    code: str
    name: str
    severity: str
    subject: str
    profile: str
    fix: str
    since: str
    topic: str
    module: str
    size: int
    triggers: str
    summary: str


def read_listing(package: str) -> dict[str, Listed]:
    """The lines by module; none where the listing is missing or in another form."""
    try:
        with open(f"{package}/{PLACE}", encoding="utf-8") as file:
            text = file.read()
        rows = [line.split("\t") for line in text.split("\n") if line]
        return {row[8]: Listed._make([*row[:9], int(row[9]), *row[10:]]) for row in rows}
    except (OSError, ValueError, IndexError, TypeError):
        return {}


def write_listing(rows: list[Listed]) -> str:
    """The text of the listing."""
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)
