"""The two questions that the Web API asks of Block Kit: are these blocks right for a message, is this view right?"""

from collections.abc import Callable, Iterator

from bot.sandbox.blockkit.layout import BLOCKS, SURFACES
from bot.sandbox.blockkit.objects import plain_text
from bot.sandbox.blockkit.rules import Finding, Findings, Rule, anything, array, by_type, choice, flag, record, string
from bot.sandbox.wire import JsonObject

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_CHARACTERS = 13_000
"""All text of a message's blocks together; Slack answers `msg_blocks_too_long` beyond about this."""
VIEW_LABEL, PRIVATE_METADATA, CALLBACK_ID = 24, 3000, 255

FileKnown = Callable[[JsonObject], bool]


def check_message_blocks(blocks: object, file_known: FileKnown, pointer: str = "/blocks") -> list[Finding]:
    """What Slack refuses in these blocks of a message; `file_known` says whether a `slack_file` is an image it has."""
    findings = Findings("message")
    _blocks_rule("message", MESSAGE_BLOCKS, 0)(blocks, pointer, findings)
    if isinstance(blocks, list):
        known = [block for block in blocks if isinstance(block, dict)]
        if sum(block.get("type") == "table" for block in known) > 1:
            findings.add(pointer, "only_one_table_allowed")
        _check_files(known, pointer, file_known, findings)
    return findings.found


def check_view(view: object, file_known: FileKnown, pointer: str = "/view") -> list[Finding]:
    """What Slack refuses in this modal or Home tab."""
    kind = view.get("type") if isinstance(view, dict) else None
    surface = kind if isinstance(kind, str) and kind in ("modal", "home") else "modal"
    findings = Findings(surface)
    _view_rule(surface)(view, pointer, findings)
    if isinstance(view, dict) and isinstance(view.get("blocks"), list):
        blocks = [block for block in view["blocks"] if isinstance(block, dict)]
        _check_files(blocks, f"{pointer}/blocks", file_known, findings)
        if surface == "modal" and not view.get("submit") and any(block.get("type") == "input" for block in blocks):
            findings.add(pointer, "missing required field: submit")
    return findings.found


def text_length(blocks: object) -> int:
    """Characters of all text in the blocks, labels and table cells included."""
    return sum(len(text) for text in _texts(blocks))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name == "text" and isinstance(part, str):
                yield part
            else:
                yield from _texts(part)


def _blocks_rule(surface: str, most: int, least: int) -> Rule:
    return array(by_type(BLOCKS, SURFACES[surface]), most, least)


def _view_rule(surface: str) -> Rule:
    common: dict[str, Rule] = {
        "callback_id": string(CALLBACK_ID),
        "private_metadata": string(PRIVATE_METADATA),
        "external_id": string(255),
    }
    required: dict[str, Rule] = {"type": choice("modal", "home"), "blocks": _blocks_rule(surface, VIEW_BLOCKS, 1)}
    if surface == "home":
        return record(required, {**common, "title": anything})
    label = plain_text(VIEW_LABEL)
    return record(
        {**required, "title": label},
        {
            **common,
            "submit": label,
            "close": label,
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    )


def _check_files(blocks: list[JsonObject], pointer: str, file_known: FileKnown, findings: Findings) -> None:
    for index, block in enumerate(blocks):
        spots: list[tuple[str, object]] = [("", block), ("/accessory", block.get("accessory"))]
        elements = block.get("elements")
        if block.get("type") == "context" and isinstance(elements, list):
            spots += [(f"/elements/{number}", element) for number, element in enumerate(elements)]
        for path, holder in spots:
            file = holder.get("slack_file") if isinstance(holder, dict) else None
            if isinstance(file, dict) and not file_known(file):
                findings.add(f"{pointer}/{index}{path}/slack_file", "invalid slack file")
