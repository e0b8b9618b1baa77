"""The embedded AWS: builds every part, starts and ends them together.

with Cloud() as cloud:
    cloud.client("lambda").list_functions()
"""

from __future__ import annotations

import atexit
import random
import threading
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any

from course.cloud import callers, quotas, scratch
from course.cloud.admin import Admin
from course.cloud.api.account import Account
from course.cloud.api.concurrency import provisions, reservations
from course.cloud.api.event_directory import EventDirectory
from course.cloud.api.invocations import Invocations
from course.cloud.api.noun import operations
from course.cloud.api.permissions import document
from course.cloud.api.targets import Targets
from course.cloud.engine.async_queue import AsyncQueue
from course.cloud.engine.concurrency import Concurrency
from course.cloud.engine.endings import Endings
from course.cloud.engine.factory import Factory
from course.cloud.engine.invoke import Engine
from course.cloud.engine.pool import Pool
from course.cloud.engine.provisioned import Provisioned
from course.cloud.engine.recursion import Recursion
from course.cloud.engine.trace import Traces
from course.cloud.engine.work import Work
from course.cloud.gateway import Gateway
from course.cloud.moto_bridge import app as moto
from course.cloud.moto_bridge import metrics, stacks
from course.cloud.moto_bridge.access import make_guard
from course.cloud.moto_bridge.logs import MotoLogs
from course.cloud.moto_bridge.neighbours import MotoNeighbours
from course.cloud.moto_bridge.outbox import MotoOutbox
from course.cloud.moto_bridge.pushes import Pushes
from course.cloud.moto_bridge.sqs_store import MotoQueues
from course.cloud.moto_bridge.stack_resources import LambdaApi
from course.cloud.moto_bridge.streams import MotoStreams
from course.cloud.observe.calls import Calls
from course.cloud.observe.ledger import Ledger
from course.cloud.observe.measures import Measures
from course.cloud.runtime.debug import Debug
from course.cloud.runtime.launchers import ExecLauncher, Launcher
from course.cloud.runtime.world import Isolation, Tier
from course.cloud.runtime.zygote import ZygoteLauncher
from course.cloud.server import Server
from course.cloud.sources.call import Caller
from course.cloud.sources.ground import Ground
from course.cloud.sources.mappings import Mappings
from course.cloud.virtual_clock import VirtualClock

ACCOUNT = "123456789012"
REGION = "us-east-1"
LAUNCHERS: dict[str, Callable[[], Launcher]] = {"exec": ExecLauncher, "zygote": ZygoteLauncher}


class Cloud:
    """One cloud on loopback, in threads of this process.

    `port` 0 takes a free one; `seed` makes ids reproducible. moto keeps its state per process, so a process
    should have one open cloud at a time.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        seed: int | None = None,
        host: str = "127.0.0.1",
        skip: str = "on-request",
        admin_token: str | None = None,
        private: bool = False,
        launcher: str | Launcher = "exec",
        isolation: str = "auto",
        network: str = "open",
        cpu: str = "off",
        runtime_client: str = "auto",
        debug: Debug | None = None,
    ) -> None:
        """Start it. Raises UserError if the port cannot be had.

        `launcher` is "exec" (each cold start a new interpreter, as honest as it can be), "zygote" (a fork of one that
        has boto3 imported: fast) or a launcher. `isolation` is "auto" (as much as the system allows) or "basic".
        `network` is "open", or "cloud" to let handlers connect to this cloud only. `cpu` is "off", or "share" to let
        handlers compute only as fast as their memory buys (1,769 MB: one vCPU). `skip` is "on-request" (time passes as
        it does until `clock.advance` is called) or "automatic" (waits in which nothing runs are skipped).
        `runtime_client` is "auto" (the C part of awslambdaric where there is one) or "python" (what stands in for it).
        `admin_token` guards the admin routes. `private`: answer only programs of the same user, where the system
        tells whose they are (`callers`). `debug` names a function whose environments wait for an editor.
        """
        services = moto.make_app()  # first of all: it may refuse, and nothing else is there yet
        self._chance = random.Random(seed)
        self.clock = VirtualClock(automatic=skip == "automatic")
        self.ledger = Ledger(self.clock)
        self.clock.skipped = self.ledger.skipped
        self._work = Work(self.clock)
        self.guard = make_guard(
            ACCOUNT, REGION, lambda arn: document(self._account, arn), self.clock, self.ledger
        )
        neighbours = MotoNeighbours(ACCOUNT, REGION)
        self.launcher = LAUNCHERS[launcher]() if isinstance(launcher, str) else launcher
        """Starts environments; a zygote forks other things, too."""
        factory = Factory(
            self.launcher,
            self.clock,
            self._chance,
            REGION,
            neighbours.credentials,
            Tier(isolation),
            network=network,
            cpu=cpu,
            runtime_client=runtime_client,
            debug=debug,
        )
        self._pool = Pool(factory, self.clock)
        self._concurrency = concurrency = Concurrency(
            quotas.ACCOUNT_CONCURRENCY,
            self.clock,
            rate=quotas.SCALING_RATE,
            seconds=quotas.SCALING_SECONDS,
        )
        engine = Engine(
            self._pool,
            concurrency,
            MotoLogs(ACCOUNT, REGION, self.guard),
            self.ledger,
            self.clock,
            REGION,
        )
        self._account = Account(
            REGION, ACCOUNT, self.clock, self._new_id, self._chance, neighbours, self._pool.retire
        )
        self.limits = self._account.limits
        self._provisioned = Provisioned(engine)
        self._account.provisioner, self._account.rights = self._provisioned, self.guard
        self._account.shares_changed = self._share
        concurrency.ready = lambda arn: self._provisioned.provisioned(arn)[0]
        targets = Targets(self._account)
        directory = EventDirectory(self._account)
        traces = Traces(self.clock, self._chance)
        self.recursion = Recursion(self.ledger, directory.may_recurse)
        endings = Endings(self._work, self.clock, self.ledger, self._new_id, self.guard)
        queue = AsyncQueue(
            self._work,
            self.clock,
            self.ledger,
            directory,
            engine.invoke,
            self.recursion,
            traces,
            self._new_id,
            endings,
        )
        self.accept = queue.accept
        """Takes an event for a function, as `engine.outbox.Accept`."""
        self.outbox = endings.outbox = MotoOutbox(ACCOUNT, REGION, queue.accept)
        self._pushes = Pushes(
            ACCOUNT,
            REGION,
            self.clock,
            self._work,
            self.ledger,
            self._chance,
            self.accept,
            self.outbox,
            directory.addressee,
            self.guard,
        )
        self._invocations = Invocations(targets, engine, queue, self.recursion, traces, self._new_id)
        call = Caller(targets, engine.invoke, self.recursion, traces, self._new_id)
        self._queues = MotoQueues(self.ledger)
        self._streams = MotoStreams(self.clock, self._work, self.ledger)
        common = (self.clock, self._work, self.ledger, call, self.outbox)
        ground = Ground(*common, self._queues, self._streams.stores, self._new_id, self.guard)
        self._mappings = self._account.sources = Mappings(self._account, ground)
        self.guard.changed = self._mappings.look_again
        known = operations(self._account)
        self._stacks = LambdaApi(known, self.clock)
        stacks.current.enter(self._stacks)
        self._metrics = metrics.MotoMetrics(ACCOUNT, REGION, Measures(self.ledger, concurrency.shares).points)
        metrics.current.enter(self._metrics)
        gateway = Gateway(
            known,
            targets,
            self._invocations,
            services,
            Admin(self.ledger, self.reset, self.clock, self.guard, self._account.limits, admin_token),
            Calls(self.ledger, self.clock, factory.whose),
            self.guard,
            engine.caught_up,
            self._new_id,
        )
        self._server = Server(callers.only_ours(gateway) if private else gateway, port, host)
        self.endpoint = f"http://{host}:{self._server.port}"
        factory.endpoint = self._account.endpoint = self.endpoint
        self._making_clients = threading.Lock()
        self._session: Any = None
        self._closed = False
        moto.reset()
        scratch.sweep()
        self._server.start()
        atexit.register(self.close)

    def client(self, service: str, **kwargs: Any) -> Any:
        """A boto3 client of this cloud, with test keys."""
        import boto3

        settings: dict[str, Any] = {
            "endpoint_url": self.endpoint,
            "region_name": REGION,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
        with self._making_clients:  # a session is not thread-safe, the clients it makes are
            # One session reads a service's description once: 2 ms for the next client instead of 50.
            self._session = self._session or boto3.session.Session()
            return self._session.client(service, **{**settings, **kwargs})

    def environment(self) -> dict[str, str]:
        """The variables with which any AWS SDK or the AWS CLI finds this cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    @property
    def isolation(self) -> Isolation:
        """How far environments are kept apart on this system, and why."""
        return self._pool.factory.tier.find()

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait in real time until all that happens by itself has come to rest; False if that took longer."""
        return self._work.settle(seconds)

    def reset(self) -> None:
        """As it was started: empty, no environments, no policies enforced. Nothing under way is seen afterwards."""
        self._work.drop()
        self._mappings.clear()
        self._pushes.clear()
        self.clock.clear()
        self.guard.enabled = False
        self._provisioned.clear()
        for _ in range(100):  # who was on the way to an environment has one by the next round
            self._pool.clear()
            quiet = self._invocations.quiet(0.02) and self._provisioned.quiet(0.02)
            if quiet and self._work.settle(0.02):
                break
        self._account.clear()
        self._concurrency.clear()
        moto.reset()
        self._pushes.clear()  # of what a request wrote in the meantime
        self.ledger.clear()

    def close(self) -> None:
        """End everything. May be called twice."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        self._server.close()
        self._pushes.close()
        self._streams.close()
        self._queues.close()
        stacks.current.leave(self._stacks)
        metrics.current.leave(self._metrics)
        self._work.drop()
        self._mappings.clear()
        self._provisioned.clear()
        self._pool.close()
        self._provisioned.close()
        self._work.close()
        self._account.clear()
        self.clock.close()
        scratch.release()

    def __enter__(self) -> Cloud:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _share(self) -> None:
        self._concurrency.reserved = reservations(self._account)
        self._concurrency.provisioned = provisions(self._account)

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
