"""LAM102."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule

_CONNECTIONS = (
    *("pymysql.connect", "psycopg2.connect", "psycopg.connect", "mysql.connector.connect", "MySQLdb.connect"),
    *("pyodbc.connect", "pg8000.connect", "pg8000.native.Connection", "snowflake.connector.connect"),
    *("psycopg2.pool.SimpleConnectionPool", "sqlalchemy.create_engine", "pymongo.MongoClient"),
    *(
        "redis.Redis",
        "redis.StrictRedis",
        "redis.from_url",
        "redis.Redis.from_url",
        "redis.cluster.RedisCluster",
    ),
    *("mongoengine.connect", "peewee.MySQLDatabase", "peewee.PostgresqlDatabase"),
    *("pymemcache.client.base.Client", "opensearchpy.OpenSearch", "elasticsearch.Elasticsearch"),
    *("requests.Session", "requests.session", "httpx.Client", "urllib3.PoolManager"),
    *("kafka.KafkaProducer", "confluent_kafka.Producer", "neo4j.GraphDatabase.driver", "openai.OpenAI"),
)


@rule(
    "LAM102",
    looks_at=Handler,
    severity="warning",
    since="0.1",
    fix="unsafe",
    triggers=tuple(dict.fromkeys(name.partition(".")[0] for name in _CONNECTIONS)),
)
def connection_init_in_handler(handler: Handler) -> Iterator[Finding]:
    """A connection to a database or an HTTP client is made on every invocation.

    ## Why it matters
    Lambda keeps a module's variables between the invocations of an execution environment. Opening a connection takes
    several round trips and a sign-on, often longer than the query, and a database that meets a burst of invocations
    runs out of connections. Made at module level, it is opened once for each environment.

    ## Bad
    ```python file="app.py"
    import os

    import redis

    def handler(event, context):
        cache = redis.Redis(host=os.environ["CACHE_HOST"])  # expect: connection-init-in-handler
        return cache.get("greeting")
    ```

    ## Fixed
    ```python file="app.py"
    import os

    import redis

    cache = redis.Redis(host=os.environ["CACHE_HOST"])

    def handler(event, context):
        return cache.get("greeting")
    ```

    ## Good
    A password that expires belongs to its connection.
    ```python file="app.py"
    import os

    import boto3
    import pymysql

    rds = boto3.client("rds")

    def handler(event, context):
        token = rds.generate_db_auth_token(DBHostname=os.environ["HOST"], Port=3306, DBUsername="app")
        with pymysql.connect(host=os.environ["HOST"], user="app", password=token) as connection:
            return connection.server_version
    ```

    A connection made when it is first needed is made once.
    ```python file="app.py"
    import os

    import pymongo

    _client = None

    def client():
        global _client
        if _client is None:
            _client = pymongo.MongoClient(os.environ["MONGO"])
        return _client

    def handler(event, context):
        return client().shop.orders.count_documents({})
    ```

    ## When not to fix
    The other side closes idle connections sooner than the next event comes, or the function has SnapStart, whose
    restored environments would share the state of one connection.

    ## See also
    LAM101 client-init-in-handler. AWS: "Using Amazon RDS Proxy"; "Best practices for working with AWS Lambda
    functions".
    """
    if handler.is_custom_resource:
        return
    for call in handler.calls(*_CONNECTIONS):
        if not call.repeats or not call.has_constant_arguments or call.is_entered or call.carries_identity:
            continue
        edits = () if "close" in call.uses else call.hoisted()
        yield Finding(
            f"`{call.code}` connects anew on every invocation; create it once, at module level, and every invocation "
            "of the environment shares it",
            call.span,
            Fix(f"Create it once, at module level: {call.code}", edits, Safety.UNSAFE) if edits else None,
        )
