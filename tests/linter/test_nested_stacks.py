"""Nested stacks: parameters follow from the parent into the templates it nests."""

from __future__ import annotations

import textwrap

from lint_rules import Project

PARENT = """
    Resources:
      Child:
        Type: AWS::CloudFormation::Stack
        Properties:
          TemplateURL: ./nested/child.yaml
          Parameters: {Seconds: "%s", Name: !Ref AWS::StackName}
"""
CHILD = """
    Parameters:
      Seconds: {Type: Number, Default: 3}
      Name: {Type: String, Default: x}
      Left: {Type: String, Default: left}
    Resources:
      F:
        Type: AWS::Serverless::Function
        Properties: {Handler: !Ref Left, FunctionName: !Ref Name, Timeout: !Ref Seconds}
"""


def test_a_nested_stack_gets_what_its_parent_passes() -> None:
    files = {"main.yaml": textwrap.dedent(PARENT % 60), "nested/child.yaml": textwrap.dedent(CHILD)}
    project = Project.of(files)
    (spec,) = project.templates_of("nested/child.yaml")[0].functions
    assert spec.timeout.value == 60
    assert spec.value("FunctionName").state == "unresolved"
    assert spec.handler.value == "left"


def test_parents_that_disagree_leave_a_parameter_open() -> None:
    files = {
        "main.yaml": textwrap.dedent(PARENT % 60),
        "other.yaml": textwrap.dedent(PARENT % 30),
        "nested/child.yaml": textwrap.dedent(CHILD),
    }
    for order in (list(files), list(reversed(files))):
        project = Project.of({path: files[path] for path in order})
        found = {spec.logical_id: spec for template in project.templates for spec in template.functions}
        assert found["F"].timeout.state == "unresolved"


def test_a_change_of_the_parent_is_seen_in_the_child() -> None:
    files = {"main.yaml": textwrap.dedent(PARENT % 60), "nested/child.yaml": textwrap.dedent(CHILD)}
    project = Project.of(files)
    assert project.templates
    after = project.changed({"main.yaml": textwrap.dedent(PARENT % 90)})
    assert after.templates_of("nested/child.yaml")[0].functions[0].timeout.value == 90


def test_a_stack_that_nests_itself_is_read_once() -> None:
    text = textwrap.dedent(PARENT % 60).replace("./nested/child.yaml", "main.yaml")
    assert [template.name for template in Project.of({"main.yaml": text}).templates] == ["main.yaml"]
