"""The signature under an SNS message: real, with a key made once a process, whose certificate moto serves.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html (2026-11)
"""

from __future__ import annotations

import base64
import threading
from typing import Any

_lock = threading.Lock()
_made: list[tuple[Any, bytes]] = []
NAME = "SimpleNotificationService-6209c161c6221fdf56ec1eb5c821d112.pem"


def sign(members: dict[str, str], version: str) -> str:
    """The signature over the members of a notification, with SHA-1 or, version 2, SHA-256."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    text = "".join(f"{name}\n{members[name]}\n" for name in sorted(members))
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()
    return base64.b64encode(_key()[0].sign(text.encode(), padding.PKCS1v15(), digest)).decode()


def certificate() -> bytes:
    """The certificate of the key, as PEM."""
    return _key()[1]


def _key() -> tuple[Any, bytes]:
    with _lock:
        if not _made:
            _made.append(_make())
        return _made[0]


def _make() -> tuple[Any, bytes]:
    from datetime import datetime, timedelta, timezone

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    begin = datetime(2026, 1, 1, tzinfo=timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    return key, made.public_bytes(serialization.Encoding.PEM)
