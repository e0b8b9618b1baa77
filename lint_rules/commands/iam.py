"""`lambdalint iam`: what functions call, what their roles grant, and the policy that fits."""

from __future__ import annotations

import click

from lint_rules.commands.options import Request
from lint_rules.commands.terminal import say, tell

_FORMS = ["sam", "cloudformation", "serverless", "terraform", "json"]


@click.command(short_help="Say what functions need of AWS, and write the policy that fits.")
@click.argument("paths", nargs=-1, metavar="PATHS...", type=click.Path())
@click.option("--check", "check", is_flag=True, help="Exit with 1 when a function lacks a permission.")
@click.option(
    "--write",
    "form",
    type=click.Choice(_FORMS),
    help="Write the policy that grants what is needed and no more.",
)
@click.option(
    "--output-format",
    type=click.Choice(["text", "json", "diff"]),
    default="text",
    show_default=True,
    help="The report.",
)
@click.option("--function", "wanted", metavar="NAME", help="Only this function.")
def iam(paths: tuple[str, ...], check: bool, form: str | None, output_format: str, wanted: str | None) -> int:
    """Compare what the code of functions calls with what their roles grant.

    PATHS are folders or files, code and templates together; without any, this folder. For each function: the actions it
    needs and the call each comes from, those that its role lacks, and those that it grants but no code can use.
    """
    from lint_rules.commands.run import gather
    from lint_rules.commands.settings import Settings
    from lint_rules.engine.access.access import callers
    from lint_rules.engine.access.least import least
    from lint_rules.engine.access.writing import WHOLE, written
    from lint_rules.engine.errors import UsageError, did_you_mean
    from lint_rules.engine.intake import project_of
    from lint_rules.engine.reports.access import Asked, render_access, render_access_diff, render_access_json
    from lint_rules.engine.repositories import by_repository

    request = Request(paths=paths or (".",))
    sources = gather(request, Settings(request))
    texts = dict(sources.given)
    for path in sources.found.files:
        try:
            with open(path, "rb") as file:
                texts[path] = file.read()
        except OSError as error:
            tell(f"warning: {path}: cannot be read: {error.strerror}")
    found: list[Asked] = []
    for group in by_repository(texts):
        project = project_of({path: texts[path] for path in group})
        access = project.access  # What cannot be understood is noticed on the way to it.
        for path, crash in project.crashes:
            tell(f"warning: {path}: cannot be understood: {crash}")
        roles = {id(one): role for role in access.roles for one in role.functions}
        found += [Asked(project, one, roles.get(id(one))) for one in callers(project)]
    if wanted is not None:
        names = [one.name for _, one, _ in found]
        found = [
            asked
            for asked in found
            if wanted in (asked.function.name, asked.function.name.rpartition(".")[2])
        ]
        if not found:
            hint = did_you_mean(wanted, names) or f" There are {', '.join(names) or 'none'}."
            raise UsageError(f'no function "{wanted}".{hint}')
    if not found:
        tell("warning: no function found")
    if form is not None:
        done: set[int] = set()
        for _, one, role in found:
            if role is not None and id(role) in done:
                continue
            done.add(id(role))
            template = one.spec.template if one.spec is not None else None
            together = role.functions if role is not None else (one,)
            if len(found) > 1 and form != "json":
                say(f"# {', '.join(each.name for each in together)}")
            say(written(form, one.name, least(together, template, form in WHOLE), template), end="")
    elif output_format == "json":
        say(render_access_json(found), end="")
    elif output_format == "diff":
        say(render_access_diff(found), end="")
    else:
        say(render_access(found), end="")
    lacking = [
        need for _, one, _ in found for need in (*one.missing, *(n for n, _ in one.elsewhere)) if need.sure
    ]
    return 1 if check and lacking else 0
