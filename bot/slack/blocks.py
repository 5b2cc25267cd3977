"""Block Kit from plain values, inside its limits by construction: whoever builds a message here cannot exceed them.

Limits: https://docs.slack.dev/reference/block-kit/blocks. All blocks of a message together stay under 12,000 characters,
because Slack answers `msg_blocks_too_long` somewhat above that and the person would see nothing.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.ids import Action, Callback, Field, Filled, Target, Words, action_id
from bot.slack.text import fit, plain, shorten, size

Block = dict[str, Any]

SECTION_TEXT = 3000
CONTEXT_TEXT = 2000
BUTTON_TEXT = 75
VIEW_LABEL = 24
OPTION_TEXT = 75
LABEL_TEXT = 2000
INPUT_TEXT = 3000
MESSAGE_TEXT = 120
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
ALL_BLOCKS = 12_000


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: `text` is all a phone shows, `blocks` are the message itself."""

    text: str
    blocks: tuple[Block, ...] = ()

    @property
    def without_blocks(self) -> str:
        """The whole message as one mrkdwn text, for when Slack refuses the blocks."""
        texts = [text for block in self.blocks for text in _texts(block)]
        return fit("\n".join(texts).split("\n"), SECTION_TEXT) if texts else self.text


def message(text: str, *blocks: Block | None) -> Message:
    """A message of those blocks that are there. Raises ValueError for one that Slack would refuse as too long."""
    there = tuple(block for block in blocks if block)
    if size(text) > MESSAGE_TEXT:
        raise ValueError(f"a message's text has at most {MESSAGE_TEXT} characters")
    if len(there) > MESSAGE_BLOCKS or weight(there) > ALL_BLOCKS:
        raise ValueError("these blocks are too much for one message")
    return Message(text, there)


def weight(blocks: Iterable[Block]) -> int:
    """Characters of all blocks as they are sent."""
    return len(json.dumps(list(blocks), ensure_ascii=False))


def section(lines: Sequence[str], limit: int = SECTION_TEXT, more: str = "") -> Block | None:
    """A section of whole mrkdwn lines, None for none. What does not fit is counted, and `more` says where it is."""
    said = [line for line in lines if line]
    return {"type": "section", "text": mrkdwn(fit(said, limit, more))} if said else None


def context(lines: Sequence[str], limit: int = CONTEXT_TEXT) -> Block | None:
    """Small grey text, None for none."""
    said = [line for line in lines if line]
    return {"type": "context", "elements": [mrkdwn(fit(said, limit))]} if said else None


def buttons(*elements: Block | None) -> Block | None:
    """A row of buttons, None for none."""
    there = [each for each in elements if each]
    return {"type": "actions", "elements": there[:25]} if there else None


def button(label: str, action: Action, target: Target, *, style: str = "", confirm: Block | None = None) -> Block:
    """A button that carries its target."""
    made: Block = {
        "type": "button",
        "text": words(label, BUTTON_TEXT),
        "action_id": action_id(action, target),
        "value": target.packed(),
    }
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def word_button(label: str, action: Action, number: int, words_of: Words | Filled) -> Block:
    """A button that carries words that somebody typed. Raises ValueError where they do not fit into it."""
    return {
        "type": "button",
        "text": words(label, BUTTON_TEXT),
        "action_id": f"{action}.{number}",
        "value": words_of.packed(),
    }


def confirmation(title: str, text: str, yes: str, no: str) -> Block:
    """Asks before a button does what cannot be undone."""
    return {
        "title": words(title, 100),
        "text": {"type": "plain_text", "text": shorten(text, 300)},
        "confirm": words(yes, 30),
        "deny": words(no, 30),
        "style": "danger",
    }


def mrkdwn(text: str) -> Block:
    """Text that is safe already. `verbatim` keeps Slack from making links and pings out of bare words."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def words(text: str, limit: int) -> Block:
    """Text in which nothing is parsed."""
    return {"type": "plain_text", "text": plain(text, limit), "emoji": False}


def modal(
    title: str, blocks: Sequence[Block | None], *, callback: Callback, close: str, submit: str = "", metadata: str = ""
) -> Block:
    """A modal. More than 100 blocks, or more text than Slack takes, is refused with ValueError."""
    there = [block for block in blocks if block]
    if len(there) > VIEW_BLOCKS or weight(there) > ALL_BLOCKS:
        raise ValueError("these blocks are too much for one modal")
    made: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": words(title, VIEW_LABEL),
        "close": words(close, VIEW_LABEL),
        "blocks": there,
    }
    if submit:
        made["submit"] = words(submit, VIEW_LABEL)
    if metadata:
        made["private_metadata"] = metadata
    return made


def text_input(
    field: Field,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    placeholder: str = "",
    optional: bool = False,
    lines: bool = False,
) -> Block:
    """One line to type into, or several."""
    element: Block = {"type": "plain_text_input", "action_id": field, "multiline": lines, "max_length": INPUT_TEXT}
    if initial:
        element["initial_value"] = plain(initial, INPUT_TEXT)
    if placeholder:
        element["placeholder"] = words(placeholder, 150)
    return _input(field, label, element, hint, optional)


def choice(
    field: Field, label: str, options: Mapping[str, str], *, initial: str = "", hint: str = "", optional: bool = False
) -> Block:
    """One of several: `options` are labels by value."""
    made = {value: {"text": words(text, OPTION_TEXT), "value": value} for value, text in options.items()}
    element: Block = {"type": "static_select", "action_id": field, "options": list(made.values())}
    if initial in made:
        element["initial_option"] = made[initial]
    return _input(field, label, element, hint, optional)


def _input(field: Field, label: str, element: Block, hint: str, optional: bool) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field,
        "label": words(label, LABEL_TEXT),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = words(hint, LABEL_TEXT)
    return block


def _texts(block: Block) -> Iterable[str]:
    if block["type"] == "section":
        yield block["text"]["text"]
    elif block["type"] == "context":
        yield from (element["text"] for element in block["elements"])
