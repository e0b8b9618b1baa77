"""Fixes of Python code keep line ends, indentation, comments and cells as they are."""

from __future__ import annotations

import json

import pytest

CLIENT = "client-init-in-handler"
AWAITS = "sequential-awaits"


def notebook(*cells: str) -> str:
    made = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import boto3\r\n\r\n"
            "def handler(event, context):\r\n\ts3 = boto3.client(\r\n\t\t's3',\r\n\t)\r\n\treturn s3\r\n",
            "import boto3\r\n\r\ns3 = boto3.client(\r\n\t's3',\r\n)\r\n\r\n"
            "def handler(event, context):\r\n\treturn s3\r\n",
        ),
        (
            "import boto3\ndef handler(event, context):\n    s3 = boto3.client('ü')  # 日本\n    return s3",
            "import boto3\n\ns3 = boto3.client('ü')  # 日本\n\n\ndef handler(event, context):\n    return s3",
        ),
        (
            "import boto3\nboto3.set_stream_logger('x')\n\n\nasync def handler(event, context):\n"
            "    with event:\n        s3 = boto3.client('s3')\n\n        return s3\n",
            "import boto3\nboto3.set_stream_logger('x')\ns3 = boto3.client('s3')\n\n\n"
            "async def handler(event, context):\n    with event:\n\n        return s3\n",
        ),
        (
            "import boto3\n\n\ndef handler(event, context):\n    a = 1\n\n    # the bucket of orders\n"
            "    s3 = boto3.client('s3')\n    return s3, a\n",
            "import boto3\n\ns3 = boto3.client('s3')\n\n\ndef handler(event, context):\n    a = 1\n\n"
            "    # the bucket of orders\n    return s3, a\n",
        ),
    ],
    ids=["CRLF and tabs", "no final line end", "after set-up calls", "a comment about something else stays"],
)
def test_a_client_moves_and_nothing_else_changes(before, after, fixed):
    assert fixed(before, CLIENT) == {"app.py": after}


@pytest.mark.parametrize(
    "body",
    [
        "s3 = boto3.client('s3')",
        "x = 1; s3 = boto3.client('s3')\n    return s3",
        "s3 = boto3.client('s3'); x = 1\n    return s3",
        "s3: object = boto3.client('s3')\n    return s3",
        "s3 = sqs = boto3.client('s3')\n    return s3",
        "s3 = boto3.client('s3').meta\n    return s3",
        "s3 = boto3.client('s3').get_object(Bucket='b', Key='k')\n    return s3",
        "if event:\n        s3 = boto3.client('s3')\n        return s3",
        "for s3 in event:\n        s3 = boto3.client('s3')\n        return s3",
        "print = boto3.client('s3')\n    return print",
        "late = boto3.client('s3')\n    return late",
        "return boto3.client('s3')",
        "s3 = boto3.client('''s3\n  ''')\n    return s3",
        "def inner():\n        s3 = boto3.client('s3')\n        return s3\n    return inner()",
    ],
)
def test_no_fix_is_offered_where_moving_might_be_wrong(body, fixed, findings):
    code = f"import boto3\n\ndef other():\n    return late\n\ndef handler(event, context):\n    {body}\n"
    assert [name for name, _ in findings(code, CLIENT)] == [CLIENT]
    assert fixed(code, CLIENT) == {"app.py": code}


def test_a_client_moves_within_the_cell_that_writes_its_file(fixed):
    book = notebook(
        "import boto3\n",
        "%%writefile app.py\nimport boto3\n\n\n"
        "def handler(event, context):\n    s3 = boto3.client('ü')\n    return s3\n",
    )
    after = json.loads(fixed({"lab.ipynb": book}, CLIENT)["lab.ipynb"])
    assert [cell["source"] for cell in after["cells"]] == [
        "import boto3\n",
        "%%writefile app.py\nimport boto3\n\ns3 = boto3.client('ü')\n\n\n"
        "def handler(event, context):\n    return s3\n",
    ]


def test_a_client_moves_from_one_cell_to_another(fixed):
    book = notebook(
        "import boto3", "def handler(event, context):\n    s3 = boto3.client('s3')\n    return s3"
    )
    after = json.loads(fixed({"lab.ipynb": book}, CLIENT)["lab.ipynb"])
    assert [cell["source"] for cell in after["cells"]] == [
        "import boto3\n\ns3 = boto3.client('s3')",
        "def handler(event, context):\n    return s3",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from s import get_a, get_b\r\n"
            "async def handler(event, context):\r\n\ta = await get_a('ü')\r\n\tb = await get_b(2)\r\n",
            "import asyncio\r\nfrom s import get_a, get_b\r\nasync def handler(event, context):\r\n"
            "\ta, b = await asyncio.gather(get_a('ü'), get_b(2))\r\n",
        ),
        (
            "from __future__ import annotations\n\n"
            "async def handler(event, context):\n    from s import get_a, get_b\n"
            "    a = await get_a(1)\n    b = await get_b(2)  # both\n    return a, b",
            "from __future__ import annotations\n\nimport asyncio\n\nasync def handler(event, context):\n"
            "    from s import get_a, get_b\n    a, b = await asyncio.gather(get_a(1), get_b(2))  # both\n"
            "    return a, b",
        ),
        (
            "@mark\nasync def handler(event, context):\n    a = await get_a(1)\n    b = await get_b(2)\n",
            "import asyncio\n\n@mark\nasync def handler(event, context):\n"
            "    a, b = await asyncio.gather(get_a(1), get_b(2))\n",
        ),
    ],
    ids=["CRLF and tabs", "after __future__", "before a decorator"],
)
def test_awaits_are_gathered_and_asyncio_is_imported(before, after, fixed):
    assert fixed(before, AWAITS) == {"app.py": after}


@pytest.mark.parametrize(
    "body",
    [
        "a = await get_a(1); b = await get_b(2)",
        "a = await get_a(1)  # why\n    b = await get_b(2)",
        "a = await get_a(1)\n    b = await get_b(  # why\n        2)",
        "a: int = await get_a(1)\n    b = await get_b(2)",
        "(a, c) = await get_a(1)\n    b = await get_b(2)",
        "a = await get_a('''1\n  ''')\n    b = await get_b(2)",
        "asyncio = None\n    a = await get_a(1)\n    b = await get_b(2)",
    ],
)
def test_awaits_stay_where_gathering_would_lose_or_change_something(body, fixed, findings):
    code = f"from s import get_a, get_b\n\nasync def handler(event, context):\n    {body}\n"
    assert [name for name, _ in findings(code, AWAITS)] == [AWAITS]
    assert fixed(code, AWAITS) == {"app.py": code}
