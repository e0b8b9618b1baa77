"""LAM817."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Project, hardcoded_secrets, rule


@rule("LAM817", looks_at=Project, severity="warning", since="0.1")
def hardcoded_secret(project: Project) -> Iterator[Finding]:
    """A password, token or key is written into the code.

    ## Why it matters
    Whoever can read the code, the package of the function or the history of the repository has the secret, and deleting
    the line later takes it back from nobody. It is the same in every stage, and changing it means deploying again.

    ## Bad
    ```python file="app.py"
    import pymysql
    import requests

    API_KEY = "f3a9-77Zq!d20c-Lw41"  # expect: hardcoded-secret
    connection = pymysql.connect(host="db.net", user="web", password="kr3uzbergMoon")  # expect: hardcoded-secret


    def handler(event, context):
        answer = requests.get("https://api.shop.net/rates", headers={"x-api-key": API_KEY}, timeout=3)
        return answer.json()
    ```

    ## Good
    The code knows the name of the secret, and reads it once for each environment.
    ```python file="app.py"
    import os

    import boto3
    import requests

    secrets = boto3.client("secretsmanager")
    api_key = secrets.get_secret_value(SecretId=os.environ["API_KEY_SECRET"])["SecretString"]


    def handler(event, context):
        answer = requests.get("https://api.shop.net/rates", headers={"x-api-key": api_key}, timeout=3)
        return answer.json()
    ```

    Names, placeholders and words are no secrets.
    ```python file="app.py"
    import os

    SECRET_NAME = "prod/shop/database-2"
    TOKEN_URL = "https://login.shop.net/oauth2/v2/token"
    PASSWORD = os.environ.get("PASSWORD", "change-me-1")
    API_KEY = "<your api key>"
    next_token = "a8f0-11cd-9e2b"
    ```

    ## When not to fix
    The text only looks like a secret, such as a public key or a token that everybody gets.

    ## See also
    LAM816 hardcoded-aws-credentials. AWS: "Use Secrets Manager secrets in Lambda functions".
    """
    for module in project.concerned:
        for secret in hardcoded_secrets(module):
            yield Finding(
                f"{secret.what} stands in the code, where everybody who can read it has it; keep it in Secrets Manager "
                "or Parameter Store, and read it when the environment starts",
                secret.span,
            )
