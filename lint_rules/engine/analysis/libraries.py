"""Libraries that call AWS for those who use them, and what they send.

Powertools for AWS Lambda is known in full: https://docs.powertools.aws.dev/lambda/python/latest/. Of others it is
known that they call AWS, not what.
"""

from __future__ import annotations

import ast
import sys

from lint_rules.engine.analysis.arguments import literal, positional
from lint_rules.engine.analysis.aws_call import AwsCall
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.known import Session
from lint_rules.engine.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.interpreter import Interpreter


class Sends(NamedTuple):
    """What a function sends. `given` names for a parameter the argument that fills it and its place."""

    service: str
    operations: tuple[str, ...]
    given: tuple[tuple[str, str, int], ...] = ()


_POWERTOOLS = "aws_lambda_powertools.utilities."
_PARAMETERS = _POWERTOOLS + "parameters."
_NAME = (("Name", "name", 0),)
_SECRET = (("SecretId", "name", 0),)
_TABLE = (("TableName", "table_name", 0),)
_GET_PARAMETER = Sends("ssm", ("GetParameter",), _NAME)
_GET_PARAMETERS = Sends("ssm", ("GetParametersByPath",), (("Path", "path", 0),))
_BY_NAME = Sends("ssm", ("GetParameters",))
_GET_SECRET = Sends("secretsmanager", ("GetSecretValue",), _SECRET)
_CONFIG = Sends("appconfigdata", ("StartConfigurationSession", "GetLatestConfiguration"))
_ITEMS = Sends("dynamodb", ("GetItem", "PutItem", "UpdateItem", "DeleteItem"), _TABLE)

_SENDS: dict[str, Sends] = {
    _PARAMETERS + "get_parameter": _GET_PARAMETER,
    _PARAMETERS + "get_parameters": _GET_PARAMETERS,
    _PARAMETERS + "get_parameters_by_name": _BY_NAME,
    _PARAMETERS + "set_parameter": Sends("ssm", ("PutParameter",), _NAME),
    _PARAMETERS + "get_secret": _GET_SECRET,
    _PARAMETERS + "set_secret": Sends("secretsmanager", ("PutSecretValue",), _SECRET),
    _PARAMETERS + "get_app_config": _CONFIG,
    _PARAMETERS + "SSMProvider().get": _GET_PARAMETER,
    _PARAMETERS + "SSMProvider().get_multiple": _GET_PARAMETERS,
    _PARAMETERS + "SSMProvider().get_parameters_by_name": _BY_NAME,
    _PARAMETERS + "SSMProvider().set": Sends("ssm", ("PutParameter",), _NAME),
    _PARAMETERS + "SecretsProvider().get": _GET_SECRET,
    _PARAMETERS + "SecretsProvider().set": Sends("secretsmanager", ("PutSecretValue",), _SECRET),
    _PARAMETERS + "AppConfigProvider().get": _CONFIG,
    _PARAMETERS + "DynamoDBProvider().get": Sends("dynamodb", ("GetItem",)),
    _PARAMETERS + "DynamoDBProvider().get_multiple": Sends("dynamodb", ("Query",)),
    _POWERTOOLS + "idempotency.DynamoDBPersistenceLayer": _ITEMS,
    _POWERTOOLS + "idempotency.persistence.dynamodb.DynamoDBPersistenceLayer": _ITEMS,
    _POWERTOOLS + "feature_flags.AppConfigStore": _CONFIG,
    _POWERTOOLS + "feature_flags.appconfig.AppConfigStore": _CONFIG,
    "aws_secretsmanager_caching.SecretCache().get_secret_string": Sends(
        "secretsmanager", ("DescribeSecret", "GetSecretValue"), (("SecretId", "secret_id", 0),)
    ),
    "aws_secretsmanager_caching.SecretCache().get_secret_binary": Sends(
        "secretsmanager", ("DescribeSecret", "GetSecretValue"), (("SecretId", "secret_id", 0),)
    ),
}
_MODULES = ("ssm", "secrets", "appconfig", "dynamodb")
"""Modules of `parameters` in which the same names stand."""

_QUIET = frozenset({
    *("aioboto3", "aiobotocore", "aws_secretsmanager_caching", "bs4", "cachetools", "cfnresponse", "dotenv", "fastapi"),
    *("faker", "feedparser", "flask", "httpx", "jinja2", "loguru", "lxml", "mangum", "markupsafe", "marshmallow"),
    *("mysql", "openai", "openpyxl", "orjson", "pg8000", "phonenumbers", "pkg_resources", "psycopg", "pydantic_core"),
    *("pydantic_settings", "pymongo", "pynacl", "pyodbc", "pypdf", "pytest", "slack_sdk", "starlette", "stripe"),
    *("structlog", "tenacity", "twilio", "tzlocal", "ujson", "ulid", "validators", "websocket", "werkzeug", "wrapt"),
    *("xmltodict", "zoneinfo", "confluent_kafka", "kafka", "paramiko", "Crypto", "nacl", "opentelemetry", "datadog"),
    *("datadog_lambda", "ddtrace", "pycurl", "qrcode", "reportlab", "textblob", "nltk", "sklearn", "scipy"),
})  # fmt: skip
"""Packages that do not call AWS."""

_TYPES = ("mypy_boto3", "types_")

AGENTS: dict[str, tuple[str, ...]] = {
    "opensearchpy": ("es:ESHttp*", "aoss"),
    "elasticsearch": ("es:ESHttp*",),
    "requests_aws4auth": ("execute-api", "es:ESHttp*", "aoss", "appsync", "lambda"),
    "aws_requests_auth": ("execute-api", "es:ESHttp*", "aoss", "appsync"),
    "requests_auth_aws_sigv4": ("execute-api", "es:ESHttp*", "aoss", "appsync"),
    "botocore.auth": ("execute-api", "es:ESHttp*", "aoss", "appsync", "lambda", "bedrock", "neptune-db"),
    "botocore.awsrequest": (
        "execute-api",
        "es:ESHttp*",
        "aoss",
        "appsync",
        "lambda",
        "bedrock",
        "neptune-db",
    ),
    "awswrangler": ("s3", "glue", "athena", "redshift-data", "dynamodb", "timestream", "kms"),
    "s3fs": ("s3", "kms"),
    "smart_open": ("s3", "kms"),
    "pynamodb": ("dynamodb",),
    "pandas": ("s3",),
    "pyathena": ("athena", "glue", "s3"),
    "redshift_connector": ("redshift", "redshift-serverless"),
    "sagemaker": ("sagemaker", "s3", "iam", "ecr"),
    "langchain": ("bedrock",),
    "langchain_aws": ("bedrock", "bedrock-agentcore", "dynamodb", "s3", "kendra"),
    "langchain_community": ("bedrock", "dynamodb", "s3", "kendra", "es:ESHttp*", "aoss", "sagemaker"),
    "llama_index": ("bedrock", "s3"),
    "strands": ("bedrock", "bedrock-agentcore"),
    "strands_tools": ("bedrock", "s3", "lambda"),
    "litellm": ("bedrock", "sagemaker"),
    "anthropic": ("bedrock",),
    "instructor": ("bedrock",),
    "aws_msk_iam_sasl_signer": ("kafka-cluster", "kafka"),
    "aws_encryption_sdk": ("kms",),
    "dynamodb_encryption_sdk": ("kms", "dynamodb"),
    "aws_durable_execution_sdk_python": ("lambda",),
    "aurora_dsql_psycopg": ("dsql",),
    "gremlin_python": ("neptune-db",),
    "gql": ("appsync",),
    "chalice": ("s3", "sqs", "sns"),
    "crhelper": ("lambda", "events", "logs"),
    "cfn_tools": (),
    "watchtower": ("logs",),
    "amazon_transcribe": ("transcribe",),
    "pydeequ": ("glue", "s3"),
    "subprocess": ("*",),
    "aws_cdk": (),
}
"""Packages that call these services by themselves, by the prefixes of their actions or patterns of them; "*" for
any."""

VENDORED = frozenset({
    *("attr", "attrs", "aws_lambda_powertools", "aws_xray_sdk", "boto3", "botocore", "certifi", "cffi", "chardet"),
    *("charset_normalizer", "cryptography", "dateutil", "ecdsa", "idna", "jmespath", "jose", "jsonschema", "jwt"),
    *("numpy", "opensearchpy", "elasticsearch", "pandas", "pika", "PIL", "psycopg2", "pyasn1", "pydantic", "pymysql"),
    *("pytz", "redis", "requests", "requests_aws4auth", "rsa", "s3transfer", "setuptools", "simplejson", "six"),
    *("sqlalchemy", "typing_extensions", "urllib3", "wrapt", "yaml", "aiohttp", "crhelper", "strands", "langchain"),
})  # fmt: skip
"""Packages of others that are often copied beside the code; they are known by name, not by their code."""


def calls_of(run: Interpreter, dotted: str, call: ast.Call, scope: Scope) -> None:
    """Note what a function of a library sends."""
    if not dotted.startswith(("aws_lambda_powertools.", "aws_secretsmanager_caching.")):
        return
    for module in _MODULES:
        dotted = dotted.replace(f"{_PARAMETERS}{module}.", _PARAMETERS)
    found = _SENDS.get(dotted)
    if found is None:
        return
    given: dict[str, Any] = {}
    for parameter, argument, place in found.given:
        value = positional(run, call, scope, place, argument)
        if value is not None:
            given[parameter] = value
    own = True
    for keyword in call.keywords:
        if keyword.arg == "boto3_session":
            sessions = [s for s in run.values(keyword.value, scope) if isinstance(s, Session)]
            own = all(session.own for session in sessions)
        elif keyword.arg == "max_age" and isinstance(keyword.value, ast.Constant):
            literal(run, keyword.value, scope)
    for operation in found.operations:
        noted = AwsCall(found.service, operation, given, True, "high", own, "powertools", call, scope)
        run.calls.note(noted)


def is_known(first: str) -> bool:
    """Whether packages whose names begin so are known, as such that call AWS or that do not."""
    return first in VENDORED or first in AGENTS or first in _QUIET or first.startswith(_TYPES)


def agents(imports: frozenset[str]) -> frozenset[str]:
    """The prefixes of services, or patterns of actions, that imported packages, by dotted name, call by themselves; "*"
    where a package is not known."""
    found: set[str] = set()
    for package, prefixes in AGENTS.items():
        if any(name == package or name.startswith(package + ".") for name in imports):
            found.update(prefixes)
    for top in {name.partition(".")[0] for name in imports}:
        if top not in sys.stdlib_module_names and not is_known(top):
            found.add("*")
    return frozenset(found)
