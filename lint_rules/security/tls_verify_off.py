"""LAM825."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule(
    "LAM825",
    looks_at=Handler,
    severity="error",
    since="0.1",
    fix="unsafe",
    triggers=("verify", "ssl", "CERT_NONE", "cert_reqs"),
)
def tls_verify_off(handler: Handler) -> Iterator[Finding]:
    """A request is sent without asking whether the machine that answers is the right one.

    ## Why it matters
    With the check of the certificate turned off, whoever stands between the function and the service can read
    everything, tokens and passwords included, and can answer in the service's place. Nobody notices: the request
    works, and so does the attack.

    ## Bad
    ```python file="app.py"
    import requests


    def handler(event, context):
        answer = requests.get("https://rates.shop.net", timeout=3, verify=False)  # expect: tls-verify-off
        return answer.json()
    ```

    ## Fixed
    ```python file="app.py"
    import requests


    def handler(event, context):
        answer = requests.get("https://rates.shop.net", timeout=3)
        return answer.json()
    ```

    ## Good
    A certificate of one's own authority is checked against the authority's.
    ```python file="app.py"
    import requests


    def handler(event, context):
        answer = requests.get("https://rates.internal", timeout=3, verify="/opt/certificates/own.pem")
        return answer.json()
    ```

    On one's own machine nobody stands in between.
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3", endpoint_url="https://localhost:4566", verify=False)


    def handler(event, context):
        return s3.list_buckets()["Buckets"][0]["Name"]
    ```

    ## When not to fix
    Never for what leaves the machine. Where the certificate is signed by an authority of your own, put that
    authority's certificate into the package or a layer and pass its path as `verify`.

    ## See also
    requests: "SSL Cert Verification". Python: `ssl.create_default_context`.
    """
    for place in handler.unverified():
        what = "takes any machine for the right one" if place.encrypted else "sends everything unencrypted"
        yield Finding(
            f"`{place.code}` {what}: whoever stands in between can read it, and answer in the service's place",
            place.span,
            Fix("Check the certificate", place.edits, Safety.UNSAFE) if place.edits else None,
        )
