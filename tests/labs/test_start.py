"""`lambdalab start` as a learner meets it: real processes, real ports, and none of them left."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import psutil
import pytest
import websocket

from course.lab import shelf

LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux ends children of a process that was killed"
)


def lambdalab(folder, *arguments, prelude=""):
    """Run the command in a folder: exit code, output, errors."""
    code = f"{prelude}\nfrom course.cli import main\nmain({list(arguments)!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def endpoint(studio):
    found = re.search(r"http://\S+", (studio.workspace / ".lambdalab" / "cloud.log").read_text())
    return found[0]


def health(studio):
    with build_opener(ProxyHandler({})).open(f"{endpoint(studio)}/_cloud/health", timeout=10) as answer:
        return json.load(answer)


def words(process):
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def clouds(studio):
    return [one for one in studio.processes() if "cloud" in words(one)]


def kernel_process(studio):
    """The process of a new kernel."""
    kernel = studio.jupyter("/api/kernels", "POST")
    (running,) = [one for one in studio.processes() if kernel["id"] in " ".join(words(one))]
    return running


def test_start_prints_one_address_gives_a_kernel_the_cloud_and_stops_on_ctrl_c(start_studio):
    studio = start_studio()
    mine = studio.home / ".jupyter"

    assert len(re.findall(r"https?://", studio.output)) == 1
    assert studio.url.startswith("http://127.0.0.1:")
    notebook = studio.workspace / "01_hello_event" / "lab.ipynb"
    assert notebook.read_bytes() == shelf.notebook("01").read_bytes()
    assert health(studio)["ready"] is True
    served = studio.jupyter("/api/contents/01_hello_event/lab.ipynb")
    assert served["type"] == "notebook"
    with pytest.raises(HTTPError, match="403"):
        studio.jupyter("/api/contents", token="wrong")

    kernel = kernel_process(studio)
    variables = kernel.environ()
    assert variables["AWS_ENDPOINT_URL"] == endpoint(studio)
    assert variables["AWS_ACCESS_KEY_ID"] == "test"
    assert Path(variables["AWS_CONFIG_FILE"]).read_text() == ""
    assert os.path.samefile(kernel.cmdline()[0], sys.executable)

    # What a terminal in JupyterLab has: the same variables, another folder.
    done = subprocess.run(
        ["lambdalab", "check", "01", "hello"],
        cwd=studio.workspace,
        env=variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "NOT ATTEMPTED" in done.stdout

    token = studio.url.partition("token=")[2]
    assert token not in " ".join(word for one in studio.processes() for word in words(one))
    config = studio.workspace / ".lambdalab" / "jupyter" / "config" / "jupyter_server_config.json"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert not mine.exists()

    assert studio.stop(signal.SIGINT) == 0
    assert studio.left() == []


def test_a_terminal_begins_among_the_labs_and_knows_the_command(start_studio):
    studio = start_studio()
    name = studio.jupyter("/api/terminals", "POST")["name"]
    address = studio.url.partition("/lab")[0].replace("http", "ws")
    token = studio.url.partition("token=")[2]
    link = websocket.create_connection(
        f"{address}/terminals/websocket/{name}", header=[f"Authorization: token {token}"], timeout=60
    )
    said = ""
    try:
        link.send(json.dumps(["stdin", "echo [$(pwd)] [$(command -v lambdalab)] en''d\r"]))
        while "] end" not in said:
            kind, *text = json.loads(link.recv())
            said += text[0] if kind == "stdout" else ""
    finally:
        link.close()
    said = re.sub(r"\s", "", said)
    assert f"[{studio.workspace}][{Path(sys.executable).with_name('lambdalab')}]end" in said


def test_a_learners_file_by_the_name_of_a_module_stops_no_jupyterlab(start_studio, tmp_path):
    (tmp_path / "my-labs").mkdir()
    (tmp_path / "my-labs" / "random.py").write_text("raise RuntimeError('not this one')")
    assert start_studio().jupyter("/api/contents")["type"] == "directory"


def test_sigterm_stops_everything_too(start_studio):
    studio = start_studio()
    kernel_process(studio)

    assert studio.stop(signal.SIGTERM) == 0
    assert studio.left() == []
    assert "Traceback" not in studio.output


@LINUX
def test_nothing_is_left_when_the_command_is_killed(start_studio):
    studio = start_studio()
    kernel_process(studio)

    assert studio.stop(signal.SIGKILL) == -signal.SIGKILL
    assert studio.left(20) == []


def test_a_cloud_that_dies_is_started_again_and_shutting_down_jupyterlab_ends_all(start_studio):
    studio = start_studio()
    before = endpoint(studio)
    (cloud,) = clouds(studio)

    cloud.kill()
    studio.wait_for(lambda: "started again" in studio.output)
    studio.wait_for(lambda: "ready" in (studio.workspace / ".lambdalab" / "cloud.log").read_text())
    assert len(clouds(studio)) == 1
    assert clouds(studio) != [cloud]
    assert endpoint(studio) == before
    assert health(studio)["ready"] is True

    studio.jupyter("/api/shutdown", "POST")
    assert studio.process.wait(60) == 0
    assert studio.left() == []


@pytest.mark.parametrize("option", ["--port", "--cloud-port"])
def test_a_port_that_is_taken_is_named_with_its_option_in_one_line(tmp_path, option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = ["--port", "0", option, port] if option == "--cloud-port" else [option, port]
        code, out, err = lambdalab(tmp_path, "start", "--no-browser", *arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert port in err
    assert f"`{option}`" in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named_in_one_line(tmp_path):
    if os.geteuid() == 0:
        folder = "/sys/my-labs"  # not even root may make a folder there
    else:
        tmp_path.chmod(0o500)
        folder = str(tmp_path / "my-labs")
    code, out, err = lambdalab("/", "start", "--no-browser", "--port", "0", "--folder", folder)
    tmp_path.chmod(0o700)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert folder in err
    assert "--folder" in err


def test_a_file_in_the_place_of_the_folder_is_named_in_one_line(tmp_path):
    (tmp_path / "my-labs").write_text("mine")
    code, out, err = lambdalab(tmp_path, "start", "--no-browser", "--port", "0")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "my-labs" in err
    assert (tmp_path / "my-labs").read_text() == "mine"


@pytest.mark.parametrize("missing", ["jupyterlab", "moto"])
def test_the_linter_alone_says_in_one_line_what_to_install(tmp_path, missing):
    command = {"jupyterlab": ("start",), "moto": ("cloud", "--port", "0")}[missing]
    code, out, err = lambdalab(tmp_path, *command, prelude=f"import sys; sys.modules[{missing!r}] = None")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert 'pip install "lambdalint[course]"' in err


def test_a_jupyterlab_that_does_not_start_leaves_no_cloud(tmp_path):
    # A broken configuration of the whole environment is none of ours, and stops JupyterLab.
    broken = tmp_path / "broken" / "jupyterlab"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('no lab today')")
    before = {one.pid for one in psutil.process_iter()}
    done = subprocess.run(
        [sys.executable, "-m", "course.cli", "start", "--no-browser", "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(broken.parent), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "no lab today" in done.stderr
    mine = str(tmp_path)
    left = [
        one for one in psutil.process_iter() if one.pid not in before and _folder_of(one).startswith(mine)
    ]
    assert left == []


def test_an_unknown_lab_is_answered_with_those_there_are(tmp_path):
    code, _, err = lambdalab(tmp_path, "start", "77", "--no-browser", "--port", "0")
    assert code == 2
    assert "01_hello_event" in err
    assert not (tmp_path / "my-labs").exists()


def _folder_of(process):
    try:
        return process.cwd()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""
