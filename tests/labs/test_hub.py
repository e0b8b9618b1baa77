"""A class on a real JupyterHub, which starts `lambdalab start --hub` for each of its learners."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import psutil
import pytest

from course.errors import UserError
from course.lab import shelf
from course.studio import hub, ports

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the cloud runs handlers on Linux only"),
    pytest.mark.skipif(find_spec("jupyterhub") is None, reason="JupyterHub is not installed"),
    pytest.mark.timeout(240),
]
PATIENCE = 90.0
RECIPE = Path(__file__).resolve().parents[2] / "docs" / "grading" / "jupyterhub_config.py"
# Whom the hub believes a name, and a proxy that forwards nothing: the test asks each server where it listens.
SETTINGS = """
import sys
from jupyterhub.proxy import Proxy
from jupyterhub.spawner import SimpleLocalProcessSpawner

class Nowhere(Proxy):
    should_start = False
    routes = {{}}
    async def add_route(self, spec, target, data):
        self.routes[spec] = {{"routespec": spec, "target": target, "data": data}}
    async def delete_route(self, spec):
        self.routes.pop(spec, None)
    async def get_all_routes(self):
        return self.routes

c = get_config()
load_subconfig("{recipe}")
c.JupyterHub.proxy_class = Nowhere
c.JupyterHub.bind_url = "http://127.0.0.1:{front}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allowed_users = {{"ann", "bob"}}
c.JupyterHub.spawner_class = SimpleLocalProcessSpawner
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/{{username}}"
c.Spawner.notebook_dir = "/"
c.Spawner.cmd = [sys.executable, "-m", "course.cli", *c.Spawner.cmd[1:]]
c.JupyterHub.services = [{{"name": "teacher", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [{{"name": "teacher", "scopes": ["admin:users", "admin:servers", "access:servers", "tokens"],
                            "services": ["teacher"]}}]
"""


class Hub:
    """A running JupyterHub and what its teacher may ask."""

    def __init__(self, folder):
        self.folder, self.token = folder, secrets.token_hex()
        self.log = folder / "hub.log"
        port, front = ports.claim(0, ""), ports.claim(0, "")
        self.address = f"http://127.0.0.1:{port}/hub/api"
        settings = folder / "jupyterhub_config.py"
        settings.write_text(
            SETTINGS.format(port=port, front=front, folder=folder, token=self.token, recipe=RECIPE)
        )
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(settings)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.seen: set[psutil.Process] = set()
        self.wait_for(lambda: "JupyterHub is now running" in self.said())

    def said(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, holds):
        until = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.1)

    def ask(self, address, method="GET", token=None):
        """The JSON of an answer."""
        request = Request(
            address,
            method=method,
            data=b"{}" if method == "POST" else None,
            headers={"Authorization": f"token {token or self.token}"},
        )
        with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def start(self, name):
        """Start a learner's server, and give the address at which it listens when it is ready."""
        self.ask(f"{self.address}/users/{name}/server", "POST")
        self.wait_for(lambda: self.ask(f"{self.address}/users/{name}")["server"])
        self.processes()
        found = [one.environ()["JUPYTERHUB_SERVICE_URL"] for one in self.of(name) if "--hub" in one.cmdline()]
        return found[0].rstrip("/")

    def processes(self):
        self.seen |= set(psutil.Process(self.process.pid).children(recursive=True))
        return [one for one in self.seen if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

    def of(self, name):
        """The processes that work in a learner's home."""
        home = str(self.folder / name)
        return [one for one in self.processes() if one.cwd().startswith(home)]

    def close(self):
        self.processes()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        finally:
            for one in self.seen:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


@pytest.fixture
def class_hub(tmp_path):
    for name in ("ann", "bob"):
        (tmp_path / name).mkdir()
    running = Hub(tmp_path)
    yield running
    running.close()


def test_each_learner_of_a_hub_has_a_studio_of_their_own_and_the_hub_ends_it(class_hub):
    addresses = {name: class_hub.start(name) for name in ("ann", "bob")}
    clouds = set()
    for name, address in addresses.items():
        notebook = class_hub.folder / name / "my-labs" / "01_hello_event" / "lab.ipynb"
        assert notebook.read_bytes() == shelf.notebook("01").read_bytes()
        assert class_hub.ask(f"{address}/api/contents/01_hello_event/lab.ipynb")["type"] == "notebook"
        with pytest.raises(HTTPError, match="403"):
            class_hub.ask(f"{address}/api/contents", token="guessed")
        kernel = class_hub.ask(f"{address}/api/kernels", "POST")["id"]
        (running,) = [one for one in class_hub.of(name) if kernel in " ".join(one.cmdline())]
        variables = running.environ()
        said = (class_hub.folder / name / "my-labs" / ".lambdalab" / "cloud.log").read_text()
        assert variables["AWS_ENDPOINT_URL"] == re.search(r"http://\S+", said)[0]
        assert class_hub.ask(f"{variables['AWS_ENDPOINT_URL']}/_cloud/health")["ready"] is True
        clouds.add(variables["AWS_ENDPOINT_URL"])
        (cloud,) = [one for one in class_hub.of(name) if "cloud" in one.cmdline()]
        assert not [word for word in cloud.environ() if word.startswith("JUPYTER")], (
            "the hub's token is in it"
        )
    assert len(clouds) == 2
    assert "token=" not in class_hub.said()

    class_hub.ask(f"{class_hub.address}/users/ann/server", "DELETE")
    class_hub.wait_for(lambda: not class_hub.of("ann"))
    assert class_hub.ask(f"{addresses['bob']}/api/status")["kernels"] == 1


def test_without_a_hub_the_option_says_in_one_line_what_it_is_for(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "course.cli", "start", "--hub"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("JUPYTERHUB")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "JUPYTERHUB_SERVICE_URL" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("http://127.0.0.1:4000/user/ann/", "http://127.0.0.1:4000/user/ann/api"),
        ("http://0.0.0.0:8888/user/ann/", "http://127.0.0.1:8888/user/ann/api"),
        ("http://:8888/user/ann/lab%201/", "http://127.0.0.1:8888/user/ann/lab%201/api"),
        ("https://10.1.2.3/user/ann/", "https://10.1.2.3:443/user/ann/api"),
    ],
)
def test_the_server_is_asked_where_the_hub_wants_it(tmp_path, said, asked):
    assert hub.server(tmp_path, "01/lab.ipynb", {hub.WHERE: said}).answers_at == asked


def test_the_server_gets_what_the_hub_says_but_its_folder(tmp_path):
    said = {
        hub.WHERE: "http://127.0.0.1:1/",
        "JUPYTERHUB_API_TOKEN": "t",
        hub.FOLDER: "/srv",
        "AWS_PROFILE": "x",
    }
    found = hub.server(tmp_path, "01/lab.ipynb", said)
    assert found.variables == {hub.WHERE: "http://127.0.0.1:1/", "JUPYTERHUB_API_TOKEN": "t"}
    assert found.content["ServerApp"]["root_dir"] == str(tmp_path)


def test_a_hub_that_says_nothing_is_told_of():
    with pytest.raises(UserError, match="leave it out"):
        hub.service({})
