"""LAM902."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Related, rule


@rule("LAM902", looks_at=Deployment, severity="error", since="0.1")
def handler_target_not_callable(function: Deployment) -> Iterator[Finding]:
    """A template names as the handler something that cannot be called with an event and a context.

    ## Why it matters
    Lambda calls what `Handler` names with two arguments. A FastAPI application wants three others, a Flask application
    an environment of WSGI, and a value or an object without `__call__` cannot be called at all: each invocation ends
    in TypeError, though the deployment went well. An adapter such as Mangum makes a handler of an application.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Api:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.app
          Runtime: python3.13
          CodeUri: src/
          Timeout: 20
    ```
    ```python file="src/app.py"
    from fastapi import FastAPI

    app = FastAPI()  # expect: handler-target-not-callable

    @app.get("/")
    def hello():
        return {"hello": "world"}
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Api:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 20
    ```
    ```python file="src/app.py"
    from fastapi import FastAPI
    from mangum import Mangum

    app = FastAPI()

    @app.get("/")
    def hello():
        return {"hello": "world"}

    handler = Mangum(app)
    ```

    ## When not to fix
    A layer or a wrapper that the template does not show starts a web server, as Lambda Web Adapter does.

    ## See also
    LAM901 handler-target-missing, LAM002 handler-signature. AWS: "Define Lambda function handler in Python".
    """
    found = function.wrong_target
    if found is not None:
        adapter = f"; make a handler of it with {found.adapter}" if found.adapter else ""
        yield Finding(
            f"Lambda cannot call `{found.name}` with an event and a context: it is {found.kind}{adapter}",
            found.span,
            related=(Related("the template names it", function.spec.handler.span),),
        )
