"""Taking down what clients send, the managed transfers of S3 among it."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from lint_rules.engine.analysis.arguments import literal, positional
from lint_rules.engine.analysis.aws_call import AwsCall
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.known import Client, Text
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.analysis.interpreter import Interpreter

TRANSFERS: dict[str, tuple[tuple[str, ...], dict[str, int]]] = {
    "upload_file": (("PutObject",), {"Bucket": 1, "Key": 2}),
    "upload_fileobj": (("PutObject",), {"Bucket": 1, "Key": 2}),
    "download_file": (("GetObject",), {"Bucket": 0, "Key": 1}),
    "download_fileobj": (("GetObject",), {"Bucket": 0, "Key": 1}),
    "copy": (("CopyObject",), {"CopySource": 0, "Bucket": 1, "Key": 2}),
}
"""S3's managed transfers: what they send, and the places of the parameters.
https://boto3.amazonaws.com/v1/documentation/api/latest/guide/s3-uploading-files.html"""


def note(
    run: Interpreter,
    client: Client,
    operation: str,
    given: tuple[Mapping[str, Any], bool],
    via: str,
    node: ast.AST,
    scope: Scope,
) -> None:
    sent = {name: value for name, value in given[0].items() if value is not None}
    run.calls.note(AwsCall(client.service, operation, sent, given[1], "high", client.own, via, node, scope))


def either(found: tuple[Text, ...]) -> Any:
    return found[0] if len(found) == 1 else found


def transfer(
    run: Interpreter, client: Client, name: str, call: ast.Call, scope: Scope, bound: Mapping[str, Any]
) -> None:
    operations, places = TRANSFERS[name]
    given: dict[str, Any] = dict(bound)
    left = [word for word in places if word not in bound]
    if bound and name.startswith("upload"):
        left = ["Filename", *left]
    for word in left:
        place = left.index(word) if bound else places[word]
        given[word] = positional(run, call, scope, place, word)
    extra = next((k.value for k in call.keywords if k.arg == "ExtraArgs"), None)
    more = literal(run, extra, scope) if extra is not None else {}
    complete = isinstance(more, dict)
    given.update(more if isinstance(more, dict) else {})
    for operation in operations:
        note(run, client, operation, (given, complete), "transfer", call, scope)
