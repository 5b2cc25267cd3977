"""Bodies of requests and answers without secrets, for keeping. What was JSON is JSON afterwards.

A secret is known by the words around it, and those of a body are JSON's own: read as plain text, `"token=", "next": 1` is a
secret that goes on to the end of the line, and an answer that cannot be read is paid for again. So each text in it is read by
itself, also where it is JSON once more (the arguments of a tool call), and a text under a key that names a secret is one.
"""

import json
from functools import lru_cache
from typing import Any

from orchestrator.redaction import redact

HIDDEN = "<secret>"
_PROBE = "Zq8vK2mX9pLw4RtY"


def without_secrets(body: str) -> str:
    """The body with every secret in it hidden; byte for byte the same where there is none."""
    try:
        told = json.loads(body)
        if not isinstance(told, dict | list):
            return redact(body)
        clean = _clean(told)
        return body if clean == told else json.dumps(clean, ensure_ascii=False)
    except (ValueError, RecursionError):
        return redact(body)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {redact(key): _under(key, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return _text(value) if isinstance(value, str) else value


def _under(key: str, value: Any) -> Any:
    return HIDDEN if isinstance(value, str) and value and _names_a_secret(key) else _clean(value)


def _text(text: str) -> str:
    return without_secrets(text) if text[:1] in ("{", "[") else redact(text)


@lru_cache(maxsize=1024)
def _names_a_secret(key: str) -> bool:
    return _PROBE not in redact(f"{key}={_PROBE}")
