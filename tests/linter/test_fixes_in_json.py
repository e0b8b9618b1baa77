"""What a fix does to a template in YAML it does to the same template in JSON, however that is laid out."""

from __future__ import annotations

import json
from difflib import SequenceMatcher

import pytest

from lint_rules import Project, Safety, fix, lint, load_rules
from lint_rules.engine.config import Config
from lint_rules.engine.markdown import sections
from lint_rules.engine.sources.node import List, Map, Node, Scalar
from lint_rules.engine.sources.yaml import read_yaml

LAYOUTS = {"two": {"indent": 2}, "tabs": {"indent": "\t"}, "one line": {}}


def plain(node: Node) -> object:
    if isinstance(node, Map):
        return {key.text: plain(value) for key, value in node.items()}
    if isinstance(node, List):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


def data(text: str) -> object:
    roots, problem = read_yaml(text, "template.yaml")
    assert problem is None
    return plain(roots[0])


def as_json(files: dict[str, str], layout: dict[str, object]) -> dict[str, str]:
    return {
        path.replace(".yaml", ".json"): json.dumps(data(text), **layout) if path.endswith(".yaml") else text
        for path, text in files.items()
    }


def _chosen() -> dict[str, tuple[str, dict[str, str], dict[str, str]]]:
    """By a name for it: the rule, a bad example with one template, and what becomes of it."""
    found = {}
    for rule in load_rules().values():
        parts = {section.title: section for section in sections(rule.doc)}
        if "Fixed" not in parts or rule.subject == "Suppression":
            continue
        pairs = zip(parts["Bad"].examples(), parts["Fixed"].examples(), strict=False)
        for number, ((bad, _), (good, _)) in enumerate(pairs):
            yaml = [path for path in bad if path.endswith(".yaml")]
            if len(yaml) == 1 and "serverless" not in yaml[0] and "Resources" in bad[yaml[0]]:
                after = {**bad, **good}
                if after[yaml[0]] != bad[yaml[0]] and "\n  #" not in bad[yaml[0]]:
                    found[f"{rule.name} {number}"] = (rule.name, bad, after)
    return found


EXAMPLES = _chosen()


def test_there_are_rules_to_ask():
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_fix_works_in_json_as_it_does_in_yaml(name, layout):
    rule, bad, after = EXAMPLES[name]
    project = Project.of(as_json(bad, LAYOUTS[layout]))
    config = Config(select=(rule,))
    outcome = fix(project, config, Safety.UNSAFE)
    texts = {path: document.raw for path, document in outcome.project.documents.items()}
    assert outcome.dropped == ()
    for path, text in as_json(after, {}).items():
        assert (data(texts[path]) if path.endswith(".json") else texts[path]) == (
            data(text) if path.endswith(".json") else text
        )
        if path.endswith(".json"):
            json.loads(texts[path])
            if layout != "one line":
                before, now = as_json(bad, LAYOUTS[layout])[path].splitlines(), texts[path].splitlines()
                changes = [op for op in SequenceMatcher(None, before, now).get_opcodes() if op[0] != "equal"]
                assert len(changes) <= sum(len(done.fix.edits) for done in outcome.applied)
    assert not [finding for finding in lint(outcome.project, config) if finding.fix]
