"""SNS as an event source: what a function gets of a message, and what happens to what cannot be delivered.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html (2026-11)
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html (2026-11)
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from course.cloud.sources.delivery import Deliveries, Delivery, Failure, Terms

PRINCIPAL = "sns.amazonaws.com"


def wait(retry: int, chance: random.Random) -> float:
    """Seconds before a retry: three at once, two after a second, ten from 1 to 20 seconds, the rest after 20."""
    if retry <= 3:
        return 0.0
    if retry <= 5:
        return 1.0
    return float(20.0 ** min((retry - 5) / 10, 1.0))


TERMS = Terms(retries=100_015, age=math.inf, wait=wait)
"""Of deliveries to AWS's own services: 100,015 times over 23 days."""


@dataclass(frozen=True)
class Envelope:
    """A message as SNS signs it. `attributes` are as published, binary values in base64."""

    id: str
    topic: str
    subscription: str
    subject: str | None
    message: str
    timestamp: str
    signature_version: str
    signature: str
    certificate: str
    unsubscribe: str
    attributes: Mapping[str, Mapping[str, str]]

    def as_record(self) -> dict[str, Any]:
        """The event of a function."""
        return {
            "Records": [
                {
                    "EventSource": "aws:sns",
                    "EventVersion": "1.0",
                    "EventSubscriptionArn": self.subscription,
                    "Sns": {
                        "Type": "Notification",
                        "MessageId": self.id,
                        "TopicArn": self.topic,
                        "Subject": self.subject,
                        "Message": self.message,
                        "Timestamp": self.timestamp,
                        "SignatureVersion": self.signature_version,
                        "Signature": self.signature,
                        "SigningCertUrl": self.certificate,
                        "UnsubscribeUrl": self.unsubscribe,
                        "MessageAttributes": dict(self.attributes),
                    },
                }
            ]
        }

    def as_message(self) -> dict[str, Any]:
        """The body of a message in a queue."""
        made: dict[str, Any] = {
            "Type": "Notification",
            "MessageId": self.id,
            "TopicArn": self.topic,
        }
        if self.subject:
            made["Subject"] = self.subject
        made |= {
            "Message": self.message,
            "Timestamp": self.timestamp,
            "SignatureVersion": self.signature_version,
            "Signature": self.signature,
            "SigningCertURL": self.certificate,
            "UnsubscribeURL": self.unsubscribe,
        }
        if self.attributes:
            made["MessageAttributes"] = dict(self.attributes)
        return made


class Topics:
    """Told by the store of every message for a function or a queue."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    def publish(
        self,
        envelope: Envelope,
        target: str,
        dead_letter: tuple[str, Callable[[], None]] | None,
        send: Callable[[], None] | None = None,
    ) -> None:
        """Deliver a message. `send` does it for a queue; a function gets the record.

        `dead_letter` is the ARN of a queue for what cannot be delivered, and what puts it there.
        """

        def put(delivery: Delivery, failure: Failure) -> None:
            if dead_letter is not None:
                self._deliveries.hand_over(delivery, *dead_letter)

        self._deliveries.send(
            Delivery(
                id=envelope.id,
                target=target,
                body="" if send else json.dumps(envelope.as_record(), separators=(",", ":")),
                principal=PRINCIPAL,
                source_arn=envelope.topic,
                terms=TERMS,
                send=send,
                dead_letter=put if dead_letter else None,
            )
        )
