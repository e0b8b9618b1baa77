"""A tiny lab, complete, for tests of the machinery."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psutil
import pytest

from course.cloud.clock import SystemClock
from course.cloud.runtime.world import readable_folders
from course.cloud.runtime.zygote import ZygoteLauncher
from course.lab import source
from course.lab.checks import Examiner
from course.lab.document import Lab
from course.lab.nests import Nests

SAMPLE = '''---
title: Tiny
goals: [add, greet]
out_of_scope: [everything else]
prerequisites: []
minutes: 5
rules: [client-init-in-handler]
---

# Tiny

A lab for tests. The answer to `greet` is deployed, the one to `add` is called.

```python
from course import lab
```

## Add two numbers

```python exercise="add"
%%writefile adder.py
def add(left, right):
    ### BEGIN SOLUTION
    total = left + right
    return total
    ### END SOLUTION
```

```python check="add" points=2
def it_adds(cloud, answer):
    """The sum of two numbers is returned."""
    numbers = random.Random(answer.seed)
    left, right = numbers.randrange(100), numbers.randrange(100)
    found = answer.call("adder.py", "add", left, right)
    if found != left + right:
        raise Failure(f"add({left}, {right}) returned {found!r}", help="What does + do?")
```

```python check="add" points=1 needs="it_adds"
def it_adds_text(cloud, answer):
    """Texts are joined."""
    assert answer.call("adder.py", "add", "a", "b") == "ab", "'a' and 'b' did not become 'ab'"
```

```python check="add" points=1 hidden="yes" seconds=5
def it_adds_below_zero(cloud, answer):
    """Negative numbers add up too."""
    assert answer.call("adder.py", "add", -2, 1) == -1
```

```python wrong="add" name="subtracts" fails="it_adds, it_adds_below_zero"
%%writefile adder.py
def add(left, right):
    return left - right
```

```python wrong="add" name="numbers-only" fails="it_adds_text"
%%writefile adder.py
def add(left, right):
    return int(left) + int(right)
```

```markdown hint="add"
Which operator *joins* two numbers?
```

```markdown hint="add"
It looks like a cross.
```

```markdown hint="add"
`return left ...`
```

```yaml predict="what-comes"
question: What does `1 + 1` give?
choices:
  a: two
  b: eleven
answer: a
why: Integers add; texts would join.
```

```python tags=["raises-exception"]
1 / 0
```

## Greet

Some `markdown` inside:

```json
{"name": "Ada"}
```

```python exercise="greet"
%%writefile greeter.py
def handler(event, context):
    ...
### BEGIN SOLUTION
def handler(event, context):
    return {"greeting": "Hello, " + str(event.get("name"))}
### END SOLUTION
```

```python check="greet" points=3
def it_greets(cloud, answer):
    """The function greets by name."""
    answer.deploy("greeter", handler="greeter.handler", files=["greeter.py"], Timeout=2)
    seen = invoke(cloud, "greeter", {"name": "Ada"})
    if seen.payload != {"greeting": "Hello, Ada"}:
        raise Failure(f"the function answered {seen.payload!r}")
```

```python wrong="greet" name="greets-nobody" fails="it_greets"
%%writefile greeter.py
def handler(event, context):
    return {"greeting": "Hello"}
```

```python wrong="greet" name="returns-text" fails="it_greets"
%%writefile greeter.py
def handler(event, context):
    return "Hello, " + event["name"]
```

```markdown hint="greet"
Where is the name?
```

```markdown hint="greet"
In the event.
```

```markdown hint="greet"
`event["name"]`
```
'''


def descriptors() -> set[tuple[str, str]]:
    """The open descriptors of this process, each with what it leads to: a number alone may be given again."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # that of this list
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))
    return found


@contextlib.contextmanager
def leaves_nothing_open() -> Iterator[None]:
    """What is opened within is closed again, at the latest when threads that wind up have had their moment."""
    before = descriptors()
    yield
    clock = SystemClock()
    end = clock.monotonic() + 10
    while opened := descriptors() - before:
        assert clock.monotonic() < end, f"left open: {sorted(opened)}"
        clock.sleep(0.02)


@pytest.fixture(scope="session")
def nothing_left_open() -> Callable[[], contextlib.AbstractContextManager[None]]:
    return leaves_nothing_open


MEMORY_SEARCH = """
def found(first, second):
    mark, found = (first + second).encode(), 0
    with open("/proc/self/maps") as lines, open("/proc/self/mem", "rb", 0) as memory:
        for line in lines:
            where, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in where.split("-"))
            memory.seek(start)
            try:
                found += memory.read(end - start).count(mark)
            except OSError:
                pass
    return found
"""


@pytest.fixture(scope="session")
def alive() -> Callable[[Iterable[psutil.Process]], list[psutil.Process]]:
    """Which processes still run when a killed one has had its moment to go; a zombie does not run."""

    def still(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
        return [one for one in psutil.wait_procs(list(processes), timeout=2)[1] if not is_zombie(one)]

    def is_zombie(process: psutil.Process) -> bool:
        try:
            return bool(process.status() == psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return True

    return still


@pytest.fixture(scope="session")
def sample() -> str:
    return SAMPLE


DURABLE = (
    "test_the_solution_earns_every_point[17-durable]",
    "test_each_wrong_answer_fails_what_it_names[17-durable]",
    "test_the_solution_runs_and_all_its_checks_pass[17_deadlines]",
)
"""What runs a durable function. What a learner on Python 3.10 sees instead is tested there."""


@pytest.fixture(scope="session")
def tiny() -> Lab:
    return source.parse(SAMPLE, slug="07_tiny")


class Nowhere:
    """A cloud nobody calls."""

    def client(self, service: str, **kwargs: Any) -> Any:
        raise AssertionError("no answer here calls AWS")

    def environment(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

    def reset(self) -> None:
        pass


@pytest.fixture(scope="session")
def nowhere() -> Nowhere:
    return Nowhere()


@pytest.fixture(scope="module")
def zygote() -> Iterator[ZygoteLauncher]:
    launcher = ZygoteLauncher()
    yield launcher
    launcher.close()


@pytest.fixture(scope="module")
def nests(zygote: ZygoteLauncher) -> Iterator[Nests]:
    made = Nests(zygote, readable_folders())
    yield made
    made.close()


@pytest.fixture(scope="session")
def memory_search() -> str:
    """Python that counts in its own memory what two texts are together; apart, they are not found."""
    return MEMORY_SEARCH


@pytest.fixture(scope="module")
def examiner() -> Iterator[Examiner]:
    with Examiner() as using:
        yield using


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """AWS's SDK for durable functions, which lab 17 shows, has no release for Python 3.10."""
    if sys.version_info < (3, 11):
        for item in items:
            if item.name in DURABLE:
                item.add_marker(pytest.mark.skip(reason="durable functions need Python 3.11"))
