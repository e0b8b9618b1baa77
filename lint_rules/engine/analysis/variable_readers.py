"""Who reads environment variables of which the code does not write the names."""

from __future__ import annotations

READERS = frozenset({"pydantic", "langchain", "strands", "subprocess", "importlib", "ctypes", "runpy"})
"""Packages that read variables by names that the code does not write, or run what is not here."""

OF_LIBRARIES = (
    *("POWERTOOLS_", "OTEL_", "DD_", "NEW_RELIC_", "SENTRY_", "PYTHON", "LOG_LEVEL", "LUMIGO_", "EPSAGON_"),
    *("NODE_", "LD_", "JAVA_", "PARAMETERS_", "SECRETS_", "POWERTOOLS", "LANG", "MPL", "HF_"),
    *("TRANSFORMERS_", "OPENSSL_", "GIT_", "FONTCONFIG_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "NO_PROXY"),
    *("XDG_", "MPLCONFIGDIR", "NUMBA_"),
)  # fmt: skip
"""What variables begin with that libraries and programs read by themselves."""
