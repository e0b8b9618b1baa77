"""LAM990."""

from __future__ import annotations

from collections.abc import Iterable

from lint_rules import Finding, Project, rule


@rule("LAM990", looks_at=Project, severity="error", since="0.1", profile="always")
def parse_error(project: Project) -> Iterable[Finding]:
    """A file cannot be read, so nothing in it was checked.

    ## Why it matters
    Lambda cannot read it either: a function whose module does not parse fails every invocation with
    `Runtime.UserCodeSyntaxError`, and a broken template stops the deployment. Everything else in the project
    is still checked. A Python file that was found in a folder counts if it speaks of AWS, or if a handler imports it;
    whether the others parse is for other tools to say.

    ## Bad
    ```python file="app.py"
    def handler(event, context)  # expect: parse-error
        return {"statusCode": 200}
    ```

    A template with a bracket that is never closed.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Events: [one, two
          Handler: app.handler  # expect: parse-error
    ```

    ## Good
    ```python file="app.py"
    def handler(event, context):
        return {"statusCode": 200}
    ```

    Braces of another tool are filled in before the file is used, so YAML that is no template says nothing.
    ```yaml file="values.yaml"
    replicas: {{ replicas }}
    ```

    ## When not to fix
    The file is a template of another tool, such as Jinja or cookiecutter, with a suffix that promises Python.
    Leave it out with `exclude` in `[tool.lambdalint]`.

    ## See also
    AWS: "Troubleshoot execution issues in Lambda", `Runtime.UserCodeSyntaxError`.
    """
    for problem in project.problems:
        if problem.inline:
            continue  # Reported as code in a template that does not parse.
        yield Finding(problem.message, problem.span, severity=problem.severity)
