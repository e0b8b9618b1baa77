"""From text to Template: decides whether a file is one, and never raises.

Most YAML and JSON files of a project are something else, and some are huge; a look at a few words of the text
decides before anything is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lint_rules.engine.regex import regex
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.node import Map, Node
from lint_rules.engine.templates.cloudformation import fill, is_template
from lint_rules.engine.templates.intrinsics import Scope
from lint_rules.engine.templates.model import Template
from lint_rules.engine.templates.policies import document_alone, policy_statements
from lint_rules.engine.templates.serverless import cloudformation_form, is_serverless

ReadFile = Callable[[str], "Node | None"]


def _no_file(path: str) -> None:
    return None


LARGEST = 4_000_000
"""Characters; CloudFormation takes templates of at most one megabyte."""

SMALL = 20_000
"""Characters of a file that may be a template although it names no type of AWS: it may be cut off."""

LARGEST_POLICY = 100_000
"""Characters; IAM takes policies of at most 10,240."""

# The word first: that is what `re` finds fast.
_RESOURCES = regex(
    r"""Resources(?:(?:(?<=^Resources)|(?<=^["']Resources))["']?[ \t]*:|(?<=["']Resources)["']\s*:\s*\{)""",
    re.M,
)
_FLOW = regex(r"^\{\s*Resources\s*:", re.M)
_STATEMENT = regex(
    r"""Statement(?:(?:(?<=^Statement)|(?<=^["']Statement))["']?[ \t]*:|(?<=["']Statement)["']\s*:\s*[\[{])""",
    re.M,
)
_NAMES = regex(r"(?:^|/)template\.(?:ya?ml|json)$")


def read_template(
    document: Document, text: str, base: int = 0, name: str = "", read: ReadFile = _no_file
) -> Template | None:
    """The template in `text`, which begins at `base` in the document; None if it is no template and no policy
    document. A template that cannot be read has `error`. `read` gives the other files of the project that
    the template may name: what stands in one, by its path, or None."""
    surely = _is_template_text(text)
    service = is_serverless(text)
    if len(text) > LARGEST or not (surely or service or _NAMES.search(name) or _is_policy_text(text)):
        return None
    from lint_rules.engine.sources.yaml import read_yaml

    roots, problem = read_yaml(text, document.path, base)
    if problem is not None and (surely or _NAMES.search(name)):
        broken = Template(document, text, base, name, "cloudformation")
        broken.error = problem
        return broken
    for root in roots:
        if isinstance(root, Map) and is_template(root):
            kind = "sam" if "AWS::Serverless" in text else "cloudformation"
            template = Template(document, text, base, name, kind)
            fill(template, root)
            return template
        made = cloudformation_form(root, name, read) if service else None
        if made is not None:
            template = Template(document, text, base, name, "serverless")
            template.aliases = made[1]
            fill(template, made[0])
            return template
    alone = document_alone(roots)
    if alone is not None:
        template = Template(document, text, base, name, "policy")
        template.statements = policy_statements(Scope(alone), alone, "")
        return template
    return None


def _is_template_text(text: str) -> bool:
    if "Resources" not in text or not (len(text) < SMALL or "AWS::" in text):
        return False
    return _RESOURCES.search(text) is not None or _FLOW.search(text) is not None


def _is_policy_text(text: str) -> bool:
    if len(text) > LARGEST_POLICY or not ("Effect" in text and "Version" in text):
        return False
    return "Statement" in text and _STATEMENT.search(text) is not None
