"""What is changed in moto is still what it was when it was changed."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from course.cloud import moto_bridge
from course.cloud.moto_bridge import afterwards, patches
from course.cloud.moto_bridge.patches import Current, Patch

for _module in pkgutil.iter_modules(moto_bridge.__path__):
    importlib.import_module(f"course.cloud.moto_bridge.{_module.name}")


@pytest.mark.parametrize("patch", patches.PATCHES, ids=lambda patch: f"{patch.module}.{patch.name}")
def test_the_source_that_a_patch_stands_for_has_not_changed(patch: Patch) -> None:
    importlib.import_module(patch.module)
    patch.apply()
    assert patch.digest() == patch.source


def test_no_two_patches_change_the_same() -> None:
    names = [(patch.module, patch.name) for patch in patches.PATCHES]
    assert len(names) == len(set(names))


def test_patches_speak_to_the_cloud_that_was_opened_last() -> None:
    current: Current[str] = Current()
    assert current.it is None
    current.enter("first")
    current.enter("second")
    assert current.it == "second"
    current.leave("second")
    current.leave("second")
    assert current.it == "first"


def test_what_is_for_afterwards_waits_for_the_end_of_the_request() -> None:
    seen: list[str] = []
    with afterwards.request():
        afterwards.afterwards(lambda: seen.append("then"))
        seen.append("first")
    afterwards.afterwards(lambda: seen.append("now"))
    assert seen == ["first", "then", "now"]
