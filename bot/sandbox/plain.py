"""A message as plain text, for a terminal: blocks line by line, mentions by name, buttons in brackets.

Control characters are taken out: text that came from a log could otherwise move the cursor or recolour the terminal.
"""

import re
from collections.abc import Iterator

from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.state import Workspace

_CONTROL = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SIGNS = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def message_as_text(workspace: Workspace, message: Message) -> str:
    """What a person would read in this message; the blocks if it has any, else its text."""
    lines = [line for block in message.blocks for line in _block(workspace, block)]
    if not lines and message.text:
        lines = [readable(workspace, message.text)]
    for file_id in message.file_ids:
        file = workspace.files.get(file_id)
        if file:
            lines.append(f"[file: {file.title}]")
    return _CONTROL_CHARACTERS.sub("", "\n".join(lines))


def readable(workspace: Workspace, text: str) -> str:
    """Mrkdwn with its control sequences spelled out and its escapes undone."""
    spelled = _CONTROL.sub(lambda match: _spell(workspace, match), text)
    for escaped, sign in _SIGNS:
        spelled = spelled.replace(escaped, sign)
    return spelled


def _spell(workspace: Workspace, match: re.Match[str]) -> str:
    target, label = match.group(1), match.group(2) or ""
    if target.startswith("@"):
        user = workspace.directory.get(target[1:])
        return f"@{user.handle}" if user else label or target
    if target.startswith("#"):
        channel = workspace.channels.get(target[1:])
        return f"#{channel.name if channel else label or target[1:]}"
    if target.startswith("!"):
        return _spell_special(workspace, target[1:], label)
    return f"{label} ({target})" if label else target


def _spell_special(workspace: Workspace, target: str, label: str) -> str:
    kind, _, rest = target.partition("^")
    if kind == "subteam":
        group = workspace.directory.group(rest)
        return f"@{group.handle}" if group else label or target
    return label or target if kind == "date" else f"@{label or target}"


def _block(workspace: Workspace, block: JsonObject) -> Iterator[str]:
    kind = block.get("type")
    if kind == "divider":
        yield "─" * 24
    elif kind == "table":
        for row in block["rows"]:
            yield "  ".join(_cell(cell) for cell in row)
    elif kind == "rich_text":
        yield _cell(block)
    elif kind == "image":
        yield f"[image: {block.get('alt_text', '')}]"
    elif kind == "markdown":
        yield str(block["text"])
    elif kind == "actions":
        yield " ".join(_label(workspace, element) for element in block["elements"])
    else:
        yield from _texts(workspace, block)


def _texts(workspace: Workspace, block: JsonObject) -> Iterator[str]:
    if isinstance(block.get("text"), dict):
        yield readable(workspace, str(block["text"]["text"]))
    for field in block.get("fields") or ():
        yield readable(workspace, str(field["text"]))
    if block.get("type") == "context":
        parts = [readable(workspace, str(part["text"])) for part in block["elements"] if "text" in part]
        yield " · ".join(parts)
    accessory = block.get("accessory")
    if accessory and accessory.get("type") != "image":
        yield _label(workspace, accessory)


def _label(workspace: Workspace, element: JsonObject) -> str:
    words = element.get("text") or element.get("placeholder") or {}
    return f"[{readable(workspace, str(words.get('text', element.get('type', ''))))}]"


def _cell(cell: JsonObject) -> str:
    if isinstance(cell.get("text"), str):
        return str(cell["text"])
    parts = cell.get("elements") or ()
    return "".join(_cell(part) for part in parts) if parts else str(cell.get("value", ""))
