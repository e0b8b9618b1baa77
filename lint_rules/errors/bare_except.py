"""LAM402."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM402", looks_at=Handler, severity="warning", since="0.1", fix="safe", triggers=("except",))
def bare_except(handler: Handler) -> Iterator[Finding]:
    """An `except:` without a name catches even what is meant to end the program.

    ## Why it matters
    It catches SystemExit and KeyboardInterrupt with all else: an exit that a library asks for is ignored, and a
    function goes on in a state that nobody has thought of. `except Exception:` catches every error and leaves these
    alone.

    ## Bad
    ```python file="app.py"
    def handler(event, context):
        try:
            return {"total": sum(event["amounts"])}
        except:  # expect: bare-except
            return {"total": 0}
    ```

    ## Fixed
    ```python file="app.py"
    def handler(event, context):
        try:
            return {"total": sum(event["amounts"])}
        except Exception:
            return {"total": 0}
    ```

    ## Good
    What is raised again is not lost.
    ```python file="app.py"
    def handler(event, context):
        try:
            return {"total": sum(event["amounts"])}
        except:
            print("bad event")
            raise
    ```

    ## When not to fix
    A tool that calls `sys.exit` must not end the environment: say `except (Exception, SystemExit):`.

    ## See also
    Python: "Exception hierarchy".
    """
    for clause in handler.clauses():
        if clause.is_bare and not clause.raises:
            yield Finding(
                "`except:` catches SystemExit and KeyboardInterrupt, too; name what you expect, or Exception",
                clause.span,
                Fix("Catch Exception", clause.named(), Safety.SAFE),
            )
