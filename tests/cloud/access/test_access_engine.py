"""The engine of IAM is there when somebody asks it, not when a cloud starts."""

from __future__ import annotations

import subprocess
import sys

IMPORTED = """
import sys
import course.cloud.cloud
print(*(name for name in sorted(sys.modules) if name.startswith("lint_rules.engine.iam.")))
"""


def test_a_cloud_that_enforces_nothing_loads_no_engine():
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["lint_rules.engine.iam.asking"]
