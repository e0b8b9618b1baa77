"""LAM019."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule

_SERVERS = (
    *("flask.Flask().run", "uvicorn.run", "uvicorn.Server().run", "waitress.serve", "aiohttp.web.run_app"),
    *("bottle.run", "bottle.Bottle().run", "hypercorn.run", "sanic.Sanic().run", "quart.Quart().run"),
    *("http.server.HTTPServer().serve_forever", "http.server.ThreadingHTTPServer().serve_forever"),
    *("socketserver.TCPServer().serve_forever", "socketserver.ThreadingTCPServer().serve_forever"),
    *("wsgiref.simple_server.make_server().serve_forever", "gradio.Interface().launch", "dash.Dash().run"),
    *("asyncio.get_event_loop().run_forever", "asyncio.new_event_loop().run_forever"),
)


@rule(
    "LAM019",
    looks_at=Handler,
    severity="error",
    since="0.1",
    triggers=tuple(dict.fromkeys(name.partition(".")[0] for name in _SERVERS)),
)
def server_loop_in_handler(handler: Handler) -> Iterator[Finding]:
    """The handler starts a server and waits for requests that cannot come.

    ## Why it matters
    Lambda brings one event to one call of the handler, and waits for it to return. A server loop never returns: each
    invocation runs into its timeout, is paid for in full, and nobody can connect to the port.

    ## Bad
    ```python file="app.py"
    from flask import Flask

    app = Flask(__name__)


    @app.route("/")
    def home():
        return "hello"


    def handler(event, context):
        app.run(port=8080)  # expect: server-loop-in-handler
    ```

    ## Good
    An adapter turns the event into a request and the response into a result.
    ```python file="app.py"
    import awsgi
    from flask import Flask

    app = Flask(__name__)


    @app.route("/")
    def home():
        return "hello"


    def handler(event, context):
        return awsgi.response(app, event, context)


    if __name__ == "__main__":
        app.run(port=8080)
    ```

    ## When not to fix
    The file is the start of a container behind the Lambda Web Adapter, and no handler at all.

    ## See also
    AWS: "Lambda Web Adapter"; "Lambda runtime environment" in the Lambda Developer Guide.
    """
    for call in handler.calls(*_SERVERS):
        yield Finding(
            f"`{call.code}` serves for ever, so that the handler never returns and every invocation times out; hand "
            "the event to the application through an adapter",
            call.span,
        )
