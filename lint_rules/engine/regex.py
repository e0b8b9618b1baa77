"""Regular expressions that are compiled when they are first used.

A start imports some eighty of them and uses a dozen, and compiling one takes as long as reading a small file.
"""

from __future__ import annotations

from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re

    regex = re.compile
else:

    class regex:
        """What `re.compile` makes of the same arguments, once it is asked for anything."""

        __slots__ = ("_given", "findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")

        def __init__(self, source: str | bytes, flags: int = 0) -> None:
            self._given = (source, flags)

        def __getattr__(self, name: str) -> Any:
            import re

            made = re.compile(*self._given)
            for method in self.__slots__[1:]:
                setattr(self, method, getattr(made, method))
            return getattr(made, name)
