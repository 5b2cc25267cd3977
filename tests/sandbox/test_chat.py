"""Posting, editing and deleting, with Slack's SDK as the caller."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SandboxServer


async def test_a_posted_message_stands_in_the_channel(server: SandboxServer, slack: AsyncWebClient, incident: str) -> None:
    answer = await slack.chat_postMessage(channel=incident, text="Looking at *INC-123*")

    message = server.workspace.message(incident, answer["ts"])
    assert message.text == "Looking at *INC-123*"
    assert answer["message"]["bot_id"] == server.workspace.app.bot_id
