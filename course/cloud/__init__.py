"""An AWS whose Lambda really runs; usable without any lab.

from course.cloud import Cloud

with Cloud() as cloud:
    cloud.client("lambda").list_functions()
"""

from course.cloud.cloud import Cloud
from course.cloud.serve import serve

__all__ = ["Cloud", "serve"]
