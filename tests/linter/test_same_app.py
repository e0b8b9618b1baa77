"""One application written in every dialect is one model: what rules see does not depend on how it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lint_rules import Bucket, LogGroup, Project, Queue, Role, Statement, Table, Template, Topic, Value
from lint_rules.engine.sources.hcl import can_read

APP = Path(__file__).parent / "same_app"
FILES = sorted(path.name for path in APP.iterdir() if path.is_file())
KINDS = {
    "cloudformation.json": "cloudformation",
    "main.tf": "terraform",
    "serverless.yml": "serverless",
    "stack.py": "cdk",
    "template.yaml": "sam",
}


def template(name: str) -> Template:
    project = Project.of({name: (APP / name).read_text(encoding="utf-8")})
    (found,) = project.templates
    assert project.crashes == []
    assert project.problems == []
    return found


def short(logical_id: str) -> str:
    """Names of Terraform have a type before them; the Serverless Framework names the one role itself."""
    return logical_id.rpartition(".")[2].replace("IamRoleLambdaExecution", "OrdersRole")


def plain(value: Value) -> Any:
    """A value without its place: what it is, or what it refers to."""
    if value.absent:
        return None
    if not value.known:
        return [short(name) for name in value.names] or "unresolved"
    if isinstance(value.value, dict):
        return {key: plain(item) for key, item in value.value.items()}
    if isinstance(value.value, list):
        items = [plain(item) for item in value.value]
        return items[0] if len(items) == 1 else items
    return value.value


def said(statement: Statement) -> Any:
    resources = [plain(value) for value in statement.resources]
    return plain(statement.effect), [plain(value) for value in statement.actions], resources


def model(found: Template) -> Any:
    return {
        "functions": [
            {
                "name": short(spec.logical_id),
                "code": plain(spec.code_uri),
                "environment": plain(spec.environment),
                "dead_letter": plain(spec.dead_letter),
                "on_failure": plain(spec.on_failure),
                "role": plain(spec.role),
                "rest": [plain(v) for v in (spec.handler, spec.runtime, spec.timeout, spec.memory)],
                "events": sorted(
                    (
                        event.kind,
                        event.how,
                        short(event.source_id),
                        str(plain(event.settings.value("BatchSize"))),
                        str(plain(event.settings.value("FunctionResponseTypes"))),
                    )
                    for event in spec.events
                ),
            }
            for spec in found.functions
        ],
        "queues": {
            short(queue.logical_id): [
                plain(value)
                for value in (
                    queue.visibility_timeout,
                    queue.retention,
                    queue.dead_letter,
                    queue.max_receive_count,
                )
            ]
            for queue in found.all(Queue)
        },
        "topics": [short(topic.logical_id) for topic in found.all(Topic)],
        "tables": {
            short(table.logical_id): [plain(v) for v in (table.partition_key, table.sort_key, table.billing)]
            for table in found.all(Table)
        },
        "buckets": {short(bucket.logical_id): plain(bucket.versioning) for bucket in found.all(Bucket)},
        "logs": {short(group.logical_id): plain(group.retention) for group in found.all(LogGroup)},
        "roles": [
            (
                short(role.logical_id),
                [said(part) for part in role.statements],
                [short(f) for f in role.functions],
            )
            for role in found.all(Role)
        ],
    }


def test_the_application_is_written_in_every_dialect() -> None:
    assert set(FILES) == set(KINDS)


@pytest.mark.parametrize("name", FILES)
def test_the_model_does_not_depend_on_the_dialect(name: str) -> None:
    if name.endswith(".tf") and not can_read():
        pytest.skip("what reads Terraform is not installed")
    found = template(name)
    assert found.kind == KINDS[name]
    assert model(found) == model(template("template.yaml"))


def test_the_model_says_something() -> None:
    (spec,) = model(template("template.yaml"))["functions"]
    assert spec["environment"] == {"STAGE": "test", "TABLE": ["Table"]}
    assert spec["events"] == [
        ("SNS", "async", "News", "None", "None"),
        ("SQS", "poll", "Work", "5", "ReportBatchItemFailures"),
    ]


@pytest.mark.parametrize("name", FILES)
def test_every_known_value_stands_where_it_is_written(name: str) -> None:
    if name.endswith(".tf") and not can_read():
        pytest.skip("what reads Terraform is not installed")
    found = template(name)
    (spec,) = found.functions
    for value, word in (
        (spec.handler, "app.handler"),
        (spec.memory, "256"),
        (spec.environment.value["STAGE"], ""),
    ):
        written = found.text[value.span.start : value.span.end]
        assert written.strip("\"'") == word if word else written
    assert found.text[spec.span.start : spec.span.end].strip("\"'") == "Orders"
