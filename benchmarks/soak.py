"""Mixed load on one cloud for a while, and what is left of it afterwards: nothing.

    python benchmarks/soak.py [--minutes 60] [--clients 8] [--launcher zygote] [--seed 1] [--rest 0.3] [--json]

Each client owns functions and does to them, by chance, what people and bugs do: it invokes, crashes, runs out of
time and memory, leaves processes behind, updates, publishes, deletes. Every answer is checked. In between the cloud
is emptied and looked at from outside: its processes, threads, open files, memory and temporary folders. The
first looks are the measure of the last. Exit code 1 if an answer was wrong or something is left.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

import boto3
import psutil
from botocore.config import Config
from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
SOURCE = """
import ctypes, os, subprocess, sys, threading, time
NUMBER = %d
def handler(event, context):
    do = event["do"]
    if do == "echo": return [NUMBER, event["n"]]
    if do == "raise": raise ValueError("asked for")
    if do == "exit": os._exit(3)
    if do == "sys.exit": sys.exit(4)
    if do == "segfault": ctypes.string_at(0)
    if do == "timeout":
        while True: pass
    if do == "memory":
        held = []
        while True:
            held.append(b"x" * (4 << 20))
            time.sleep(0.002)
    if do == "leave":
        for _ in range(3): subprocess.Popen(["/bin/sleep", "3600"], start_new_session=True)
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
        return [NUMBER, event["n"]]
    if do == "print":
        for line in range(2000): print("line", line)
        open("/tmp/kept", "wb").write(b"x" * 100_000)
        return [NUMBER, event["n"]]
"""
FAILURES = {
    "raise": "ValueError",
    "exit": "Runtime.ExitError",
    "sys.exit": "Runtime.ExitError",
    "segfault": "Runtime.ExitError",
    "timeout": "Sandbox.Timedout",
    "memory": "Runtime.ExitError",
}
OTHERS = ("event", "other", "code", "settings", "publish", "delete")
STEPS = ("echo", "print", "leave", *FAILURES, *OTHERS)
WEIGHTS = (60, 4, 3, 4, 2, 2, 2, 1, 1, 6, 4, 4, 3, 2, 3)


class Look(NamedTuple):
    """What a cloud holds, seen from outside. Memory in MB."""

    processes: int
    threads: int
    files: int
    folders: int
    memory: float


class Cloud:
    """`lambdalab cloud` in a process of its own."""

    def __init__(self, folder: str, launcher: str) -> None:
        self.folder = Path(folder)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "course.cli", "cloud", "--port", "0", "--launcher", launcher],
            env={**os.environ, "TMPDIR": folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.endpoint = re.findall(r"http://\S+", self.process.stdout.readline())[0]

    def client(self, service: str) -> Any:
        config = Config(retries={"total_max_attempts": 1}, read_timeout=120)
        session = boto3.session.Session("test", "test", region_name="us-east-1")
        return session.client(service, endpoint_url=self.endpoint, config=config)

    def empty(self) -> None:
        """End every environment and forget everything."""
        with urlopen(Request(f"{self.endpoint}/_cloud/reset", method="POST"), timeout=60) as answer:
            answer.read()

    def look(self) -> Look:
        """The least of some looks: what is ending anyway is given a moment."""
        looks = []
        for _ in range(10):
            me = psutil.Process(self.process.pid)
            folders = sum(1 for _ in self.folder.rglob("*"))
            memory = me.memory_info().rss / 2**20
            looks.append(
                Look(len(me.children(recursive=True)), me.num_threads(), me.num_fds(), folders, memory)
            )
            time.sleep(0.1)
        return Look(*(min(values) for values in zip(*looks, strict=True)))

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)


class Client(threading.Thread):
    """Works on functions of its own until it is told to stop. `seen` counts, `wrong` says what was not right."""

    def __init__(self, api: Any, number: int, seed: int, until: float, role: str, rest: float) -> None:
        super().__init__(name=f"client {number}")
        self._api = api
        self._chance = random.Random(f"{seed} {number}")
        self._until, self._role, self._rest = until, role, rest
        self._name = f"own-{number}"
        self._number = 0
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self) -> None:
        try:
            self._create()
            while time.monotonic() < self._until:
                (do,) = self._chance.choices(STEPS, WEIGHTS)
                self._step(do)
                self.seen[do] += 1
                time.sleep(self._rest)
        except Exception as error:
            self.wrong.append(f"{self._name}: {type(error).__name__}: {error}")

    def _step(self, do: str) -> None:
        steps: dict[str, Callable[[], object]] = {
            "event": self._event,
            "other": self._other,
            "code": self._code,
            "settings": lambda: self._api.update_function_configuration(
                FunctionName=self._name, Description=str(self._chance.random())
            ),
            "publish": lambda: self._api.publish_version(FunctionName=self._name),
            "delete": self._delete,
        }
        if do in steps:
            steps[do]()
            return
        n = self._chance.random()
        payload = self._invoke(self._name, {"do": do, "n": n})
        got = payload.get("errorType") if isinstance(payload, dict) else payload
        wanted = FAILURES.get(do, [self._number, n])
        if got != wanted:
            self.wrong.append(f"{self._name}: {do} gave {payload}, not {wanted}")

    def _create(self) -> None:
        self._api.create_function(
            FunctionName=self._name,
            Runtime="python3.13",
            Handler="app.handler",
            Role=self._role,
            Code={"ZipFile": self._zip()},
            Timeout=3,
            MemorySize=128,
        )

    def _delete(self) -> None:
        self._api.delete_function(FunctionName=self._name)
        self._create()

    def _code(self) -> None:
        self._api.update_function_code(FunctionName=self._name, ZipFile=self._zip())

    def _event(self) -> None:
        do = self._chance.choice(["echo", "raise", "exit"])
        self._invoke(self._name, {"do": do, "n": 0}, InvocationType="Event")

    def _other(self) -> None:
        """A function of somebody else, who may be deleting it."""
        try:
            self._invoke(f"own-{self._chance.randrange(8)}", {"do": "echo", "n": 1})
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    def _invoke(self, name: str, event: dict[str, object], **more: str) -> Any:
        answer = self._api.invoke(FunctionName=name, Payload=json.dumps(event), **more)
        return json.loads(answer["Payload"].read() or "null")  # unread, it would hold the connection

    def _zip(self) -> bytes:
        self._number += 1
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("app.py", SOURCE % self._number)
        return stream.getvalue()


def load(
    cloud: Cloud, iam: Any, apis: list[Any], seconds: float, seed: int, rest: float
) -> tuple[Counter[str], list[str]]:
    """One round, which ends with an emptied cloud. The clients keep their connections from round to round."""
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    until = time.monotonic() + seconds
    threads = [Client(api, number, seed, until, role, rest) for number, api in enumerate(apis)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cloud.empty()
    seen: Counter[str] = Counter()
    for thread in threads:
        seen += thread.seen
    return seen, [line for thread in threads for line in thread.wrong]


def left(first: Look, last: Look) -> list[str]:
    """What grew, in words. Threads that wait for work, and what an allocator keeps, are no leak."""
    found = []
    for name, slack in (("processes", 0), ("threads", 16), ("files", 2), ("folders", 0)):
        before, after = getattr(first, name), getattr(last, name)
        if after > before + slack:
            found.append(f"{name}: {before} at first, {after} at last")
    if last.memory > first.memory * 1.25 + 20:
        found.append(f"memory: {first.memory:.0f} MB at first, {last.memory:.0f} MB at last")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--launcher", choices=["exec", "zygote"], default="exec")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--rest", type=float, default=0.0, help="seconds that a client rests between two steps"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    options = parser.parse_args()
    rounds = max(2, round(options.minutes))
    looks: list[Look] = []
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        cloud = Cloud(folder, options.launcher)
        iam, apis = cloud.client("iam"), [cloud.client("lambda") for _ in range(options.clients)]
        try:
            for number in range(rounds):
                seconds = options.minutes * 60 / rounds
                counted, mistakes = load(cloud, iam, apis, seconds, options.seed + number, options.rest)
                seen += counted
                wrong += mistakes
                looks.append(cloud.look())
                if not options.json:
                    print(
                        f"round {number + 1} of {rounds}: {sum(counted.values())} steps, {looks[-1]}",
                        flush=True,
                    )
        finally:
            code = cloud.stop()
        rest = sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*"))
    grown = left(looks[0], looks[-1])
    grown += [f"exit code {code}"] * (code != 0) + [f"folders after the end: {rest}"] * bool(rest)
    if options.json:
        told = {"seen": seen, "wrong": wrong, "left": grown, "looks": [look._asdict() for look in looks]}
        print(json.dumps(told))
    else:
        print(f"{sum(seen.values())} steps: {dict(seen)}", *wrong[:20], *grown, sep="\n")
        print(
            "nothing is left" if not grown else "something is left", "and", len(wrong), "answers were wrong"
        )
    return 1 if wrong or grown else 0


if __name__ == "__main__":
    sys.exit(main())
