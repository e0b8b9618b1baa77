"""What a check may do with a learner's files: read them, package and deploy them, call and run them.

The files are never imported into the checking process. `call` and `run` start a process of their own for each
call, in a folder with all the files, with a cleaned environment that leads to the check's cloud; it is
bounded in time and output, and ended with everything it started.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from course.lab import processes, wire
from course.lab.checking import CloudLike, Failure, LearnerError

DRIVER = Path(__file__).with_name("call.py")
OUTPUT = 1024 * 1024
RUNTIME = "python3.13"
KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@dataclass(frozen=True)
class Completed:
    """A script that has ended. Output is decoded, and cut at 1 MB."""

    exit_code: int
    stdout: str
    stderr: str


class Answer:
    """A learner's files for one lab, as one check sees them.

    `files` maps names to text, `folder` is an empty folder for this check, `seconds` bounds each call, `seed`
    is for generated inputs.
    """

    def __init__(
        self, files: dict[str, str], folder: Path, cloud: CloudLike, seconds: float = 8, seed: int = 0
    ) -> None:
        self.seed = seed
        self._files, self._folder, self._cloud, self._seconds = files, folder, cloud, seconds

    def text(self, name: str) -> str:
        """The text of a file. Raises Failure when the learner has not written it."""
        if name not in self._files:
            raise Failure(
                f"{name} does not exist yet", help=f"Run the cell that begins with %%writefile {name}."
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
        reading, writing = os.pipe()
        request = wire.dumps({"args": args, "kwargs": kwargs})
        with os.fdopen(reading, "rb") as results:
            reply, completed, late = self._process([file, function, str(writing)], request, writing, results)
        if late:
            raise LearnerError("TimeoutError", f"{function} did not return within {self._seconds:g} seconds")
        if len(reply) > OUTPUT:
            raise Failure(f"{function} returned more than 1 MB")
        try:
            answer = wire.loads(reply.decode())
        except ValueError:
            raise LearnerError(
                "SystemExit",
                f"the process ended with code {completed.exit_code} before {function} returned",
                completed.stderr[-4000:],
            ) from None
        if "missing" in answer:
            raise Failure(answer["missing"])
        if "error" in answer:
            raise LearnerError(**answer["error"])
        return answer["value"]

    def run(self, file: str) -> Completed:
        """Run a learner's file as a script. A script that does not end is killed: exit code -9."""
        self.text(file)
        _, done, late = self._process([file], None, None, None)
        if late:
            return replace(
                done, stderr=f"{done.stderr}\nkilled: {file} ran longer than {self._seconds:g} seconds"
            )
        return done

    def _role(self, name: str) -> str:
        iam = self._cloud.client("iam")
        try:
            made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        except iam.exceptions.EntityAlreadyExistsException:
            made = iam.get_role(RoleName=name)
        return str(made["Role"]["Arn"])

    def _workspace(self) -> Path:
        place = self._folder / "answer"
        if not place.is_dir():
            place.mkdir()
            for name, text in self._files.items():
                (place / name).write_text(text, encoding="utf-8", errors="surrogatepass")
        return place

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in (*KEPT, processes.MARK) if name in os.environ}
        home = str(self._folder)
        place = {"HOME": home, "TMPDIR": home, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return {**kept, **place, **self._cloud.environment()}

    def _process(
        self, arguments: list[str], request: str | None, channel: int | None, results: IO[bytes] | None
    ) -> tuple[bytes, Completed, bool]:
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(DRIVER), *arguments],
            cwd=self._workspace(),
            env=self._environment(),
            stdin=subprocess.DEVNULL if request is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=() if channel is None else (channel,),
            start_new_session=True,
        )
        if channel is not None:
            os.close(channel)
        assert process.stdout
        assert process.stderr
        drains = [_Drain(stream) for stream in (process.stdout, process.stderr, results) if stream]
        if process.stdin:
            _Feed(process.stdin, (request or "").encode())
        late = False
        try:
            process.wait(self._seconds)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            processes.kill_group(process.pid)
            process.wait()
        for drain in drains:
            drain.join(1)  # a process that left the group may hold the pipe open; it does not hold us
        texts = [drain.kept.decode(errors="replace") for drain in drains[:2]]
        return bytes(drains[2].kept) if results else b"", Completed(process.returncode, *texts), late


class _Drain(threading.Thread):
    """Reads a stream to its end and keeps the first megabyte, so that no amount of output holds or fills
    us."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.kept = bytearray()
        self._descriptor = os.dup(stream.fileno())
        stream.close()
        self.start()

    def run(self) -> None:
        try:
            while block := os.read(self._descriptor, 65536):
                self.kept += block[: max(0, OUTPUT + 1 - len(self.kept))]
        finally:
            os.close(self._descriptor)


class _Feed(threading.Thread):
    """Writes a request without waiting for a reader that may never come."""

    def __init__(self, stream: IO[bytes], data: bytes) -> None:
        super().__init__(daemon=True)
        self._stream, self._data = stream, data
        self.start()

    def run(self) -> None:
        try:
            self._stream.write(self._data)
            self._stream.close()
        except OSError:
            return
