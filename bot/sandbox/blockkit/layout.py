"""Blocks, one line of the table each, and where they may stand (docs.slack.dev/reference/block-kit/blocks)."""

from collections.abc import Callable, Mapping

from bot.sandbox.blockkit.elements import ELEMENTS, IN_ACTIONS, IN_INPUT, IN_SECTION
from bot.sandbox.blockkit.objects import SLACK_FILE, any_text, plain_text
from bot.sandbox.blockkit.rules import (
    Findings,
    Rule,
    anything,
    array,
    at_least_one,
    by_type,
    choice,
    exactly_one,
    flag,
    record,
    string,
    unique_block_id,
    url,
)
from bot.sandbox.wire import JsonObject

BLOCK_ID = 255
SECTION_TEXT, FIELDS, FIELD_TEXT = 3000, 10, 2000
HEADER_TEXT = 150
MARKDOWN_TEXT = 12_000
ACTIONS, CONTEXT_ITEMS, CONTEXT_ACTIONS = 25, 10, 5
TABLE_ROWS, TABLE_COLUMNS = 100, 20
CONTEXT_TEXT = 2000

Whole = Callable[[JsonObject, str, Findings], None]

_BLOCK: Mapping[str, Rule] = {"block_id": string(BLOCK_ID)}


def _block(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None, *also: Whole) -> Rule:
    return record(required, {**_BLOCK, **(optional or {})}, unique_block_id, *also)


_rich_text = record({"elements": array(record({"elements": array(anything, 10_000, 0)}, {
    "style": anything, "indent": anything, "offset": anything, "border": anything, "language": anything,
}), 1000)}, _BLOCK, unique_block_id)  # fmt: skip

_PROGRESS = choice("pending", "in_progress", "complete", "error")
TASK_CARD = _block(
    {"task_id": string(255, 1), "title": string(HEADER_TEXT, 1), "status": _PROGRESS},
    {"details": _rich_text, "output": _rich_text, "sources": array(anything, 20, 0)},
)
_CELL = by_type(
    {
        "raw_text": record({"text": string(SECTION_TEXT, 1)}),
        "raw_number": record({"value": anything}, {"text": string(SECTION_TEXT, 1)}),
        "rich_text": _rich_text,
    }
)
_COLUMN = record({}, {"align": choice("left", "center", "right"), "is_wrapped": flag})

BLOCKS: Mapping[str, Rule] = {
    "section": _block(
        {},
        {
            "text": any_text(SECTION_TEXT),
            "fields": array(any_text(FIELD_TEXT), FIELDS),
            "accessory": by_type(ELEMENTS, IN_SECTION),
            "expand": flag,
        },
        at_least_one("text", "fields"),
    ),
    "divider": _block({}),
    "header": _block({"text": plain_text(HEADER_TEXT)}),
    "image": _block(
        {"alt_text": string(2000)},
        {"image_url": url(), "slack_file": SLACK_FILE, "title": plain_text(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "context": _block(
        {
            "elements": array(
                by_type(
                    {"image": ELEMENTS["image"], "plain_text": any_text(CONTEXT_TEXT), "mrkdwn": any_text(CONTEXT_TEXT)}
                ),
                CONTEXT_ITEMS,
            )
        }
    ),
    "actions": _block({"elements": array(by_type(ELEMENTS, IN_ACTIONS), ACTIONS)}),
    "context_actions": _block(
        {"elements": array(by_type(ELEMENTS, {"feedback_buttons", "icon_button"}), CONTEXT_ACTIONS)}
    ),
    "input": _block(
        {"label": plain_text(2000), "element": by_type(ELEMENTS, IN_INPUT)},
        {"hint": plain_text(2000), "optional": flag, "dispatch_action": flag},
    ),
    "markdown": _block({"text": string(MARKDOWN_TEXT, 1)}),
    "rich_text": _rich_text,
    "table": _block(
        {"rows": array(array(_CELL, TABLE_COLUMNS), TABLE_ROWS)},
        {"column_settings": array(_COLUMN, TABLE_COLUMNS, 0)},
    ),
    "task_card": TASK_CARD,
    "plan": _block({"title": string(HEADER_TEXT, 1)}, {"tasks": array(by_type({"task_card": TASK_CARD}), 50, 0)}),
}

_EVERYWHERE = {"section", "divider", "header", "image", "context", "actions", "input", "rich_text"}
SURFACES: Mapping[str, frozenset[str]] = {
    "message": frozenset(_EVERYWHERE | {"markdown", "table", "context_actions", "task_card", "plan"}),
    "modal": frozenset(_EVERYWHERE),
    "home": frozenset(_EVERYWHERE),
}
