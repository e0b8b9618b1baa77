"""Calls to AWS of which only the first page of the answer is used as if it were all."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.additions import in_string
from lint_rules.engine.analysis.answers import looked_at_once
from lint_rules.engine.analysis.sdk_models import Pages, pages_of
from lint_rules.engine.analysis.sent import Sent
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

_WHOLE = frozenset({
    # All there is, as long as no MaxResults is given, or as many as there can be.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, and the quotas of each service.
    *("s3.ListBuckets", "iam.ListAccessKeys", "iam.ListAttachedRolePolicies", "iam.ListAttachedUserPolicies"),
    *("iam.ListAttachedGroupPolicies", "iam.ListGroupsForUser", "iam.ListMFADevices", "iam.ListRolePolicies"),
    *("iam.ListUserPolicies", "iam.ListGroupPolicies", "iam.ListPolicyVersions", "iam.ListAccountAliases"),
    *("iam.ListInstanceProfilesForRole", "cloudwatch.GetMetricData", "guardduty.ListDetectors"),
    *("elbv2.DescribeListeners", "elbv2.DescribeRules", "apigateway.GetAuthorizers"),
    *("apigateway.GetGatewayResponses", "organizations.ListRoots", "kms.ListKeyPolicies"),
    *("guardduty.ListOrganizationAdminAccounts",),
    # The best so many, and no list.
    *("bedrock-agent-runtime.Retrieve", "bedrock-agent-runtime.Rerank", "kendra.Query"),
})  # fmt: skip
_ANY_NAME = frozenset({"names", "ids", "arns", "name", "id", "arn", "identifiers"})
_WIDER = frozenset({"functionversion"})
"""Parameters that speak of the things, but ask for more of them: `FunctionVersion="ALL"`."""
_VERB = regex(r"^(?:Describe|List|Get|Search|Lookup|Query|Scan)|s?(?:(?:By|For|In|Of)[A-Z].*)?$")
_NAMING = regex(r"(?:id|name|arn|identifier)s?$")


class FirstPage(NamedTuple):
    """Such a call."""

    sent: Sent
    pages: Pages

    @property
    def token(self) -> str:
        """The member of the answer that says that there is more."""
        return min(self.pages.told, key=lambda word: (word == "IsTruncated", word))

    @property
    def asked(self) -> str:
        """The parameter that asks for the next page."""
        return min(self.pages.asked)

    def paginated(self) -> tuple[Edit, ...]:
        """Edits that fetch all pages by the client's paginator, as one answer; none where the call is not one of a
        client, or members are read that such an answer does not have."""
        sent, node = self.sent, self.sent.call.node
        module = sent.scope.facts.module
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return ()
        if sent.call.via != "client" or not sent.answer.members <= {*self.pages.results}:
            return ()
        if (
            isinstance(sent.scope.facts.parents.get(node), ast.Await)
            or node.args
            or in_string(node, sent.scope)
        ):
            return ()
        end, whole = module.span(node.func).end, module.span(node)
        start = end - len(sent.method)
        if module.text[start - module.base : end - module.base] != sent.method:
            return ()
        pager = f'get_paginator("{sent.method}").paginate'
        return (
            Edit(Span(whole.path, start, end), pager),
            Edit(Span(whole.path, whole.end, whole.end), ".build_full_result()"),
        )


def first_pages(calls: Iterable[Sent]) -> Iterator[FirstPage]:
    """The calls whose answers have more pages that nothing asks for. EC2 gives all at once unless it is told how
    many."""
    for sent in calls:
        pages = pages_of(sent.call.service, sent.operation)
        if pages is None or sent.name in _WHOLE or not _is_single(sent) or not _is_open(sent, pages):
            continue
        code = sent.scope.facts.module.code(sent.scope.node) if sent.scope.is_function else ""
        answer = None if any(word in code for word in pages.told) else sent.answer
        if _looks_for_one(sent, code):
            continue
        if answer is None or answer.escapes or answer.members & pages.told:
            continue
        reads = [read for name in pages.results for read in answer.reads.get(name, ())]
        if reads and not all(looked_at_once(node, scope) for node, scope in reads):
            yield FirstPage(sent, pages)


def _is_single(sent: Sent) -> bool:
    """Whether it asks for a page by itself; collections of resources fetch all."""
    if not isinstance(sent.call.node, ast.Call) or not sent.scope.is_function or sent.call.service == "ec2":
        return False
    on_table = sent.call.via == "resource" and sent.name in ("dynamodb.Query", "dynamodb.Scan")
    return sent.call.via == "client" or (on_table and sent.method in ("query", "scan"))


def _is_open(sent: Sent, pages: Pages) -> bool:
    """Whether nothing that it is given asks for a page, for so many, or for something of which there is one."""
    given = {*sent.parameters}
    if not sent.call.complete or given & pages.asked or (pages.limit and pages.limit in given):
        return False
    select = sent.parameters.get("Select")
    if getattr(select, "plain", "") == "COUNT" or sent.operation.startswith("ListTags"):
        return False
    noun = _VERB.sub("", sent.operation).lower()
    return not any(_names(name.lower(), noun) for name in given)


def _looks_for_one(sent: Sent, code: str) -> bool:
    """Whether it looks for the very thing whose name it gives as a prefix, which comes first of all that begin so."""
    node = sent.call.node
    prefixes = [
        keyword.value.id
        for keyword in (node.keywords if isinstance(node, ast.Call) else ())
        if (keyword.arg or "").lower().endswith("prefix") and isinstance(keyword.value, ast.Name)
    ]
    return any(regex(rf"== {name}\b|\b{name} ==").search(code) for name in prefixes)


def _names(parameter: str, noun: str) -> bool:
    """Whether a parameter names the things of a list themselves: `taskId` those of DescribeExportTasks."""
    stem = _NAMING.sub("", parameter)
    return (
        parameter in _ANY_NAME
        or (bool(noun) and parameter not in _WIDER and noun in parameter and "prefix" not in parameter)
        or (stem not in ("", parameter) and noun.endswith(stem))
    )
