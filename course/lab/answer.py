"""What a check may do with a learner's files: read them, package and deploy them, call and run them.

The files are never imported into the checking process. `call` and `run` start a process of their own for each
call (see `calling`), in a folder with all the files, with a cleaned environment that leads to the check's cloud.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from course.lab import calling, pipes, processes, wire
from course.lab.calling import Completed, Ended, Order
from course.lab.checking import CloudLike, Failure, LearnerError
from course.lab.nests import Forks, Nests

RUNTIME = "python3.13"
KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


class Answer:
    """A learner's files for one lab, as one check sees them.

    `files` maps names to text, `folder` is an empty folder for this check, `seconds` bounds each call, `seed`
    is for generated inputs. `forks` is how calls are made, see `calling.run`.
    """

    def __init__(
        self,
        files: dict[str, str],
        folder: Path,
        cloud: CloudLike,
        seconds: float = 8,
        seed: int = 0,
        *,
        forks: Forks | Nests | None = None,
    ) -> None:
        self.seed = seed
        self._files, self._folder, self._cloud, self._seconds = files, folder, cloud, seconds
        self._forks = forks

    def text(self, name: str) -> str:
        """The text of a file. Raises Failure when the learner has not written it."""
        if name not in self._files:
            raise Failure(
                f"{name} does not exist yet",
                help=f"Run the cell that writes {name}; its name is in the first line.",
            )
        return self._files[name]

    def zip(self, *names: str, **literal: str | bytes) -> bytes:
        """A deployment package of the named files and of literal ones, given as `**{"app.py": "text"}`."""
        contents: dict[str, str | bytes] = {**{name: self.text(name) for name in names}, **literal}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                entry = zipfile.ZipInfo(name)  # 1980-01-01: the same files make the same package
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content if isinstance(content, bytes) else content.encode())
        return buffer.getvalue()

    def deploy(self, name: str, handler: str, files: list[str], **arguments: Any) -> str:
        """Create a role and a function from the named files, wait until it is Active, and give its name.

        `arguments` go to boto3's `create_function`. Raises Failure with Lambda's words when it refuses.
        """
        from botocore.exceptions import ClientError, WaiterError

        client = self._cloud.client("lambda")
        arguments.setdefault("Runtime", RUNTIME)
        if "Role" not in arguments:
            arguments["Role"] = self._role(f"{name}-role")
        arguments.setdefault("Code", {"ZipFile": self.zip(*files)})
        try:
            client.create_function(FunctionName=name, Handler=handler, **arguments)
            client.get_waiter("function_active_v2").wait(FunctionName=name)
        except ClientError as error:
            facts = error.response["Error"]
            raise Failure(f"Lambda refused `{name}`: {facts['Code']}: {facts['Message']}") from None
        except WaiterError as error:
            raise Failure(f"`{name}` did not become Active: {error}") from None
        return name

    def call(self, file: str, function: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function of a learner's file and give its value, dataclasses as dicts and tuples as lists.

        Raises LearnerError for an exception in their code (TimeoutError when it does not end), Failure when
        there is no such function or its value is not JSON.
        """
        self.text(file)
        ended = self._run(file, function, {"args": args, "kwargs": kwargs})
        if ended.late:
            raise LearnerError("TimeoutError", f"{function} did not return within {self._seconds:g} seconds")
        if len(ended.reply) > pipes.OUTPUT:
            raise Failure(f"{function} returned more than 1 MB")
        try:
            answer = wire.loads(ended.reply.decode())
        except (ValueError, RecursionError):
            raise LearnerError(
                "SystemExit",
                f"the process ended with code {ended.completed.exit_code} before {function} returned",
                ended.completed.stderr[-4000:],
            ) from None
        return _value(answer, function)

    def run(self, file: str) -> Completed:
        """Run a learner's file as a script. A script that does not end is killed: exit code -9."""
        self.text(file)
        ended = self._run(file, None, None)
        done = ended.completed
        if ended.late:
            return replace(
                done, stderr=f"{done.stderr}\nkilled: {file} ran longer than {self._seconds:g} seconds"
            )
        return done

    def _run(self, file: str, function: str | None, arguments: dict[str, Any] | None) -> Ended:
        folder, variables = self._folder / "answer", self._environment()
        order = Order(self._files, folder, file, function, arguments, variables, self._seconds)
        return calling.run(order, self._forks)

    def _role(self, name: str) -> str:
        iam = self._cloud.client("iam")
        try:
            made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        except iam.exceptions.EntityAlreadyExistsException:
            made = iam.get_role(RoleName=name)
        return str(made["Role"]["Arn"])

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in (*KEPT, processes.MARK) if name in os.environ}
        home = "/tmp" if isinstance(self._forks, Nests) else str(self._folder)
        place = {"HOME": home, "TMPDIR": home, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return {**kept, **place, **self._cloud.environment()}


def _value(answer: Any, function: str) -> Any:
    """What a call gave. The learner's process wrote it, so nothing is taken for granted. Raises Failure."""
    match answer:
        case {"value": value, **other} if not other:
            return value
        case {"missing": str(observed), **other} if not other:
            raise Failure(observed)
        case {"error": {"type": str(kind), "message": str(message), "traceback": str(trace), **more}} if (
            not more
        ):
            raise LearnerError(kind, message, trace)
    raise Failure(f"{function} ended without a value or an exception")
