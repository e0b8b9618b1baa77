"""`lambdalab doctor`: what this system lets the cloud do, and why not more."""

from __future__ import annotations

import click


@click.command(short_help="Say what this system allows, and why not more.")
def doctor() -> int:
    """Look at what the cloud and the course need, and say in a line each what is there.

    Exit code 0 if handlers can run here, 1 if something that they need is missing.
    """
    from course.cloud.examine import examine

    findings = examine()
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        mark = click.style("ok  " if finding.well else "miss", fg="green" if finding.well else "yellow")
        click.echo(f"{mark}  {finding.what:<{width}}  {finding.says}")
    return 0 if all(finding.well or not finding.needed for finding in findings) else 1
