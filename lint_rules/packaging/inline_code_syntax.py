"""LAM686."""

from __future__ import annotations

from collections.abc import Iterable

from lint_rules import Finding, Project, rule


@rule(
    "LAM686",
    looks_at=Project,
    severity="error",
    since="0.2",
    profile="always",
    triggers=("ZipFile", "InlineCode", "from_inline"),
)
def inline_code_syntax(project: Project) -> Iterable[Finding]:
    """The Python code of a function inside a template does not parse.

    ## Why it matters
    CloudFormation takes any text for code, so the deployment goes well, and each invocation ends in
    Runtime.UserCodeSyntaxError. Code that parses is checked by every rule about Python, at its lines of the template.
    Parts that a deployment fills in, as `${Name}` of `Fn::Sub`, are left out of this.

    ## Bad
    ```yaml file="template.yaml"
    Resources:
      Hello:
        Type: AWS::Lambda::Function
        Properties:
          Handler: index.handler
          Runtime: python3.13
          Timeout: 10
          Role: !ImportValue role
          Code:
            ZipFile: |
              def handler(event, context)  # expect: inline-code-syntax
                  return {"hello": "world"}
    ```

    ## Good
    ```yaml file="template.yaml"
    Resources:
      Hello:
        Type: AWS::Lambda::Function
        Properties:
          Handler: index.handler
          Runtime: python3.13
          Timeout: 10
          Role: !ImportValue role
          Code:
            ZipFile: |
              def handler(event, context):
                  return {"hello": "world"}
    ```

    Code of another language is not read.
    ```yaml file="template.yaml"
    Resources:
      Hello:
        Type: AWS::Lambda::Function
        Properties:
          Handler: index.handler
          Runtime: nodejs22.x
          Timeout: 10
          Role: !ImportValue role
          Code:
            ZipFile: |
              exports.handler = async (event) => ({ hello: "world" });
    ```

    ## When not to fix
    Another tool fills the code in before the template is deployed.

    ## See also
    LAM990 parse-error. AWS: "AWS::Lambda::Function Code", `ZipFile`.
    """
    for problem in project.problems:
        if problem.inline:
            why = problem.message.partition(": ")[2] or problem.message
            yield Finding(f"Lambda cannot parse this code: {why}", problem.span, severity=problem.severity)
