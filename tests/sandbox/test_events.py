"""The Events API: what an app hears that subscribed to everything."""

from dataclasses import replace

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import AppSeed, SandboxServer
from tests.sandbox.conftest import APP, Connect
from tests.sandbox.test_socket import acknowledging


@pytest.fixture
def app_seed() -> AppSeed:
    return replace(APP, events=("app_mention", "message.channels", "message.im", "member_joined_channel"))


async def test_edits_deletions_and_joining_are_events(
    server: SandboxServer, slack: AsyncWebClient, connect: Connect, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    posted = await slack.chat_postMessage(channel=incident, text="x")
    await slack.chat_update(channel=incident, ts=posted["ts"], text="y")
    await slack.chat_delete(channel=incident, ts=posted["ts"])
    server.leave_channel("sre")
    server.invite_app("sre")
    server.archive_channel("sre")
    await server.settle()

    events = [request.payload["event"] for request in seen]
    kinds = sorted((event["type"], event.get("subtype", "")) for event in events)
    assert kinds == [
        ("member_joined_channel", ""),
        ("message", ""),
        ("message", "message_changed"),
        ("message", "message_deleted"),
    ]
    assert {event["channel"] for event in events if event["type"] == "message"} == {incident}


async def test_a_mention_is_a_message_too(server: SandboxServer, connect: Connect, incident: str) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    parent = server.say("ana", incident, "hello")
    server.say("ben", incident, "@compass look", thread_ts=parent.ts)
    await server.settle()

    events = {request.payload["event"]["type"]: request.payload["event"] for request in seen[1:]}
    assert set(events) == {"message", "app_mention"}
    assert events["app_mention"]["thread_ts"] == parent.ts
    assert events["message"]["channel_type"] == "channel"


async def test_words_only_one_person_sees_are_no_event(
    server: SandboxServer, connect: Connect, slack: AsyncWebClient, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    await slack.chat_postEphemeral(channel=incident, user=server.workspace.user("ana").id, text="psst")
    server.leave_channel("sre")
    server.say("ana", "sre", "@compass are you there")
    await server.settle()

    assert seen == []
