"""LAM995."""

from __future__ import annotations

from collections.abc import Iterable

from lint_rules import Finding, Project, Related, names_before_their_cell, rule


@rule("LAM995", looks_at=Project, severity="warning", since="0.2")
def notebook_execution_order(project: Project) -> Iterable[Finding]:
    """A cell of a notebook uses a name that only a later cell makes.

    ## Why it matters
    The notebook ran in another order, or still had the name from an earlier session. Whoever opens it afresh and runs
    it from top to bottom gets a `NameError`, and code that is copied from it into a function fails the same way.

    ## Bad
    expect: notebook-execution-order at row 1 of cells.ipynb
    ```json file="cells.ipynb"
    {
      "cells": [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 2,
         "source": "print(queue.url)"},
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1,
         "source": "import boto3\\nqueue = boto3.resource('sqs').Queue('jobs')"}
      ],
      "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```

    ## Good
    ```json file="cells.ipynb"
    {
      "cells": [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1,
         "source": "import boto3\\nqueue = boto3.resource('sqs').Queue('jobs')"},
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 2,
         "source": "print(queue.url)"}
      ],
      "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    }
    ```

    ## When not to fix
    The notebook is a list of experiments that nobody runs as a whole.

    ## See also
    "Restart kernel and run all cells" in JupyterLab's menu shows the same.
    """
    for module in project.modules:
        for early in names_before_their_cell(module):
            yield Finding(
                f"`{early.name}` is used here but made only in cell {early.cell}: run from top to bottom, the notebook "
                "stops with a NameError",
                early.span,
                related=(Related("made here", early.made),),
            )
