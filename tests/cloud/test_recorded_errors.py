"""What the real service answers to a mistake is what this cloud answers: code, status and sentence.

The answers lie in `recorded/errors.json`, each with its date.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

FACTS = json.loads((Path(__file__).parent / "recorded" / "errors.json").read_text(encoding="utf-8"))["facts"]
SOUND = {"Runtime": "python3.13", "Handler": "app.handler"}


def decoded(value):
    """JSON has no bytes: an object with the one key `latin-1` stands for some."""
    if isinstance(value, dict) and set(value) == {"latin-1"}:
        return value["latin-1"].encode("latin-1")
    return {key: decoded(part) for key, part in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("fact", FACTS, ids=[fact["about"] for fact in FACTS])
def test_a_mistake_is_answered_as_aws_answers_it(fact, cloud, deploy, role, pack):
    api = cloud.client("lambda", config=_unchecked())
    cloud.client("s3").create_bucket(Bucket="packages")
    deploy("def handler(event, context): return event", name="here")
    arguments = decoded(fact["with"])
    if fact["call"] == "create_function":
        arguments = {**SOUND, "Role": role, "Code": {"ZipFile": pack(app="handler = print")}, **arguments}
    with pytest.raises(ClientError) as caught:
        getattr(api, fact["call"])(**arguments)
    answer = caught.value.response
    assert answer["Error"]["Message"] == fact["message"]
    assert answer["Error"]["Code"] == fact["code"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == fact["status"]


def _unchecked():
    # The SDK would find some of these mistakes itself, and then the service would not be asked.
    from botocore.config import Config

    return Config(parameter_validation=False, retries={"total_max_attempts": 1})
