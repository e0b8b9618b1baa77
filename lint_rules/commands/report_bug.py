"""What a user sees of a mistake of ours: one line, and a file with the rest."""

from __future__ import annotations


def report_bug(error: BaseException, doing: str = "") -> str:
    """Save the traceback in a temporary file and return the line that names it."""
    import tempfile
    import traceback

    # What another process sent brings its own.
    kind = getattr(error, "kind", type(error).__name__)
    text = getattr(error, "traceback", "") or "".join(
        traceback.format_exception(type(error), error, error.__traceback__)
    )
    where = ""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="lambdalint-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
        ) as file:
            file.write(text)
        where = f" and attach {file.name}"
    except OSError:
        pass
    what = f"{kind}: {str(error)[:200]}".strip().replace("\n", " ")
    return f"internal error{' ' + doing if doing else ''}: {what}; please report it{where}"
