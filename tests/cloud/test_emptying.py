"""A cloud that is emptied waits for nobody, and starts nothing again."""

from __future__ import annotations

import gc
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError


def test_an_environment_that_is_being_imported_ends_at_once_and_is_not_tried_again(cloud, api, deploy):
    deploy("import time\ntime.sleep(8)\ndef handler(event, context): pass", Timeout=60)

    def ask():
        try:
            api.invoke(FunctionName="f")
        except (BotoCoreError, ClientError):
            return

    caller = threading.Thread(target=ask)
    caller.start()
    time.sleep(0.5)
    begun = time.monotonic()
    cloud.reset()
    assert time.monotonic() - begun < 2
    caller.join(2)
    assert not caller.is_alive()


def test_what_was_logged_is_not_kept_when_a_cloud_is_emptied(cloud, deploy, invoke):
    deploy("def handler(event, context):\n    for n in range(500): print('line', n)")
    invoke()
    assert _events() >= 500
    cloud.reset()
    assert _events() == 0


def _events():
    gc.collect()
    return sum(type(found).__name__ == "LogEvent" for found in gc.get_objects())
