"""Block Kit written short, for tests."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "words", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(action_id: str = "go", text: str = "Go", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(value: str, text: str | None = None) -> Json:
    return {"text": plain(text or value), "value": value}


def select(action_id: str = "pick", *values: str, **more: Any) -> Json:
    options = [option(value) for value in values or ("a", "b")]
    return {"type": "static_select", "action_id": action_id, "options": options, **more}


def text_input(block_id: str = "why", action_id: str = "reason", *, optional: bool = False, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("Why"),
        "optional": optional,
        "element": {"type": "plain_text_input", "action_id": action_id, **more},
    }


def input_block(block_id: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **more}


def confirm(**more: Any) -> Json:
    return {"title": plain("Sure?"), "text": mrkdwn("Really"), "confirm": plain("Yes"), "deny": plain("No"), **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("A form"),
        "submit": plain("Send"),
        "blocks": list(blocks) or [text_input()],
        **more,
    }
