"""The form in which Slack gives blocks back: ids filled in, and each text told whether it has emoji or is verbatim."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.blockkit.elements import ELEMENTS
from bot.sandbox.wire import JsonObject

_WITHOUT_ACTION = {"image"}


def with_ids(blocks: list[JsonObject], new_id: Callable[[], str]) -> tuple[JsonObject, ...]:
    """A deep copy of the (valid) blocks with every missing `block_id` and `action_id` minted by `new_id`."""
    settled = []
    for block in blocks:
        copy = _settle(block, new_id)
        if not copy.get("block_id"):
            copy["block_id"] = new_id()
        settled.append(copy)
    return tuple(settled)


def _settle(value: Any, new_id: Callable[[], str]) -> Any:
    if isinstance(value, list):
        return [_settle(item, new_id) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {name: _settle(part, new_id) for name, part in value.items() if part is not None}
    kind = copy.get("type")
    if kind == "plain_text":
        copy.setdefault("emoji", True)
    elif kind == "mrkdwn":
        copy.setdefault("verbatim", False)
    elif kind in ELEMENTS and kind not in _WITHOUT_ACTION and not copy.get("action_id"):
        copy["action_id"] = new_id()
    return copy
