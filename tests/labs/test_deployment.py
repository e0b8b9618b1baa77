"""`lab.deploy` puts a learner's files into their cloud, and lets an editor attach where that is asked for."""

from __future__ import annotations

import json
import sys

import pytest

from course.cloud import Cloud
from course.cloud.api.tags import DEBUG
from course.lab import deployment, learner

ECHO = "def handler(event, context): return [event, context.memory_limit_in_mb]"


@pytest.fixture(scope="module")
def own_cloud():
    with Cloud(seed=7) as cloud:
        yield cloud


@pytest.fixture
def cloud(own_cloud, monkeypatch, tmp_path):
    own_cloud.reset()
    for name, value in own_cloud.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "echo.py").write_text(ECHO)
    return own_cloud


def invoke(cloud):
    answer = cloud.client("lambda").invoke(FunctionName="echo", Payload="1")
    return json.loads(answer["Payload"].read())


def said(shown):
    return shown.text


def test_a_function_is_created_and_brought_up_to_date(cloud, tmp_path):
    first = learner.deploy("echo", "echo.handler", "echo.py", MemorySize=256)
    assert said(first) == "`echo` is deployed: a new function."
    assert invoke(cloud) == [1, "256"]
    (tmp_path / "other.py").write_text(ECHO.replace("[event", "['new'"))
    learner.deploy("echo", "other.handler", "other.py", MemorySize=512, Tags={"a": "b"})
    assert invoke(cloud) == ["new", "512"]
    arn = "arn:aws:lambda:us-east-1:123456789012:function:echo"
    assert cloud.client("lambda").list_tags(Resource=arn)["Tags"] == {"a": "b"}


def test_debug_marks_the_function_until_it_is_deployed_without(cloud):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:echo"
    text = said(learner.deploy("echo", "echo.handler", "echo.py", debug=True))
    assert "attach your editor to 127.0.0.1:5678" in text
    tags = cloud.client("lambda").list_tags(Resource=arn)["Tags"]
    assert tags == {DEBUG: "5678"}
    learner.deploy("echo", "echo.handler", "echo.py")
    assert cloud.client("lambda").list_tags(Resource=arn)["Tags"] == {}
    assert invoke(cloud) == [1, "128"]


def test_the_tag_is_the_one_that_the_cloud_reads():
    assert deployment.DEBUG == DEBUG


def test_mistakes_are_one_line(cloud, monkeypatch):
    assert "echo.p cannot be read" in said(learner.deploy("echo", "echo.handler", "echo.p"))
    assert "say which files" in said(learner.deploy("echo", "echo.handler"))
    refused = said(learner.deploy("echo", "echo.handler", "echo.py", Timeout=1000))
    assert "Lambda refused `echo`: ValidationException" in refused
    monkeypatch.setitem(sys.modules, "debugpy", None)
    monkeypatch.setattr(deployment, "find_spec", lambda name: None)
    assert "debugging needs debugpy" in said(learner.deploy("echo", "echo.handler", "echo.py", debug=True))
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert "no cloud is running" in said(learner.deploy("echo", "echo.handler", "echo.py"))
