"""Paths in the environment lead to where the code lies, with and without a sandbox, whoever starts the process."""

from __future__ import annotations

import json
import os

import pytest

from course.cloud import Cloud

TRUST = {
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
}


@pytest.mark.parametrize("launcher", ["exec", "zygote"])
@pytest.mark.parametrize("isolation", ["auto", "basic"])
def test_paths_are_those_of_lambda_around_where_the_code_lies(launcher, isolation, pack):
    source = (
        "import os, sys\ndef handler(event, context):\n"
        "    names = ('LAMBDA_TASK_ROOT', 'PWD', 'PYTHONPATH', 'LD_LIBRARY_PATH', 'PATH', 'LC_CTYPE')\n"
        "    return [{name: os.environ.get(name) for name in names}, sys.path, os.getcwd()]"
    )
    with Cloud(seed=7, launcher=launcher, isolation=isolation) as cloud:
        role = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
        settings = {
            "Handler": "app.handler",
            "Role": role["Role"]["Arn"],
            "Code": {"ZipFile": pack(app=source)},
        }
        api = cloud.client("lambda")
        api.create_function(FunctionName="f", Runtime="python3.13", **settings)
        api.create_function(
            FunctionName="g",
            Runtime="python3.11",
            Environment={"Variables": {"PYTHONPATH": "/opt/shared:/var/runtime", "LD_LIBRARY_PATH": ""}},
            **settings,
        )
        seen, path, folder = json.loads(api.invoke(FunctionName="f")["Payload"].read())
        other, other_path, _ = json.loads(api.invoke(FunctionName="g")["Payload"].read())
    root = seen["LAMBDA_TASK_ROOT"]
    assert seen["PWD"] == root
    assert os.path.realpath(folder) == os.path.realpath(root)
    assert path[:2] == [root, "/var/runtime"]
    assert seen["LD_LIBRARY_PATH"].endswith(f"/var/runtime/lib:{root}:{root}/lib:/opt/lib")
    assert seen["PATH"].endswith(":/usr/local/bin:/usr/bin/:/bin:/opt/bin")
    assert seen["LC_CTYPE"] == "C.UTF-8"
    assert (other["PYTHONPATH"], other["LD_LIBRARY_PATH"]) == ("/opt/shared:/var/runtime", "")
    assert other_path[1:3] == ["/opt/shared", "/var/runtime"]
