"""Messages and modals as lines, the way a person reads them, for snapshots."""

from typing import Any

from bot.slack.blocks import Message


def as_read(message: Message) -> str:
    """What a phone shows, a rule, and the message."""
    return "\n".join([message.text, "---", *(line for block in message.blocks for line in _lines(block))])


def modal_as_read(view: dict[str, Any]) -> str:
    """Title, blocks, and the buttons at the bottom."""
    ends = [view[name]["text"] for name in ("submit", "close") if name in view]
    blocks = [line for block in view["blocks"] for line in _lines(block)]
    return "\n".join([f"# {view['title']['text']}", *blocks, " ".join(f"[{each}]" for each in ends)])


def _lines(block: dict[str, Any]) -> list[str]:
    match block["type"]:
        case "section":
            return str(block["text"]["text"]).split("\n")
        case "context":
            return [f"({each['text']})" for each in block["elements"]]
        case "actions":
            return [" ".join(f"[{each['text']['text']}]" for each in block["elements"])]
        case "input":
            needed = "" if block.get("optional") else " *"
            return [f"{block['label']['text']}{needed}: {_initial(block['element'])}"]
        case kind:
            return [kind]


def _initial(element: dict[str, Any]) -> str:
    chosen = element.get("initial_option") or {}
    return str(element.get("initial_value") or chosen.get("value") or "")
