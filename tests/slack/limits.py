"""Slack's limits, checked three ways: by the SDK's own models, by the sandbox's rules, and by the numbers themselves."""

import json
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.sandbox.blockkit import check_message_blocks
from bot.sandbox.blockkit.check import check_view
from bot.slack.blocks import Message

MOST_TOGETHER = 12_000


def check_message(message: Message) -> None:
    """Fails with what Slack would refuse."""
    blocks = list(message.blocks)
    assert message.text.strip()
    assert not set("<>") & set(message.text), "a phone shows no links and no mentions"
    check_mrkdwn(message.text)
    assert len(message.text.encode("utf-16-le")) // 2 <= 120
    assert len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) <= MOST_TOGETHER
    assert [str(each) for each in check_message_blocks(blocks, lambda _: True)] == []
    for block in Block.parse_all(blocks):
        block.to_dict()
    _check_texts(blocks)
    assert len(message.without_blocks) <= 3000


def check_modal(view: dict[str, Any]) -> None:
    """The same for a modal."""
    assert len(view["blocks"]) <= 100
    assert len(json.dumps(view, ensure_ascii=False)) <= MOST_TOGETHER + 4000
    assert [str(each) for each in check_view(view, lambda _: True)] == []
    View(**view).to_dict()
    _check_texts(view["blocks"])


def _check_texts(value: Any) -> None:
    """No mrkdwn with a bare sign, nothing empty, nothing that pings but a person's mention of ours."""
    if isinstance(value, list):
        for each in value:
            _check_texts(each)
    elif isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            check_mrkdwn(value["text"])
        for each in value.values():
            _check_texts(each)


def check_mrkdwn(text: str) -> None:
    assert text.strip()
    assert len(text.encode("utf-16-le")) // 2 <= 3000
    rest = text
    while "<" in rest:
        before, _, after = rest.partition("<")
        inside, closing, rest = after.partition(">")
        assert ">" not in before
        assert closing, "an angle bracket that nobody closes"
        assert inside.startswith(("@U", "@W", "http://", "https://", "!date^")), (
            f"a control sequence of somebody else: {inside[:40]}"
        )
        assert "<" not in inside
    assert ">" not in rest
    for part in text.split("&")[1:]:
        assert part.startswith(("amp;", "lt;", "gt;")), "a bare ampersand"
