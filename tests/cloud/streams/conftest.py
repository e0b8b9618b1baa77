"""What tests of streams share: a poller on a clock of its own over moto's Kinesis, and streams in the whole cloud."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from course.cloud.api.mapping import Mapping
from course.cloud.engine.outbox import Undeliverable
from course.cloud.engine.work import Work
from course.cloud.errors import AwsError
from course.cloud.model import FunctionError, Outcome
from course.cloud.moto_bridge.kinesis_store import MotoKinesis
from course.cloud.observe.ledger import Ledger
from course.cloud.sources.ground import Ground
from course.cloud.sources.stream_poller import StreamPoller
from course.cloud.sources.stream_records import KINESIS
from course.cloud.virtual_clock import VirtualClock

BASE = "arn:aws:kinesis:us-east-1:123456789012:stream/"
_DEFAULTS = {
    "BatchSize": 100,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "StartingPosition": "TRIM_HORIZON",
}
_numbers = count()
Answer = Callable[[list[str], dict[str, Any]], Any]


class Bench:
    """A stream, a mapping of it, and a function: `answer` gets the data of a batch and the event, and gives the
    response or raises: an AwsError does not run at all, another exception is the function's own."""

    def __init__(self, answer: Answer, shards: int = 1, **members: Any) -> None:
        from moto.kinesis.models import kinesis_backends

        self.clock = VirtualClock()
        self.work = Work(self.clock)
        self.ledger = Ledger(self.clock)
        self.answer = answer
        self.calls: list[tuple[float, list[str]]] = []
        """When, in seconds from the beginning, and with what data."""
        self.events: list[Any] = []
        self.sent: list[tuple[str, Any, str]] = []
        self.refusing = False
        self._lock = threading.Lock()
        name = f"stream-{next(_numbers)}"
        self.arn = BASE + name
        self.store = MotoKinesis(self.clock)
        self.store.known(self.arn)  # puts in the patches
        self.stream = kinesis_backends["123456789012"]["us-east-1"].create_stream(name, shards)
        ground = Ground(
            self.clock,
            self.work,
            self.ledger,
            self,
            self,
            None,
            {"kinesis": self.store},
            lambda: "made",  # type: ignore[arg-type]
        )
        ground.board = self
        self.begun = self.clock.now()
        self.mapping = Mapping("uuid", "", self.arn, "f", {**_DEFAULTS, **members}, "Enabled", "", 0.0, True)
        self.poller = StreamPoller(self.mapping, ground, KINESIS)
        self.store.watch(lambda arn: self.poller.notify() if arn == self.arn else None)

    def __call__(self, function_arn: str, payload: bytes, *, trace: str = "") -> Outcome:
        event = json.loads(payload)
        data = [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
        with self._lock:
            self.calls.append((round(self.clock.now() - self.begun, 1), data))
            self.events.append(event)
        error = None
        response: Any = None
        try:
            response = self.answer(data, event)
        except AwsError:
            raise
        except Exception as raised:
            error = FunctionError(type(raised).__name__, str(raised))
        body = response if isinstance(response, bytes) else json.dumps(response).encode()
        return Outcome(body, "ok", error, b"", 1, 1, None, 1, "e", "s", False, "ran", "$LATEST")

    def role(self, function_arn: str) -> str:
        return "arn:aws:iam::123456789012:role/r"

    def send(self, target_arn: str, body: str, attributes: Any, **rest: Any) -> None:
        """As the outbox."""
        if self.refusing:
            raise Undeliverable("no")
        self.sent.append((target_arn, json.loads(body), rest.get("key", "")))

    def notify(self, source_arn: str, besides: object = None) -> None:
        """As the board of all mappings: there is no other."""

    def processed(self, uuid: str, result: str) -> None:
        self.result = result

    def put(self, *data: str, key: str = "k", hash_key: str = "") -> list[str]:
        """Put records in one request, and wait until what follows has come to rest: their sequence numbers."""
        put = self.put_all([(one, key) for one in data], hash_key)
        assert self.clock.settle()
        return put

    def put_all(self, records: list[tuple[str, str]], hash_key: str = "") -> list[str]:
        """Put data with their keys in one request, and do not wait: their sequence numbers."""
        from course.cloud.moto_bridge.stream_changes import changing

        with changing():
            return [
                self.stream.put_record(key, hash_key, base64.b64encode(one.encode()).decode())[0]
                for one, key in records
            ]

    def start(self) -> Bench:
        self.poller.start()
        assert self.clock.settle()
        return self

    @property
    def batches(self) -> list[list[str]]:
        return [data for _, data in self.calls]

    def fates(self, fate: str) -> list[str]:
        """The data of the records with a fate, in order."""
        numbers = {
            f"{shard.shard_id}:{number}": base64.b64decode(record.data).decode()
            for shard in self.stream.shards.values()
            for number, record in shard.records.items()
        }
        return [numbers[entry.id] for entry in self.ledger.entries(f"record.{fate}")]

    def close(self) -> None:
        self.work.drop()
        self.poller.stop()
        self.store.close()
        self.work.close()
        self.clock.close()


@pytest.fixture(scope="session")
def bench_type() -> type[Bench]:
    """For tests that need many in one run, and close them themselves."""
    return Bench


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    """Make one, whose poller is started: `bench(answer, shards, **settings)`."""
    made: list[Bench] = []

    def make(answer: Answer = lambda data, event: None, shards: int = 1, **members: Any) -> Bench:
        made.append(Bench(answer, shards, **members))
        return made[-1].start()

    yield make
    for one in made:
        one.close()


@pytest.fixture
def kinesis(cloud) -> Callable[..., str]:
    """Make a stream in the cloud: its ARN."""

    def made(name: str = "s", shards: int = 1) -> str:
        cloud.client("kinesis").create_stream(StreamName=name, ShardCount=shards)
        return BASE + name

    return made


@pytest.fixture
def table(cloud) -> Callable[..., str]:
    """Make a table in the cloud with the key `id`: the ARN of its stream."""

    def made(view: str = "NEW_AND_OLD_IMAGES", name: str = "t") -> str:
        answer = cloud.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
        )
        return str(answer["TableDescription"]["LatestStreamArn"])

    return made


@pytest.fixture
def records(cloud, events) -> Callable[..., list[Any]]:
    """The records that f got once everything has come to rest, in order."""

    def found(name: str = "f") -> list[Any]:
        assert cloud.settle()
        return [record for event in events(name) for record in event["Records"]]

    return found


def _compare(got: Any, wanted: Any, path: str) -> None:
    if isinstance(wanted, str) and wanted.startswith("<"):
        assert isinstance(got, str), path
        assert re.fullmatch(wanted[1:-1], got), f"{path}: {got!r}"
    elif isinstance(wanted, float):
        assert isinstance(got, float), f"{path}: {got!r}"
    elif isinstance(wanted, dict):
        assert isinstance(got, dict), path
        assert sorted(got) == sorted(wanted), path
        for name, part in wanted.items():
            _compare(got[name], part, f"{path}.{name}")
    elif isinstance(wanted, list):
        assert isinstance(got, list), path
        assert len(got) == len(wanted), path
        for number, part in enumerate(wanted):
            _compare(got[number], part, f"{path}[{number}]")
    else:
        assert (type(got), got) == (type(wanted), wanted), path


@pytest.fixture(scope="session")
def alike() -> Callable[[Any, Any], None]:
    """Fails unless both have the same members, types and constants; a string in <> is a pattern."""
    return lambda got, wanted: _compare(got, wanted, "")
