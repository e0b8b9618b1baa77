"""The deployment package that a check makes of a learner's files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from course.lab.answer import Answer

NO_CLOUD: Any = None
"""Packing calls nothing."""


def test_a_package_holds_the_files_readable_and_is_the_same_each_time(tmp_path: Path) -> None:
    given = Answer({"a.py": "x = 1\n"}, tmp_path, NO_CLOUD)
    package = given.zip("a.py", **{"app.py": "y = 2\n", "data.bin": b"\x00"})
    assert package == given.zip("a.py", **{"app.py": "y = 2\n", "data.bin": b"\x00"})
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert {entry.filename: archive.read(entry) for entry in archive.infolist()} == {
            "a.py": b"x = 1\n",
            "app.py": b"y = 2\n",
            "data.bin": b"\x00",
        }
        assert all(entry.external_attr >> 16 == 0o644 for entry in archive.infolist())
