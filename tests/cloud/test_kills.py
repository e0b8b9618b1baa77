"""Environments that are killed at any moment: busy, about to answer, frozen. No event is lost by it."""

from __future__ import annotations

import json
import os
import random
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from course.cloud import Cloud

SOURCE = """
import os
def handler(event, context):
    with open(event["log"], "a") as log:
        log.write(f"{os.getpid()} ")
    return sum(range(event["work"]))
"""
EVENTS = 80


class Killer:
    """While inside, kills the environment that ran last, again and again, at moments that `chance` chooses."""

    def __init__(self, log: Path, chance: random.Random) -> None:
        self._log = log
        self._chance = chance
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._killed = ""
        self.kills = 0

    def _run(self) -> None:
        while not self._over.wait(self._chance.random() * 0.02):
            pids = self._log.read_text().split(" ")[:-1]  # what follows the last blank may be half a number
            if pids and pids[-1] != self._killed:  # its number may be another's by now
                self._killed = pids[-1]
                self.kills += 1
                with suppress(ProcessLookupError):
                    os.kill(int(self._killed), 9)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()


def test_no_event_is_lost_when_environments_are_killed_at_random(own_cloud, pack, tmp_path):
    log = tmp_path / "pids"
    log.touch()
    chance = random.Random(3)
    # The basic tier: there a process knows itself by the number that we know it by.
    with Cloud(seed=3, launcher="zygote", isolation="basic") as cloud:
        api = place(cloud, pack)
        with Killer(log, chance) as killer:
            ids = []
            for _ in range(EVENTS):
                event = {"log": str(log), "work": chance.randrange(100_000)}
                answer = api.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(event))
                ids.append(answer["ResponseMetadata"]["RequestId"])
                cloud.clock.sleep(0.003)
            cloud.clock.advance(600)
        assert killer.kills > 3
        for id in ids:
            fates = [entry.what for entry in cloud.ledger.entries("event", "f", id)]
            assert fates.count("event.accepted") == 1
            assert fates.count("event.processed") + fates.count("event.dropped") == 1
            attempts = cloud.ledger.entries("event.attempt", "f", id)
            assert len(attempts) == 3 or attempts[-1].details["outcome"] == "ok"
        ended = {entry.details["error_type"] for entry in cloud.ledger.entries("event.attempt", "f")}
        assert "Runtime.ExitError" in ended
        assert cloud.ledger.entries("event.failure") == []


def place(cloud: Cloud, pack: Any) -> Any:
    """A Lambda client of a cloud that has f."""
    trust = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ]
    }
    role = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
    api = cloud.client("lambda")
    api.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": pack(app=SOURCE)},
        Timeout=30,
    )
    return api
