"""Puts a learner's files into the running cloud as a function, and lets an editor attach to it where that is wanted.

The cloud is the one that the AWS variables of this process lead to. Uses plain boto3, as a learner could.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from course.errors import UserError
from course.lab.answer import RUNTIME, TRUST
from course.lab.changes import Changes, Snapshot, changes, snapshot

DEBUG = "lambdalab:debug"
"""The tag with which the cloud lets environments of a function wait for an editor."""
PORT = 5678
_CREATED_ONLY = ("Publish", "Architectures", "PackageType", "Tags")


@dataclass(frozen=True)
class Deployed:
    """A function that was put into the cloud, and what that changed. `debug`: it waits for an editor."""

    name: str
    changes: Changes
    debug: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        if self.debug:
            return (
                f"`{self.name}` is deployed, and waits for an editor when it is invoked next. Invoke it, then attach "
                f"your editor to 127.0.0.1:{PORT} (docs/debugging.md). `debug=False` ends that."
            )
        if self.changes.created:
            return f"`{self.name}` is deployed: a new function."
        if not self.changes:
            return f"`{self.name}` is deployed: neither code nor settings changed."
        return f"`{self.name}` is deployed: this changed."


def deploy(
    folder: Path,
    name: str,
    handler: str,
    files: Sequence[str],
    settings: Mapping[str, object],
    *,
    debug: bool,
) -> Deployed:
    """Create the function, or bring the one that exists up to date: settings not given stay as they are.

    Raises UserError for a file that is not there, without a running cloud, and with Lambda's words when it refuses.
    """
    from botocore.exceptions import BotoCoreError, ClientError, WaiterError

    if "AWS_ENDPOINT_URL" not in os.environ:
        raise UserError("no cloud is running for this notebook; open it with `lambdalab start`")
    if debug and find_spec("debugpy") is None:
        raise UserError('debugging needs debugpy; install it with: pip install "lambdalint[debug]"')
    code = _package(folder, files)
    try:
        before, after = _put(name, handler, code, dict(settings), debug)
    except ClientError as error:
        facts = error.response["Error"]
        raise UserError(f"Lambda refused `{name}`: {facts['Code']}: {facts['Message']}") from None
    except (BotoCoreError, WaiterError) as error:
        raise UserError(f"`{name}` is not deployed: {error}") from None
    return Deployed(name, changes(before, after), debug)


def _put(
    name: str, handler: str, code: bytes, settings: dict[str, Any], debug: bool
) -> tuple[Snapshot | None, Snapshot]:
    import boto3

    api = boto3.client("lambda")
    before = snapshot(api, name)
    if before is None:
        new = {"Runtime": RUNTIME, **settings}
        new.setdefault("Role", _role(f"{name}-role"))
        made = api.create_function(FunctionName=name, Handler=handler, Code={"ZipFile": code}, **new)
        api.get_waiter("function_active_v2").wait(FunctionName=name)
    else:
        ready = api.get_waiter("function_updated_v2")
        architectures = {key: settings[key] for key in ("Architectures",) if key in settings}
        made = api.update_function_code(FunctionName=name, ZipFile=code, **architectures)
        ready.wait(FunctionName=name)
        changed = {key: value for key, value in settings.items() if key not in _CREATED_ONLY}
        api.update_function_configuration(FunctionName=name, Handler=handler, **changed)
        ready.wait(FunctionName=name)
        if tags := settings.get("Tags"):
            api.tag_resource(Resource=made["FunctionArn"], Tags=tags)
    _mark(":".join(made["FunctionArn"].split(":")[:7]), debug)
    after = snapshot(api, name)
    assert after is not None
    return before, after


def _mark(arn: str, debug: bool) -> None:
    import boto3

    api = boto3.client("lambda")
    if debug:
        api.tag_resource(Resource=arn, Tags={DEBUG: str(PORT)})
    else:
        api.untag_resource(Resource=arn, TagKeys=[DEBUG])


def _role(name: str) -> str:
    import boto3

    iam = boto3.client("iam")
    try:
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    except iam.exceptions.EntityAlreadyExistsException:
        made = iam.get_role(RoleName=name)
    return str(made["Role"]["Arn"])


def _package(folder: Path, files: Sequence[str]) -> bytes:
    if not files:
        raise UserError('say which files the function is made of: lab.deploy("f", "app.handler", "app.py")')
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            try:
                content = (folder / file).read_bytes()
            except OSError as error:
                raise UserError(
                    f"{file} cannot be read ({error.strerror}); run the cell whose first line names it"
                ) from None
            entry = zipfile.ZipInfo(file)  # 1980-01-01: the same files make the same package
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()
