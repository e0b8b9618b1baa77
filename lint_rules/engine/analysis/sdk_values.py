"""What boto3's objects have and do: their attributes, and the requests that their methods send.

https://boto3.amazonaws.com/v1/documentation/api/latest/guide/resources.html
"""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.arguments import choices, keywords, literal, plain, positional
from lint_rules.engine.analysis.aws_call import AwsCall
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.known import (
    NOTHING,
    UNKNOWN,
    Client,
    Errors,
    Known,
    Many,
    Method,
    Pager,
    Session,
    Thing,
    Values,
    Waiter,
    Writer,
)
from lint_rules.engine.analysis.sdk import (
    operation_named,
    operations_like,
    resource_types,
    waited_for,
)
from lint_rules.engine.analysis.sdk_models import is_unknown_exception, is_unknown_name
from lint_rules.engine.analysis.sdk_requests import TRANSFERS, either, note, transfer
from lint_rules.engine.analysis.sdk_resources import call_many, call_thing, of_thing
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.interpreter import Interpreter

_OF_CLIENTS = frozenset(
    {"can_paginate", "close", "exceptions", "meta", "get_paginator", "get_waiter", "waiter_names"}
)


def member(run: Interpreter, value: Known, name: str, node: ast.AST, scope: Scope) -> Values:
    """What an attribute of one of boto3's objects is. Reading one that must be loaded first sends a request."""
    if isinstance(value, Client) and name == "meta":
        return frozenset({value})
    if isinstance(value, Client) and name in ("exceptions", "client"):
        return frozenset({value if name == "client" else Errors(value.service)})
    if isinstance(value, Errors):
        if is_unknown_exception(value.service, name):
            run.calls.doubt("exception", value.service, name, node, scope)
        return NOTHING
    if isinstance(value, Thing):
        return of_thing(run, value, name, node, scope)
    if isinstance(value, Session | Client | Pager | Waiter | Writer | Many):
        return frozenset({Method(value, name)})
    return NOTHING


def call_method(run: Interpreter, method: Method, call: ast.Call, scope: Scope) -> Values:
    """Call a method of one of boto3's objects."""
    owner = method.owner
    if isinstance(owner, Client):
        return call_client(run, owner, method.name, call, scope)
    if isinstance(owner, Session):
        return _call_session(run, owner, method.name, call, scope)
    if isinstance(owner, Thing):
        return call_thing(run, owner, method.name, call, scope)
    if isinstance(owner, Many):
        return call_many(run, owner, method.name, call, scope)
    if isinstance(owner, Pager) and method.name == "paginate":
        note(run, owner.client, owner.operation, keywords(run, call, scope), "paginator", call, scope)
    elif isinstance(owner, Waiter) and method.name == "wait":
        operation = waited_for(owner.client.service, owner.name)
        if operation is not None:
            note(run, owner.client, operation, keywords(run, call, scope), "waiter", call, scope)
    elif isinstance(owner, Writer) and method.name in ("put_item", "delete_item"):
        client = Client(owner.table.service, owner.table.own)
        table = dict(owner.table.identifiers).get("Name", (UNKNOWN,))
        note(run, client, "BatchWriteItem", ({"TableName": either(table)}, True), "resource", call, scope)
    return NOTHING


def call_client(run: Interpreter, client: Client, name: str, call: ast.Call, scope: Scope) -> Values:
    """Call a method of a client."""
    given, complete = keywords(run, call, scope)
    if name in ("get_paginator", "get_waiter"):
        return _named(run, client, name, call, scope)
    if name in ("generate_presigned_url", "generate_presigned_post"):
        _presigned(run, client, name, call, scope)
        return frozenset({UNKNOWN})
    if client.service == "s3" and name in TRANSFERS:
        transfer(run, client, name, call, scope, {})
        return NOTHING
    if name in _OF_CLIENTS or name.startswith("_"):
        return NOTHING
    if client.service == "?":
        run.calls.unsure.add(call)
        guess(run, call, call.func, scope)
        return NOTHING
    operation = operation_named(client.service, name)
    if operation is not None:
        note(run, client, operation, (given, complete), "client", call, scope)
    else:
        run.calls.doubt("method", client.service, name, call, scope)
    return NOTHING


def _named(run: Interpreter, client: Client, name: str, call: ast.Call, scope: Scope) -> Values:
    """The paginators or waiters of the names that a client is asked for."""
    given = choices(positional(run, call, scope, 0, f"{'operation' if 'page' in name else 'waiter'}_name"))
    names = [text.plain for text in given]
    found: set[Known] = set()
    for wanted in names:
        if wanted is None:
            continue
        if len(names) == 1 and is_unknown_name(name, client.service, wanted):
            run.calls.doubt(name.removeprefix("get_"), client.service, wanted, call, scope)
        operation = operation_named(client.service, wanted)
        if name == "get_waiter":
            found.add(Waiter(client, wanted))
        elif operation:
            found.add(Pager(client, operation))
    if not names or None in names:
        run.calls.leave(call, scope)
    else:
        run.calls.settled(call)
    return frozenset(found)


def _presigned(run: Interpreter, client: Client, name: str, call: ast.Call, scope: Scope) -> None:
    if name == "generate_presigned_post":
        bucket, key = (
            positional(run, call, scope, place, word) for place, word in enumerate(("Bucket", "Key"))
        )
        note(run, client, "PutObject", ({"Bucket": bucket, "Key": key}, True), "presigned", call, scope)
        return
    wanted = plain(positional(run, call, scope, 0, "ClientMethod"))
    operation = operation_named(client.service, wanted) if wanted else None
    if operation is None:
        run.calls.leave(call, scope)
        return
    given = positional(run, call, scope, 1, "Params")
    known = isinstance(given, dict)
    note(run, client, operation, (given if known else {}, known), "presigned", call, scope)


def _call_session(run: Interpreter, session: Session, name: str, call: ast.Call, scope: Scope) -> Values:
    if name in ("client", "resource", "create_client"):
        return made(run, session, name, call, scope)
    return NOTHING


def made(run: Interpreter, session: Session, name: str, call: ast.Call, scope: Scope) -> Values:
    """What `session.client(...)` and `session.resource(...)` make."""
    own = session.own and own_credentials(run, call, scope)
    given = choices(positional(run, call, scope, 0, "service_name"))
    names = {text.plain for text in given}
    if not names or None in names:
        run.calls.leave(call, scope)
    else:
        run.calls.settled(call)
    found: set[Known] = set()
    for service in sorted(each or "?" for each in names or {"?"}):
        found.add(Thing(service, "-", (), own) if name == "resource" else Client(service, own))
    if name != "resource" and any(not isinstance(part, str) for text in given for part in text.parts):
        found.add(Client("?", own))  # The environment may name another than the default.
    return frozenset(found)


def own_credentials(run: Interpreter, call: ast.Call, scope: Scope) -> bool:
    """Whether a session or client is not given credentials other than those of the function's role."""
    for keyword in call.keywords:
        if keyword.arg in ("aws_access_key_id", "aws_session_token", "profile_name", "botocore_session"):
            if isinstance(keyword.value, ast.Constant) and keyword.value.value is None:
                continue
            texts = choices(literal(run, keyword.value, scope))
            if not any("AWS_" in getattr(part, "name", "") for text in texts for part in text.parts):
                return False
        elif keyword.arg is None:
            spread = literal(run, keyword.value, scope)
            if isinstance(spread, dict) and "aws_access_key_id" in spread:
                return False
    return True


def guess(run: Interpreter, call: ast.Call, func: ast.AST, scope: Scope) -> None:
    """Note a call on an unknown object, if its method and keywords fit the operation of one service only."""
    if not isinstance(func, ast.Attribute) or not call.keywords or call.args:
        return
    names = frozenset(keyword.arg or "" for keyword in call.keywords)
    if not any(name[:1].isupper() for name in names):
        return
    fitting = operations_like(func.attr, names)
    if len(fitting) == 1:
        found = fitting[0]
        given = keywords(run, call, scope)
        run.calls.note(
            AwsCall(found.service, found.name, given[0], given[1], "low", True, "client", call, scope)
        )


def annotated_type(dotted: str) -> Known | None:
    """The client or object that a class of mypy_boto3_* or types_boto3_* stands for."""
    package, _, rest = dotted.partition(".")
    for stem in ("mypy_boto3_", "types_boto3_", "types_aiobotocore_"):
        if package.startswith(stem):
            service = package.removeprefix(stem).rstrip("_").replace("_", "-")
            name = rest.rpartition(".")[2]
            if name.endswith("Client"):
                return Client(service, True)
            if name.endswith("ServiceResource"):
                return Thing(service, "-", (), True)
            kind = resource_types(service).get(name)
            if kind:
                return Thing(service, name, tuple((each, (UNKNOWN,)) for each in kind.identifiers), True)
    return None
