"""The parts of the studio, each by itself: the learner's folder, the surroundings, ports, JupyterLab's settings."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import textwrap

import pytest

from course.errors import UserError
from course.lab import shelf
from course.studio import jupyter, ports, surroundings, workspace
from course.studio.process import Process, stop


def test_a_new_folder_gets_the_pristine_notebook(tmp_path):
    found = workspace.prepare(tmp_path / "deep" / "my-labs", "1")
    assert found.notebook == tmp_path / "deep" / "my-labs" / "01_hello_event" / "lab.ipynb"
    assert found.notebook.read_bytes() == shelf.notebook("01").read_bytes()
    assert found.note == ""


def test_what_a_learner_has_is_never_written_again(tmp_path):
    notebook = workspace.prepare(tmp_path, "01").notebook
    notebook.write_text("my own work")
    found = workspace.prepare(tmp_path, "01")
    assert notebook.read_text() == "my own work"
    assert found.note == ""


def test_a_newer_edition_is_told_of_in_one_line_and_the_old_copy_kept(tmp_path):
    notebook = workspace.prepare(tmp_path, "01").notebook
    notebook.write_text("my own work")
    (tmp_path / ".lambdalab" / "editions" / "01_hello_event").write_text("0" * 64)
    found = workspace.prepare(tmp_path, "01")
    assert "newer edition" in found.note
    assert "\n" not in found.note
    assert notebook.read_text() == "my own work"


def test_a_notebook_that_was_renamed_is_replaced_by_the_new_edition(tmp_path):
    notebook = workspace.prepare(tmp_path, "01").notebook
    (tmp_path / ".lambdalab" / "editions" / "01_hello_event").write_text("0" * 64)
    notebook.rename(notebook.with_name("old.ipynb"))
    assert workspace.prepare(tmp_path, "01").note == ""
    assert workspace.prepare(tmp_path, "01").note == ""


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path):
    (tmp_path / "01_hello_event").mkdir()
    (tmp_path / "01_hello_event" / "lab.ipynb").symlink_to(tmp_path / "elsewhere.ipynb")
    with pytest.raises(UserError, match="move it away"):
        workspace.prepare(tmp_path, "01")
    assert not (tmp_path / "elsewhere.ipynb").exists()


def test_a_taken_port_is_named_and_a_free_one_given():
    with socket.create_server((ports.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port} is taken.*`--port`"):
            ports.claim(port, "--port")
    free = ports.claim(0, "--port")
    assert free > 0
    assert ports.claim(free, "--port") == free


def test_no_aws_setting_of_the_user_gets_through():
    users = {
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL_S3": "https://example.com",
        "AWS_SESSION_TOKEN": "real",
        "PATH": "/bin",
    }
    seen = {**surroundings.clean(users), **surroundings.aimed_at("http://127.0.0.1:1")}
    assert seen["PATH"].split(os.pathsep) == [os.path.dirname(sys.executable), "/bin"]
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN"} & set(seen)


def test_a_proxy_is_passed_by_for_this_machine_only():
    seen = surroundings.clean({"HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "intranet,localhost"})
    assert seen["HTTPS_PROXY"] == "http://proxy:1"
    assert seen["NO_PROXY"] == "intranet,localhost,127.0.0.1"
    assert seen["no_proxy"] == "127.0.0.1,localhost"


def test_jupyter_settings_of_the_user_do_not_reach_ours():
    seen = surroundings.clean({"JUPYTER_TOKEN": "x", "JUPYTERLAB_DIR": "y", "JPY_PARENT_PID": "1"})
    assert not [name for name in seen if name.startswith(("JUPYTER", "JPY"))]


def test_jupyterlab_begins_with_the_users_own_settings_and_never_writes_them(tmp_path):
    theirs = tmp_path / "config" / "lab" / "user-settings" / "@jupyterlab" / "theme.jupyterlab-settings"
    theirs.parent.mkdir(parents=True)
    theirs.write_text('{"theme": "JupyterLab Dark"}')
    home = tmp_path / "kept"
    users = {"JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    variables = jupyter.prepare(home, {}, users)
    ours = home / "settings" / "@jupyterlab" / "theme.jupyterlab-settings"
    assert ours.read_text() == theirs.read_text()
    ours.write_text("changed in the course")
    jupyter.prepare(home, {}, users)
    assert ours.read_text() == "changed in the course"
    assert theirs.read_text() == '{"theme": "JupyterLab Dark"}'
    assert all(value.startswith(str(home)) for value in variables.values() if value != "1")


def test_nobody_else_reads_the_token_even_where_an_open_file_lay(tmp_path):
    jupyter.prepare(tmp_path, {}, {})
    config = tmp_path / "config" / "jupyter_server_config.json"
    config.chmod(0o644)
    jupyter.prepare(tmp_path, jupyter.settings(tmp_path, "a.ipynb", 1, "secret", False), {})
    assert config.stat().st_mode & 0o077 == 0
    assert json.loads(config.read_text())["IdentityProvider"] == {"token": "secret"}


def test_an_address_holds_any_path():
    assert (
        jupyter.url(80, "01_a b/ü.ipynb", "t") == "http://127.0.0.1:80/lab/tree/01_a%20b/%C3%BC.ipynb?token=t"
    )


def test_a_process_that_does_not_listen_is_killed_after_a_while(tmp_path):
    (tmp_path / "deaf.py").write_text(
        textwrap.dedent(
            """
            import signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("deaf", flush=True)
            time.sleep(60)
            """
        )
    )
    process = Process("deaf", [], tmp_path, {"PYTHONPATH": ":".join(sys.path)}, tmp_path / "deaf.log")
    while "deaf" not in process.said():
        assert not process.ended_within(0.05)
    stop([process], 0.1)
    assert process.exit_code == -9


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children of a process that was killed")
def test_a_tethered_module_does_not_start_without_its_parent():
    done = subprocess.run(
        [sys.executable, "-m", "course.studio.tether", "1", "/", "this"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (0, "")
