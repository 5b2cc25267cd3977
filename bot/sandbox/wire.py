"""What goes over the wire: JSON objects as Slack spells them, and the one way this room writes and reads them."""

import json
from typing import Any

JsonObject = dict[str, Any]


def dumps(value: object) -> str:
    """Write compact JSON, other scripts and emoji as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def loads_object(text: str | bytes) -> JsonObject | None:
    """Read a JSON object; None when the text is no JSON or no object."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def without_none(**fields: Any) -> JsonObject:
    """A JSON object of those fields that have a value: Slack leaves absent fields out rather than sending null."""
    return {key: value for key, value in fields.items() if value is not None}
