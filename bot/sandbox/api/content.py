"""What a message says: text, blocks and metadata, checked before anything is posted."""

import re
from dataclasses import dataclass

from bot.sandbox.api.call import Call
from bot.sandbox.api.desk import Desk
from bot.sandbox.api.errors import ApiError, invalid_blocks
from bot.sandbox.blockkit import check_message_blocks, text_length, with_ids
from bot.sandbox.blockkit.check import MESSAGE_CHARACTERS
from bot.sandbox.wire import JsonObject

TEXT_LIMIT = 40_000
METADATA_LIMIT = 8_000
_ENTITY = re.compile(r"&(?:amp|lt|gt);|<(?:[@#!][^<>]+|(?:https?|mailto|tel|slack):[^<>\s][^<>]*)>|[&<>]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True, slots=True)
class Content:
    """A message's words. `blocks` None means that none were sent, an empty tuple that they are to go."""

    text: str | None
    blocks: tuple[JsonObject, ...] | None
    metadata: JsonObject | None = None


def settle_text(text: str) -> str:
    """Text as Slack keeps it: `&`, `<` and `>` that begin no control sequence are escaped.

    Source: https://docs.slack.dev/messaging/formatting-message-text.
    """
    return _ENTITY.sub(lambda match: _ESCAPES.get(match.group(), match.group()), text)


def read_content(desk: Desk, call: Call) -> Content:
    """The content of a call; refuses text over 40,000, blocks that break a rule and metadata of another shape."""
    blocks = read_blocks(desk, call.structure("blocks", "invalid_blocks_format"))
    text = call.args.get("text")
    if text is not None:
        text = settle_text(str(text))
        if len(text) > TEXT_LIMIT:
            raise ApiError("msg_too_long")
    return Content(text, blocks, _metadata(call))


def read_blocks(desk: Desk, blocks: object) -> tuple[JsonObject, ...] | None:
    """Checked blocks with ids filled in; None when none were sent."""
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    findings = check_message_blocks(blocks, desk.file_known)
    if findings:
        raise invalid_blocks(findings)
    if text_length(blocks) > MESSAGE_CHARACTERS:
        raise ApiError("msg_blocks_too_long")
    return with_ids(blocks, lambda: desk.workspace.mint.secret(5))


def _metadata(call: Call) -> JsonObject | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise ApiError("invalid_metadata_schema")
    if not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_schema")
    if len(str(metadata)) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    return metadata
