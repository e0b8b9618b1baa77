"""How fast the embedded cloud is, as ratios to what nothing of its kind can beat, in one run.

    python benchmarks/cloud.py [--quick] [--launcher zygote]

The cloud runs in its own process, `lambdalab cloud`, as users run it, and is asked through boto3. Each measurement
alternates with its bound, and medians are compared. Bounds: a bare interpreter for a cold start, `import boto3` for
whatever needs boto3, and for a warm call the same boto3 client asking a server, in another process, that answers
every request with the same bytes.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import platform
import re
import subprocess
import sys
import threading
import time
import zipfile
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import boto3
import psutil
from botocore.config import Config

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
HOLLOW = Path(__file__).parent / "bounds" / "hollow.py"
LAUNCHER = ["exec"]  # set by --launcher
PLAIN = "def handler(event, context): return event"
WITH_BOTO3 = "import boto3\ns3 = boto3.client('s3')\n" + PLAIN
LOOP = "import time\ndef handler(event, context):\n    print('begun', time.time(), flush=True)\n    while True: pass"
GROW = """
import time
def handler(event, context):
    held = []
    while True:
        held.append(b"x" * (event["step"] << 20))
        time.sleep(event["pause"])
"""
PATH = "/2015-03-31/functions/plain/invocations"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a third of the rounds")
    parser.add_argument(
        "--launcher", choices=["exec", "zygote"], default="exec", help="how environments start"
    )
    options = parser.parse_args()
    LAUNCHER[0] = options.launcher
    rounds = 5 if options.quick else 15
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f},",
        end=" ",
    )
    print(f"{rounds} rounds, {options.launcher}")
    print(f"{'':44}{'ours':>10}{'bound':>10}{'ratio':>8}  bound is")
    row("start to ready", *paired(rounds, start_and_stop, python("import boto3")), "import boto3")
    cloud, endpoint = start()
    hollow = subprocess.Popen([sys.executable, str(HOLLOW)], stdout=subprocess.PIPE, text=True)
    assert hollow.stdout is not None
    try:
        measure(
            psutil.Process(cloud.pid), endpoint, f"http://127.0.0.1:{int(hollow.stdout.readline())}", rounds
        )
    finally:
        hollow.kill()
        hollow.wait()
        cloud.terminate()
        cloud.wait()


def measure(cloud: psutil.Process, endpoint: str, nothing: str, rounds: int) -> None:
    api, same = client("lambda", endpoint), client("lambda", nothing)
    role = client("iam", endpoint).create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(TRUST))
    arn = role["Role"]["Arn"]
    for name, source, limit in (
        ("plain", PLAIN, 3),
        ("with-boto3", WITH_BOTO3, 30),
        ("loop", LOOP, 1),
        ("grow", GROW, 30),
    ):
        api.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="app.handler",
            Role=arn,
            Code={"ZipFile": package(source)},
            Timeout=limit,
        )
    for name, bound in (("plain", "pass"), ("with-boto3", "import boto3; boto3.client('s3')")):
        found = paired(rounds, cold(api, name), python(bound))
        row(f"cold invoke, {name} handler", *found, f"python -c {bound!r}")

    calls = rounds * 40
    body = b'{"a": 1}'

    def warm(one: Any) -> Callable[[], float]:
        return timed(lambda: one.invoke(FunctionName="plain", Payload=body)["Payload"].read())

    warm(api)(), warm(same)()
    row(
        "warm invoke, boto3",
        *paired(calls, warm(api), warm(same)),
        "the same client, a server that does nothing",
    )
    bare, other = keep_alive(endpoint, body), keep_alive(nothing, body)
    row("warm invoke, http.client", *paired(calls, bare, other), "the same, a server that does nothing")
    seconds = 1.5 if rounds < 10 else 4.0
    rate, most = throughput(endpoint, seconds), throughput(nothing, seconds)
    print(
        f"{'20 threads, boto3':44}{rate:8.0f}/s{most:8.0f}/s{most / rate:8.2f}  the same, a server that does nothing"
    )

    late = median(overrun(api) for _ in range(max(3, rounds // 3))) * 1000
    print(f"{'answer after a time-out of 1 s, late by':44}{late:7.1f} ms")
    for name, step, pause in (
        ("10 MB each 5 ms", 10, 0.005),
        ("1 MB, flat out", 1, 0),
        ("30 MB, flat out", 30, 0),
    ):
        peaks = [peak(api, cloud, step, pause) for _ in range(max(3, rounds // 3))]
        print(f"{'peak at a limit of 128 MB, ' + name:44}{median(peaks):7.0f} MB{max(peaks):7.0f} MB at most")


def paired(rounds: int, ours: Callable[[], float], bound: Callable[[], float]) -> tuple[float, float]:
    """The medians in seconds of two measurements that take turns."""
    found = [(ours(), bound()) for _ in range(rounds)]
    return median(one for one, _ in found), median(two for _, two in found)


def row(name: str, ours: float, bound: float, what: str) -> None:
    print(f"{name:44}{ours * 1000:7.1f} ms{bound * 1000:7.1f} ms{ours / bound:8.2f}  {what}", flush=True)


def timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun

    return run


def python(code: str) -> Callable[[], float]:
    return timed(lambda: subprocess.run([sys.executable, "-c", code], env=environment(), check=True))


def environment() -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    return {**os.environ, **keys}


def start() -> tuple[subprocess.Popen[str], str]:
    command = [
        str(Path(sys.executable).with_name("lambdalab")),
        "cloud",
        "--port",
        "0",
        "--launcher",
        LAUNCHER[0],
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    if "ready" not in line:
        raise SystemExit("error: the cloud did not start; its message is above")
    return process, line.split()[-1]


def start_and_stop() -> float:
    begun = time.perf_counter()
    process, _ = start()
    took = time.perf_counter() - begun
    process.terminate()
    process.wait()
    return took


def client(service: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=20, retries={"total_max_attempts": 1}),
    )


def package(source: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("app.py", source)
    return stream.getvalue()


def cold(api: Any, name: str) -> Callable[[], float]:
    """A changed configuration ends the warm environment; what is measured is the invocation after it."""

    def run() -> float:
        api.update_function_configuration(FunctionName=name, Description=str(time.perf_counter()))
        return timed(lambda: api.invoke(FunctionName=name)["Payload"].read())()

    return run


def keep_alive(endpoint: str, body: bytes) -> Callable[[], float]:
    address = urlsplit(endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)

    def ask() -> None:
        connection.request("POST", PATH, body=body)
        connection.getresponse().read()

    ask()
    return timed(ask)


def throughput(endpoint: str, seconds: float) -> float:
    """Invocations a second with 20 threads, after each has had one."""
    api = client("lambda", endpoint)
    gate = threading.Barrier(20)

    def work(_: int) -> int:
        api.invoke(FunctionName="plain", Payload=b"{}")["Payload"].read()
        gate.wait()
        until, done = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            api.invoke(FunctionName="plain", Payload=b"{}")["Payload"].read()
            done += 1
        return done

    with ThreadPoolExecutor(20) as threads:
        return sum(threads.map(work, range(20))) / seconds


def overrun(api: Any) -> float:
    """Seconds from the end of the time-out, counted from the handler's first line, to the answer."""
    answer = api.invoke(FunctionName="loop", LogType="Tail")
    now = time.time()
    begun = re.search(r"begun (\S+)", b64decode(answer["LogResult"]).decode())
    assert begun is not None
    return now - float(begun[1]) - 1


def peak(api: Any, cloud: psutil.Process, step: int, pause: float) -> float:
    """Megabytes that a growing handler had before it was killed, seen from outside each millisecond."""
    done = threading.Event()
    most = [0.0]

    def watch() -> None:
        family: list[psutil.Process] = []
        looked = 0.0
        while not done.wait(0.001):
            if time.perf_counter() - looked > 0.02:
                family, looked = cloud.children(recursive=True), time.perf_counter()
            for process in family:
                with suppress(psutil.Error):
                    most[0] = max(most[0], process.memory_info().rss / (1 << 20))

    watcher = threading.Thread(target=watch)
    watcher.start()
    api.invoke(FunctionName="grow", Payload=json.dumps({"step": step, "pause": pause}))
    done.set()
    watcher.join()
    return most[0]


if __name__ == "__main__":
    main()
