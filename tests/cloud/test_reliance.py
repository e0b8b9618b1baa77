"""What the cloud relies on in moto is what moto has; when it is not, one line says so before anything goes wrong."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from course.cloud import Cloud, moto_bridge
from course.cloud.moto_bridge import reliance
from course.cloud.moto_bridge.reliance import CHECKED, RELIANCES, Reliance, check
from course.errors import UserError

for found in pkgutil.iter_modules(moto_bridge.__path__, f"{moto_bridge.__name__}."):
    importlib.import_module(found.name)
BROKEN = Reliance("moto.core.model_instances", "reset_model_data", "0" * 12)


@pytest.mark.parametrize("one", RELIANCES, ids=[f"{one.module}.{one.name}" for one in RELIANCES])
def test_moto_is_what_it_was_when_this_was_written(one):
    assert one.holds(), (
        f"{one.module}.{one.name} changed: read it, mend what uses it, write down its new hash"
    )


def test_every_module_of_the_bridge_that_imports_moto_says_what_it_relies_on():
    folder = Path(moto_bridge.__file__).parent
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"^\s*from (moto\.[\w.]+\.models) import", text, re.MULTILINE))
        assert not named or "relies_on(" in text or "@patch(" in text, path.name


def test_the_release_that_was_checked_is_the_one_that_is_pinned_and_installed():
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r'"(moto\[[^"]*)"', project) == [f"moto[server]=={CHECKED}"]
    assert version("moto") == CHECKED


def test_another_release_is_fine_as_long_as_nothing_has_changed(monkeypatch):
    monkeypatch.setattr(reliance, "RELIANCES", RELIANCES[:1])
    check("5.2.6")


@pytest.mark.parametrize(
    "changed",
    [
        BROKEN,
        BROKEN._replace(name="gone"),
        BROKEN._replace(module="moto.gone"),
        BROKEN._replace(name="reset_model_data.gone"),
    ],
)
def test_another_release_with_a_change_is_refused_in_one_line(changed, monkeypatch):
    monkeypatch.setattr(reliance, "RELIANCES", [changed])
    with pytest.raises(UserError) as caught:
        check("5.2.6")
    assert str(caught.value) == (
        f"moto 5.2.6 has changed {changed.module}.{changed.name}, on which this cloud relies; install the release "
        f'that it was checked with: pip install "moto=={CHECKED}"'
    )


def test_the_checked_release_costs_no_look_at_it(monkeypatch):
    monkeypatch.setattr(reliance, "RELIANCES", [BROKEN])
    check(CHECKED)


def test_a_cloud_does_not_start_on_a_moto_that_has_changed(monkeypatch):
    monkeypatch.setattr(reliance, "RELIANCES", [BROKEN])
    monkeypatch.setattr("moto.__version__", "5.2.6")
    with pytest.raises(UserError, match=r"moto 5\.2\.6 has changed"):
        Cloud()


def test_the_command_says_it_and_ends_with_2(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import moto, moto.core.model_instances as m\nmoto.__version__ = '5.2.6'\n"
        "def reset_model_data(): pass\nm.reset_model_data = reset_model_data\n"
    )
    place = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "course.cli", "cloud", "--port", "0"],
        env={**os.environ, "PYTHONPATH": place},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "moto 5.2.6 has changed moto.core.model_instances.reset_model_data" in done.stderr
