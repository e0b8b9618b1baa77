"""What the options of `lambdalab cloud` change is seen by a handler."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOOK = """
import os, sys, time
loaded = "boto3" in sys.modules
def handler(event, context):
    begun = time.monotonic()
    until = time.process_time() + 0.1
    while time.process_time() < until: pass
    return {"loaded": loaded, "root": os.environ["LAMBDA_TASK_ROOT"], "slower": (time.monotonic() - begun) / 0.1}
"""


def said(*options):
    done = subprocess.run(
        [sys.executable, "-m", "course.cli", "cloud", *options], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


def test_without_options_a_handler_starts_from_nothing_and_computes_at_full_speed(serve):
    served = serve()
    served.place(LOOK)
    found = [served.invoke() for _ in range(3)]
    assert found[0]["loaded"] is False
    assert min(one["slower"] for one in found) < 5 or os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def test_the_zygote_has_boto3_loaded(serve):
    served = serve("--launcher", "zygote")
    served.place(LOOK)
    assert served.invoke()["loaded"] is True


def test_with_basic_isolation_the_code_is_not_moved(serve):
    served = serve("--isolation", "basic")
    served.place(LOOK)
    assert served.invoke()["root"] != "/var/task"


def test_with_its_share_of_the_cpu_a_handler_is_as_slow_as_its_memory_is_small(serve):
    served = serve("--cpu", "share")
    served.place(LOOK, MemorySize=221, Timeout=30)
    slower = min(served.invoke()["slower"] for _ in range(3))
    assert slower > 1769 / 221 * 0.7
    assert slower < 1769 / 221 * 1.3 or os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def test_the_help_says_what_each_option_does_and_its_default():
    code, out, _ = said("--help")
    text = " ".join(out.split())
    assert code == 0
    for option in ("--port", "--launcher [exec|zygote]", "--isolation [auto|basic]", "--cpu [off|share]"):
        assert option in text
    for default in ("4566", "exec", "auto", "off"):
        assert f"[default: {default}" in text
    assert "lambdalab doctor" in text


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--launcher", "fork"), "'exec', 'zygote'"),
        (("--cpu", "2"), "'off', 'share'"),
        (("--cup", "off"), "--cpu"),
    ],
)
def test_a_slip_is_one_line_that_names_what_there_is(options, hint):
    code, out, err = said(*options)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert hint in err
