"""What one IAM decision costs, over five statements with wildcards, a variable and conditions.

    python benchmarks/iam.py [--rounds 5]

The bound is 100 microseconds a decision. Compiling the policies, which happens once, is shown beside it.
"""

from __future__ import annotations

import argparse
import time
from statistics import median

from lint_rules import AccessRequest, PolicySet, Principal, evaluate, parse_policy

BOUND = 100.0
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "arn:aws:logs:*:*:*",
        },
        {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": ["arn:aws:s3:::uploads/*"]},
        {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::home/${aws:PrincipalTag/team}/*",
        },
        {
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:Query"],
            "Resource": f"{TABLE}*",
            "Condition": {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/team}#*"]}
            },
        },
        {
            "Effect": "Deny",
            "NotAction": "sts:*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
        },
    ],
}
CALLER = Principal.of("arn:aws:sts::111122223333:assumed-role/app/one")
CONTEXT = {
    "aws:PrincipalTag/team": "red",
    "aws:RequestedRegion": "eu-west-1",
    "aws:SourceIp": "203.0.113.7",
    "aws:CurrentTime": "2026-11-28T12:00:00Z",
    "dynamodb:LeadingKeys": ["red#1"],
}
REQUESTS = {
    "allowed": AccessRequest(CALLER, "dynamodb:PutItem", TABLE, CONTEXT),
    "denied, nothing allows": AccessRequest(CALLER, "dynamodb:DeleteItem", TABLE, CONTEXT),
    "denied by a variable": AccessRequest(CALLER, "s3:PutObject", "arn:aws:s3:::home/blue/x", CONTEXT),
    "denied by a condition": AccessRequest(
        CALLER, "dynamodb:PutItem", TABLE, {**CONTEXT, "aws:RequestedRegion": "us-east-1"}
    ),
}


def microseconds(work, times: int) -> float:
    """The mean of `times` runs, in microseconds of CPU."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    policies = PolicySet(identity=(parse_policy(DOCUMENT),))
    print(
        f"compiling: {median(microseconds(lambda: parse_policy(DOCUMENT), 500) for _ in range(rounds)):6.1f} us"
    )
    for name, request in REQUESTS.items():
        cost = median(microseconds(lambda r=request: evaluate(r, policies), 5000) for _ in range(rounds))
        verdict = "ok" if cost <= BOUND else f"over {BOUND:g} us"
        print(f"{name:24} {cost:6.1f} us  {verdict}  {evaluate(request, policies).reason}")


if __name__ == "__main__":
    main()
