"""Which texts look like secrets, and which names promise one.

A name alone says little, so a value must look like something that nobody makes up as an example: of a known form, or
without words and varied enough. Texts that stand for a secret (its name, ARN or address, an example's placeholder) are
none.
"""

from __future__ import annotations

import re
from math import log2

from lint_rules.engine.regex import regex

_FORMS = (
    ("an AWS access key", regex(r"(?:AKIA|ASIA)[A-Z2-7]{16}")),
    ("a GitHub token", regex(r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,}")),
    ("a GitLab token", regex(r"glpat-[A-Za-z0-9_-]{20,}")),
    ("a Slack token", regex(r"xox[abeoprs]-[A-Za-z0-9-]{20,}")),
    ("a Slack webhook", regex(r"https://hooks\.slack\.com/services/T\w{8,}/B\w{8,}/\w{20,}")),
    ("a Stripe key", regex(r"[rs]k_live_[A-Za-z0-9]{20,}")),
    ("a Google API key", regex(r"AIza[A-Za-z0-9_-]{35}")),
    ("a SendGrid key", regex(r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}")),
    ("an npm token", regex(r"npm_[A-Za-z0-9]{36}")),
    ("an OpenAI key", regex(r"sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20}T3BlbkFJ[A-Za-z0-9_-]{20,}")),
    ("an Anthropic key", regex(r"sk-ant-[A-Za-z0-9_-]{32,}")),
    (
        "a private key",
        regex(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{100,}[\s\S]*"),
    ),
)
"""What the texts of issuers look like that can be told by their form alone. Their documentation, November 2026."""

_SECRET_WORDS = frozenset(
    {"password", "passwd", "passphrase", "pwd", "passcode", "secret", "apikey", "token"}
)
_SECRET_PAIRS = regex(
    r"(?:^|_)(?:(?:api|secret|private|signing|encryption|auth|master|session|jwt|hmac)_key|access_key_secret)(?:_|$)"
)
_ABOUT_IT = frozenset({
    *("name", "names", "arn", "arns", "id", "ids", "path", "prefix", "url", "uri", "endpoint", "field", "key_id"),
    *("type", "file", "filename", "parameter", "param", "ref", "reference", "header", "length", "size", "ttl"),
    *("expiry", "expiration", "expires", "timeout", "policy", "version", "stage", "region", "table", "bucket"),
    *("store", "manager", "provider", "location", "label", "title", "message", "error", "regex", "pattern"),
    *("hash", "source", "alias", "count", "limit", "max", "min", "rotation", "days", "enabled", "required", "use"),
    *("validity", "scope", "scopes", "issuer", "audience", "algorithm", "description", "format", "placeholder"),
    *("attr", "attribute", "column", "var", "variable", "env", "lambda", "function", "queue", "topic", "role"),
    *("pagination", "continuation", "page", "next", "start", "max_tokens", "tokens", "tokenizer", "public", "cache"),
    *("delimiter", "separator", "char", "chars", "response", "request", "grant", "username", "user", "host"),
    *("string", "resource", "partition", "hash_key", "sort", "service", "account", "extension", "group", "prompt"),
})  # fmt: skip
"""Words of a name that make it something about a secret, or about tokens of another kind."""

_MADE_UP = regex(
    r"example|sample|dummy|fake|mock|change.?me|replace|placeholder|your|todo|insert|xxx+|\*{3,}|\.\.\.|<|>|\{|\}|\$|%s|"
    r"foobar|redacted|not.?set|undefined|hidden|masked|fixme|tbd|null|here|invalid",
    re.IGNORECASE,
)
_WORDY = regex(
    r"test|\bmy|_my|0000|1234567|abcdef|secret|password|passwd|token|default|localhost|local|none|demo|api.?key|access.?key|"
    r"credential",
    re.IGNORECASE,
)
"""Words that passwords of careless people have, too."""
_ADDRESS = regex(
    r"^[a-z][a-z0-9+.-]*://|^arn:|^/|@.*\.|^\d{1,3}(?:\.\d{1,3}){3}|\.(?:com|org|net|io|json|txt|pem)\b"
)
_WORDS = regex(r"^[A-Za-z]+(?:[-_./: ]?[A-Za-z]+)*\d{0,2}$")
_MARK = regex(r"^(?:[^\w\s]|_)+[A-Z0-9]+(?:[_ -]?[A-Z0-9]+)*(?:[^\w\s]|_)+$")
"""What a program marks places in text with, in capitals between signs, also called a token: `##END##`, `__SEP__`."""
_UUID = regex(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_SECRET_KEY = regex(r"^[A-Za-z0-9/+]{40}$")
_IN_URL = regex(r"^[a-z][a-z0-9+]*://[^\s/:@]+:([^\s/@]{4,})@(.*)")
_ACCESS_KEY = regex(r"^(?:AKIA|ASIA)[A-Z0-9]{16}$")
_HUMP = regex(r"(?<=[a-z0-9])(?=[A-Z])")


def form_of(text: str) -> str | None:
    """What a text is by its form alone, as "a Slack token"; None for any other, and for examples of the form."""
    if len(text) < 20 or "EXAMPLE" in text.upper():
        return None
    found = next((name for name, form in _FORMS if form.fullmatch(text)), None)
    if found is None or _variety(text[4:]) < 2.5 or re.search(r"(.)\1{5}|x{4}|12345678", text, re.IGNORECASE):
        return None
    return found


def promises_secret(name: str) -> bool:
    """Whether a variable, parameter or key of this name holds a secret itself: not its name, ARN or age."""
    plain = _HUMP.sub("_", name).replace("-", "_").replace(" ", "_").lower().strip("_")
    words = plain.split("_")
    if not _ABOUT_IT.isdisjoint(words):
        return False
    return (
        not _SECRET_WORDS.isdisjoint(words) or bool(_SECRET_PAIRS.search(plain)) or plain.endswith("password")
    )


def looks_secret(text: str) -> bool:
    """Whether a text may be a secret: eight characters or more, no words, no address, no placeholder, and varied."""
    if form_of(text):
        return True
    if (
        not 8 <= len(text) <= 200
        or any(part.isspace() for part in text)
        or _MADE_UP.search(text)
        or _ADDRESS.search(text)
        or _WORDS.match(text.strip("_-.*"))
        or _UUID.match(text)
        or _MARK.match(text)
    ):
        return False
    kinds = sum(
        any(map(test, text))
        for test in (str.islower, str.isupper, str.isdigit, lambda each: not each.isalnum())
    )
    digits = sum(map(str.isdigit, text))
    varied = kinds >= 2 and (digits > 0 or not text.isalnum()) and _variety(text) >= 2.75
    return varied and (kinds == 4 or digits > 2 or not _WORDY.search(text))


def is_made_up(text: str) -> bool:
    """Whether a text stands in an example or a test for a secret: empty, short, or in so many words."""
    return len(text) < 4 or bool(_MADE_UP.search(text) or _WORDY.search(text)) or len(set(text)) < 4


def is_access_key(text: str) -> bool:
    """Whether a text has the form of the id of an access key, and is none of AWS's examples.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    return bool(_ACCESS_KEY.match(text)) and not is_made_up(text) and _variety(text[4:]) > 2


def is_secret_access_key(text: str) -> bool:
    """Whether a text has the form of the secret of an access key, and is none of AWS's examples."""
    return (
        bool(_SECRET_KEY.match(text)) and not re.search("example", text, re.IGNORECASE) and _variety(text) > 3
    )


def password_in_url(text: str) -> str | None:
    """What a text is that is a URL with a password in it; None for any other, and for placeholders."""
    found = _IN_URL.match(text)
    if found is None or is_made_up(found[1]) or is_made_up(found[2]) or found[1].startswith(("$", "%", "{")):
        return None
    return "the password in a URL"


def written_secret(name: str, text: str) -> str | None:
    """What a variable of this name holds, where its text is a secret; None where it is none, or may not be."""
    found = form_of(text) or password_in_url(text)
    if found is None and (is_access_key(text) or (promises_secret(name) and looks_secret(text))):
        found = f"`{name}`"
    return found


def _variety(text: str) -> float:
    """Bits for each character, as the text itself has them."""
    counts = [text.count(each) / len(text) for each in {*text}]
    return -sum(share * log2(share) for share in counts)
