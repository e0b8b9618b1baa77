"""What the linter takes from `typing`, without the import of it, and records that are made in a tenth of the time.

Importing `typing` takes a quarter of what starting Python does. Its `NamedTuple` compiles every annotation, and a
constructor that may never be called; for the hundred records of a start that takes longer than all else. Here
annotations stay text, and a constructor is compiled when it is first called. To a type checker all of this is `typing`.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any as Any
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn
    from typing import Protocol as Protocol
    from typing import TextIO as TextIO
    from typing import TypeAlias as TypeAlias
    from typing import TypeVar as TypeVar
else:
    Any = NoReturn = Protocol = TextIO = TypeAlias = object

    def TypeVar(name: str, **_: object) -> str:
        return name

    try:
        from _collections import _tuplegetter as _reading
    except ImportError:

        def _reading(number: int, _: str) -> property:
            return property(lambda self: tuple.__getitem__(self, number))

    def _new(cls: type, /, *given: Any, **named: Any) -> Any:
        """The constructor until the first call, which puts the compiled one in its place."""
        owner = next(each for each in cls.__mro__ if "_fields" in each.__dict__)
        listed = "".join(f"{field}, " for field in owner._fields)
        made = eval(
            f"lambda _cls, {listed}: _tuple(_cls, ({listed}))", {"_tuple": tuple.__new__, "__builtins__": {}}
        )
        made.__name__, made.__qualname__ = "__new__", f"{owner.__qualname__}.__new__"
        made.__defaults__ = tuple(owner._field_defaults.values())
        owner.__new__ = staticmethod(made)
        return made(cls, *given, **named)

    def _make(cls: type, values: Any) -> Any:
        """A record of these values, in the order of its fields."""
        made = tuple.__new__(cls, values)
        if len(made) != len(cls._fields):
            raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
        return made

    def _replace(self: Any, /, **changed: Any) -> Any:
        """The record with other values for some of its fields."""
        made = self._make(map(changed.pop, self._fields, self))
        if changed:
            raise TypeError(f"{type(self).__name__} has no field {next(iter(changed))!r}")
        return made

    def _asdict(self: Any) -> dict[str, Any]:
        """The values by field."""
        return dict(zip(self._fields, self, strict=True))

    def _repr(self: Any) -> str:
        inside = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({inside})"

    def _getnewargs(self: Any) -> tuple[Any, ...]:
        return tuple(self)

    _SHARED = {
        "__slots__": (),
        "__new__": _new,
        "_make": classmethod(_make),
        "_replace": _replace,
        "__replace__": _replace,
        "_asdict": _asdict,
        "__repr__": _repr,
        "__getnewargs__": _getnewargs,
    }

    class _Making(type):
        def __new__(cls, name: str, bases: tuple[type, ...], written: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, written)
            fields = tuple(written["__annotations__"])
            defaults = {field: written[field] for field in fields if field in written}
            if tuple(defaults) != fields[len(fields) - len(defaults) :]:
                raise TypeError(f"in {name} a field without a default follows one with a default")
            for number, field in enumerate(fields):
                written[field] = _reading(number, "")
            return type(
                name,
                (tuple,),
                {
                    **_SHARED,
                    **written,
                    "_fields": fields,
                    "_field_defaults": defaults,
                    "__match_args__": fields,
                },
            )

    class NamedTuple(metaclass=_Making):
        """A record; its fields are the annotated names of the class."""
