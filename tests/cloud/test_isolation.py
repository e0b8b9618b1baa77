"""What a handler can see of the machine, and that both launchers and both tiers give the same Lambda."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.cloud import Cloud
from course.cloud.runtime.world import Isolation, Tier

FULL = Tier().find().tier == "full"
needs_namespaces = pytest.mark.skipif(not FULL, reason=f"no full isolation here: {Tier().find().reason}")

KINDS = [
    pytest.param({"launcher": "exec", "isolation": "basic"}, id="exec-basic"),
    pytest.param({"launcher": "zygote", "isolation": "basic"}, id="zygote-basic"),
    pytest.param({"launcher": "exec", "isolation": "auto"}, id="exec-full", marks=needs_namespaces),
    pytest.param({"launcher": "zygote", "isolation": "auto"}, id="zygote-full", marks=needs_namespaces),
]


@pytest.fixture(scope="module", params=KINDS)
def own_cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with Cloud(seed=7, **request.param) as cloud:
        yield cloud


@pytest.fixture
def full(own_cloud: Cloud) -> None:
    if own_cloud.isolation.tier != "full":
        pytest.skip("says something of the full tier only")


def test_a_handler_finds_its_code_where_lambda_shows_it(deploy: Any, invoke: Any, full: None) -> None:
    deploy("import os\ndef handler(e, c): return [__file__, os.getcwd(), os.environ['LAMBDA_TASK_ROOT']]")
    assert invoke().payload == ["/var/task/app.py", "/var/task", "/var/task"]


def test_a_traceback_names_the_paths_of_lambda(deploy: Any, invoke: Any) -> None:
    deploy("def handler(e, c):\n    raise ValueError('no')")
    answer = invoke()
    assert answer.payload["stackTrace"][0].startswith('  File "/var/task/app.py", line 2, in handler')
    assert 'File "/var/task/app.py", line 2' in answer.log


@pytest.mark.parametrize("path", ["/var/task/new", "/etc/new", "/usr/new", "/new"])
def test_nothing_but_tmp_can_be_written(deploy: Any, invoke: Any, full: None, path: str) -> None:
    deploy("def handler(e, c):\n    open(e['path'], 'w').close()")
    assert invoke(event={"path": path}).payload["errorType"] in ("OSError", "PermissionError")


def test_tmp_has_the_size_that_was_asked_for(deploy: Any, invoke: Any, full: None) -> None:
    deploy(
        "import shutil\n"
        "def handler(e, c):\n"
        "    with open('/tmp/big', 'wb') as file:\n"
        "        for _ in range(600):\n"
        "            file.write(b'x' * 1_000_000)\n",
        Timeout=20,
    )
    assert "No space left on device" in invoke().payload["errorMessage"]


def test_each_environment_has_a_tmp_of_its_own_and_keeps_it(deploy: Any, invoke: Any) -> None:
    source = (
        "import os, tempfile\n"
        "def handler(e, c):\n"
        "    found = os.listdir(tempfile.gettempdir())\n"
        "    open(os.path.join(tempfile.gettempdir(), 'mark'), 'w').close()\n"
        "    return 'mark' in found\n"
    )
    deploy(source, "one")
    deploy(source, "two")
    assert [invoke("one").payload, invoke("two").payload, invoke("one").payload] == [False, False, True]


def test_the_rest_of_the_machine_does_not_exist(deploy: Any, invoke: Any, full: None) -> None:
    deploy("import os\ndef handler(e, c): return [os.path.exists(path) for path in e]")
    root = Path(__file__).parents[2]
    assert (
        invoke(event=[str(root / "solutions"), str(root / "tests"), str(Path.home() / ".ssh")]).payload
        == [False] * 3
    )


def test_a_handler_sees_its_own_processes_only(deploy: Any, invoke: Any, full: None) -> None:
    deploy("import os\ndef handler(e, c): return [p for p in os.listdir('/proc') if p.isdigit()]")
    assert len(invoke().payload) == 2


def test_a_handler_cannot_end_what_watches_it(deploy: Any, invoke: Any, full: None) -> None:
    deploy(
        "import os\ndef handler(e, c):\n    os.kill(1, 9)\n    os.kill(os.getppid(), 9)\n    return 'alive'"
    )
    assert invoke().payload == "alive"


def test_a_file_without_permission_bits_cannot_be_imported_even_by_root(deploy: Any, invoke: Any) -> None:
    import io
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("app.py")
        info.external_attr = 0o100000 << 16
        archive.writestr(info, "def handler(e, c): return 1")
    deploy("", Code={"ZipFile": stream.getvalue()})
    answer = invoke()
    assert answer.error == "Unhandled"
    assert "Permission denied" in answer.payload["errorMessage"]


def test_daemons_that_a_handler_leaves_end_with_the_environment(
    deploy: Any, invoke: Any, cloud: Cloud, tmp_path: Path
) -> None:
    deploy(
        "import os, time\n"
        "def handler(e, c):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        "            time.sleep(60)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
        "    return os.getpid()\n"
    )
    before = _python_processes()
    assert invoke().error is None
    assert _python_processes() > before
    cloud.reset()
    until = time.monotonic() + 5  # what is killed takes a moment to be gone
    while _python_processes() > before + 1 and time.monotonic() < until:
        time.sleep(0.02)
    assert _python_processes() <= before + 1  # a zygote may have been started, and stays


def test_modules_that_a_package_brings_win_over_those_of_the_runtime(
    deploy: Any, invoke: Any, pack: Any
) -> None:
    code = pack(
        app="import boto3\ndef handler(e, c): return boto3.MINE", **{"boto3/__init__.py": "MINE = 'own'"}
    )
    deploy("", Code={"ZipFile": code})
    assert invoke().payload == "own"


def test_a_function_sees_only_the_variables_of_lambda_and_its_own(deploy: Any, invoke: Any) -> None:
    os.environ["LAMBDALAB_TEST_SECRET"] = "not for handlers"
    try:
        deploy(
            "import os\ndef handler(e, c): return dict(os.environ)", Environment={"Variables": {"MINE": "1"}}
        )
        seen = invoke().payload
    finally:
        del os.environ["LAMBDALAB_TEST_SECRET"]
    assert seen["MINE"] == "1"
    assert "LAMBDALAB_TEST_SECRET" not in seen
    assert not [name for name in seen if name.startswith("_LAMBDALAB")]


@pytest.mark.parametrize("seconds", [3, 900])
def test_memory_is_that_of_the_function_whatever_started_it(deploy: Any, invoke: Any, seconds: int) -> None:
    deploy("def handler(e, c):\n    keep = bytearray(40_000_000)\n    return len(keep)", Timeout=seconds)
    invoke()
    used = int(invoke().report.split("Max Memory Used: ")[1].split(" MB")[0])
    assert 40 <= used <= 90


@needs_namespaces
def test_a_cloud_can_keep_handlers_off_every_other_port() -> None:
    import json
    import socket
    import zipfile
    from io import BytesIO

    with socket.create_server(("127.0.0.1", 0)) as other, Cloud(seed=7, network="cloud") as cloud:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        role = cloud.client("iam").create_role(
            RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )["Role"]["Arn"]
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(
                "app.py",
                "import boto3, socket\n"
                "def handler(e, c):\n"
                "    boto3.client('s3').list_buckets()\n"
                "    socket.create_connection(('127.0.0.1', e['port']), 1)\n",
            )
        api = cloud.client("lambda")
        api.create_function(
            FunctionName="f",
            Runtime="python3.11",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": stream.getvalue()},
        )
        port = other.getsockname()[1]
        answer = json.loads(
            api.invoke(FunctionName="f", Payload=json.dumps({"port": port}))["Payload"].read()
        )
    assert answer["errorType"] == "PermissionError"


@needs_namespaces
def test_an_interpreter_below_tmp_is_still_found_inside(tmp_path: Path) -> None:
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", home], check=True)
    inside = tmp_path / "inside"
    inside.mkdir()
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import sandbox\n"
        "sandbox.enter()\n"
        "if os.fork() == 0:\n"
        "    sandbox.build_root(sys.argv[2], sys.argv[2], None, 1, [sys.base_prefix, sys.argv[3]])\n"
        "    print(os.path.exists(sys.argv[3] + '/pyvenv.cfg'), flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )
    child = Path(__file__).parents[2] / "course" / "cloud" / "runtime" / "child"
    arguments = [sys.executable, "-I", "-c", script, child, inside, home]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n", done.stderr


def test_the_tier_says_why() -> None:
    assert Tier("basic").find() == Isolation("basic", "asked for")
    assert Tier().find().reason


def _python_processes() -> int:
    # The environments of this test process's own clouds, whatever sessions they are in.
    me, parents = os.getpid(), {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents[int(entry)] = int(fields[1])
    found, changed = {me}, True
    while changed:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        changed = bool(more)
    return len(found)


if sys.platform != "linux":
    pytest.skip("the full tier is Linux's", allow_module_level=True)


def test_an_interpreter_that_was_reached_through_a_link_runs_handlers(tmp_path, pack):
    link = tmp_path / "linked"
    link.symlink_to(sys.prefix, target_is_directory=True)
    script = (
        "import json, sys\n"
        "from course.cloud import Cloud\n"
        "trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': "
        "{'Service': 'lambda.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}\n"
        "with Cloud() as cloud:\n"
        "    role = cloud.client('iam').create_role(RoleName='r', AssumeRolePolicyDocument=json.dumps(trust))\n"
        "    api = cloud.client('lambda')\n"
        "    api.create_function(FunctionName='f', Runtime='python3.12', Handler='app.handler', "
        "Role=role['Role']['Arn'], Code={'ZipFile': open(sys.argv[1], 'rb').read()})\n"
        "    print(api.invoke(FunctionName='f')['Payload'].read().decode())\n"
    )
    (tmp_path / "code.zip").write_bytes(pack(app="def handler(event, context): return 'ran'"))
    done = subprocess.run(
        [str(link / "bin" / "python"), "-c", script, str(tmp_path / "code.zip")],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == '"ran"', done.stderr
