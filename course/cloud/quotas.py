"""Lambda's quotas, as one dated table that validation, the engine and the course's reference pages share.

Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, read 2026-11-20. Sizes are
bytes, durations seconds, memory MB (2**20 bytes).
"""

from __future__ import annotations

from typing import Final

AS_OF: Final = "2026-11-20"

FUNCTION_NAME: Final = 64
MEMORY_MIN: Final = 128
MEMORY_MAX: Final = 10_240
MEMORY_DEFAULT: Final = 128
VCPU_MEMORY: Final = 1769
"""What one vCPU comes with. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
TIMEOUT_MIN: Final = 1
TIMEOUT_MAX: Final = 900
TIMEOUT_DEFAULT: Final = 3
INIT_TIMEOUT: Final = 10
EPHEMERAL_STORAGE_MIN: Final = 512
EPHEMERAL_STORAGE_MAX: Final = 10_240
ENVIRONMENT_VARIABLES: Final = 4 * 1024
ZIP_UPLOAD: Final = 50 * 1024 * 1024
CREATE_REQUEST: Final = 70_167_211
UNZIPPED: Final = 262_144_000
LAYERS: Final = 5
SYNC_PAYLOAD: Final = 6 * 1024 * 1024
ASYNC_PAYLOAD: Final = 1024 * 1024
EVENT_ENTRY: Final = 1024 * 1024
"""One entry on an event bus, since 2026-01-29.
https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb"""
RESPONSE_PAYLOAD: Final = 6 * 1024 * 1024
LOG_TAIL: Final = 4 * 1024
LOG_EVENT: Final = 256 * 1024
PROCESSES: Final = 1024
FILE_DESCRIPTORS: Final = 1024
ACCOUNT_CONCURRENCY: Final = 1000
SCALING_RATE: Final = 1000
SCALING_SECONDS: Final = 10
"""Environments by which a function may grow in that many seconds, refilled all the time, never saved up.
https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html"""
UNRESERVED_MIN: Final = 100
"""What reserved and provisioned concurrency must leave of the account's.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""
CODE_STORAGE: Final = 300 * 1024**3
"""What Lambda keeps itself, 75 GB in older texts; the account's own buckets aside (read 2026-11-29).
https://docs.aws.amazon.com/lambda/latest/dg/configuration-self-managed-storage.html"""
TAGS: Final = 50
RESOURCE_POLICY: Final = 20 * 1024
ALIAS_ROUTES: Final = 1
"""Versions to which an alias may send a share, besides its own."""

RESERVED_VARIABLES: Final = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SECRET_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime"""

PYTHON_RUNTIMES: Final = ("python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14")
"""Python runtimes that functions may be created with or updated to.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""

RUNTIMES: Final = (
    *("nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x", "nodejs22.x"),
    *(
        "java25",
        "python3.10",
        "python3.11",
        "java21",
        "ruby3.3",
        "ruby3.4",
        "ruby3.2",
        "python3.8",
        "python3.9",
    ),
    *(
        "java17",
        "nodejs16.x",
        "dotnet10",
        "dotnet8",
        "java11",
        "dotnet6",
        "nodejs18.x",
        "provided.al2",
        "java8.al2",
    ),
)
"""Every runtime that the service names when it is asked for one it does not know, in its order (2026-01-12)."""

BLOCKED_RUNTIMES: Final = (
    *("python2.7", "python3.6", "python3.7", "python3.8", "nodejs12.x", "nodejs14.x", "java8", "ruby2.7"),
    *("dotnetcore3.1", "go1.x", "provided"),
)
"""Runtimes that AWS no longer accepts for creation or update."""
