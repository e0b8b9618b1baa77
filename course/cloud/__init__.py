"""An AWS whose Lambda really runs; usable without any lab.

from course.cloud import Cloud

with Cloud() as cloud:
    cloud.client("lambda").list_functions()

The cloud itself is imported when it is asked for: who only wants its clock does not wait for the rest.
"""

from typing import TYPE_CHECKING, Any

from course.cloud.serve import serve

if TYPE_CHECKING:
    from course.cloud.cloud import Cloud

__all__ = ["Cloud", "serve"]


def __getattr__(name: str) -> Any:
    if name == "Cloud":
        from course.cloud.cloud import Cloud

        return Cloud
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
