"""Under mixed load every answer is right, and nothing is left of it: the long run is `benchmarks/soak.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


@pytest.mark.parametrize("launcher", ["exec", "zygote"])
def test_nothing_is_left_of_crashes_time_outs_updates_and_deletes(launcher):
    done = subprocess.run(
        [sys.executable, SOAK, "--json", "--minutes", "0.1", "--clients", "8", "--launcher", launcher],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
    )
    found = json.loads(done.stdout)
    assert (found["wrong"], found["left"]) == ([], [])
    assert done.returncode == 0, done.stderr
    assert sum(found["seen"].values()) > 50
    assert found["looks"][-1]["processes"] == (1 if launcher == "zygote" else 0)
