"""The environment variables of what the studio starts: the user's, with every way to the real AWS closed.

AWS settings of the user are dropped, their configuration files are out of sight, and requests to this machine
go round a proxy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

REGION = "us-east-1"
LOCAL = ("127.0.0.1", "localhost")
DROPPED = ("AWS_", "JUPYTER", "JPY_", "PYTHON", "IPYTHON")
KEPT = ("PYTHONPATH", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONDONTWRITEBYTECODE")


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """The user's variables without those that would change what we start.

    Proxies are passed by, and the commands installed beside this Python are found first.
    """
    kept = {
        name: value for name, value in environment.items() if not name.startswith(DROPPED) or name in KEPT
    }
    for name in ("no_proxy", "NO_PROXY"):
        known = [host for host in kept.get(name, "").split(",") if host]
        kept[name] = ",".join([*known, *(host for host in LOCAL if host not in known)])
    kept["PATH"] = os.pathsep.join(filter(None, [os.path.dirname(sys.executable), kept.get("PATH")]))
    return kept


def aimed_at(endpoint: str) -> dict[str, str]:
    """The variables that lead any AWS SDK, and the AWS CLI, to the cloud at `endpoint` and nowhere else.

    Names: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
