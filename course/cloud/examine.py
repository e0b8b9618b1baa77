"""Looks at the system that a cloud would run on. Nothing is started but a probe of a few milliseconds."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from course.cloud import callers
from course.cloud.runtime.child.bootstrap import has_native_client
from course.cloud.runtime.world import Tier, in_container


class Examined(NamedTuple):
    """One thing looked at: whether all is well, a sentence, and whether handlers cannot run without it."""

    what: str
    well: bool
    says: str
    needed: bool = False


def examine() -> list[Examined]:
    """Everything that decides what the cloud can do here."""
    return [_python(), _runtime_client(), _isolation(), _network(), _neighbours(), _processors(), _moto()]


def _python() -> Examined:
    here = f"{platform.python_version()} on {platform.system()} {platform.machine()}; handlers run on it too"
    return Examined("Python", sys.version_info >= (3, 10), here, needed=True)


def _runtime_client() -> Examined:
    found = _version("awslambdaric")
    if not hasattr(os, "fork"):
        says = f"handlers cannot run on {platform.system()} itself; install and start lambdalab inside WSL 2"
    elif found is None:
        says = "awslambdaric, AWS's own runtime client, is not installed; `lambdalint[course]` brings it"
    elif has_native_client(sys.path):
        return Examined("runtime", True, f"awslambdaric {found}, AWS's own runtime client", needed=True)
    else:
        says = f"awslambdaric {found}, AWS's own runtime client; its C part is for Linux, ours in Python stands in"
        return Examined("runtime", True, says, needed=True)
    return Examined("runtime", False, says, needed=True)


def _isolation() -> Examined:
    found = Tier().find()
    if found.tier == "full":
        return Examined("isolation", True, f"full: {found.reason}")
    hint = (
        "; a container has to allow user namespaces and all of /proc (docs/grading.md)"
        if in_container()
        else ""
    )
    says = f"basic: {found.reason}{hint}. Handlers see this machine's files and write to its /tmp"
    return Examined("isolation", False, says)


def _network() -> Examined:
    release = tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2] if part.isdigit())
    if sys.platform == "linux" and release >= (6, 7):
        return Examined("network", True, "handlers can be kept to this cloud's port (Landlock)")
    return Examined(
        "network", False, "handlers cannot be kept to this cloud's port: that needs Linux 6.7 or newer"
    )


def _neighbours() -> Examined:
    if callers.told():
        return Examined("neighbours", True, "other users of this machine are kept out of a learner's cloud")
    says = "other users of this machine, if there are any, can call a learner's cloud"
    return Examined("neighbours", False, f"{says}: the system does not tell whose connections are")


def _processors() -> Examined:
    count = os.cpu_count() or 1
    return Examined(
        "processors",
        count > 1,
        f"{count}: {'as many' if count > 1 else 'only one'} handlers at once at full speed",
    )


def _moto() -> Examined:
    found = _version("moto")
    return Examined(
        "services", bool(found), f"moto {found}" if found else "moto is not installed", needed=True
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
