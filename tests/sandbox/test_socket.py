"""Socket Mode, with Slack's own client on the other end."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import ManualClock, SandboxServer
from tests.sandbox.conftest import Connect, Listener


def acknowledging(seen: list[SocketModeRequest], payload: dict[str, Any] | None = None) -> Listener:
    async def listen(client: SocketModeClient, request: SocketModeRequest) -> None:
        seen.append(request)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    return listen


def silent(seen: list[SocketModeRequest]) -> Listener:
    async def listen(client: SocketModeClient, request: SocketModeRequest) -> None:
        seen.append(request)

    return listen


async def deadline(clock: ManualClock, seconds: float = 3.0) -> None:
    """Let the deadline that is running pass."""
    async with asyncio.timeout(10):
        while not clock.sleepers:
            await asyncio.sleep(0)
    await clock.advance(seconds)


async def test_a_command_reaches_the_app_and_its_acknowledgement_comes_back(
    server: SandboxServer, connect: Connect, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    outcome = await server.run_command("ana", incident, "/investigate", "INC-123 budget=10 <b> @ben")

    payload = seen[0].payload
    assert outcome.acknowledged
    assert seen[0].type == "slash_commands"
    assert seen[0].accepts_response_payload is True
    assert payload["text"] == "INC-123 budget=10 <b> @ben"
    assert (payload["channel_name"], payload["user_name"]) == ("inc-123-checkout", "ana")
    assert payload["trigger_id"]
    assert payload["response_url"].startswith(server.url)


async def test_each_payload_goes_to_one_of_several_connections(
    server: SandboxServer, connect: Connect, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    for _ in range(2):
        await connect(acknowledging(seen))
    for number in range(12):
        await server.run_command("ana", incident, "/investigate", str(number))

    by_connection = server.socket.received_by_connection
    assert sorted(int(request.payload["text"]) for request in seen) == list(range(12))
    assert len(by_connection) == 2
    assert all(by_connection.values())


async def test_nobody_acknowledges_and_the_person_sees_a_timeout(
    server: SandboxServer, connect: Connect, clock: ManualClock, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(silent(seen))
    running = asyncio.ensure_future(server.run_command("ana", incident, "/investigate", "x"))
    await deadline(clock)
    outcome = await running

    notice = next(iter(server.workspace.messages))
    assert outcome.failure == "operation_timeout"
    assert outcome.seconds == 3.0
    assert notice.text == '/investigate failed with the error "operation_timeout"'
    assert notice.ephemeral_for == server.workspace.user("ana").id
    assert len(seen) == 1


async def test_a_late_acknowledgement_is_ignored(
    server: SandboxServer, connect: Connect, clock: ManualClock, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    client = await connect(silent(seen))
    running = asyncio.ensure_future(server.run_command("ana", incident, "/investigate", "x"))
    await deadline(clock)
    await running
    await client.send_socket_mode_response(SocketModeResponse(seen[0].envelope_id, {"text": "too late"}))
    await client.send_socket_mode_response({"envelope_id": "never was"})
    await client.send_message("no json")
    seen.clear()
    running = asyncio.ensure_future(server.run_command("ana", incident, "/investigate", "again"))
    await deadline(clock)
    await running

    assert not any(message.text == "too late" for message in server.workspace.messages)


async def test_without_an_app_a_command_fails_at_once(server: SandboxServer, incident: str) -> None:
    outcome = await server.run_command("ana", incident, "/investigate", "x")

    assert outcome.failure == "dispatch_failed"
    assert outcome.seconds == 0


async def test_an_event_nobody_acknowledges_comes_once_more_and_says_so(
    server: SandboxServer, connect: Connect, clock: ManualClock, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(silent(seen))
    server.say("ana", incident, "@compass hello")
    for _ in range(2):
        await deadline(clock)
    await server.settle()

    assert [(request.retry_attempt, request.retry_reason) for request in seen] == [(0, ""), (1, "timeout")]
    assert seen[0].payload["event_id"] == seen[1].payload["event_id"]
    assert seen[0].envelope_id != seen[1].envelope_id


async def test_a_delivery_can_come_twice(server: SandboxServer, connect: Connect, incident: str) -> None:
    seen: list[SocketModeRequest] = []
    for _ in range(2):
        await connect(acknowledging(seen))
    server.deliver_twice_next()
    await server.run_command("ana", incident, "/investigate", "x")
    await server.run_command("ana", incident, "/investigate", "y")
    while len(seen) < 3:
        await asyncio.sleep(0)

    assert sorted(request.payload["text"] for request in seen) == ["x", "x", "y"]


async def test_an_acknowledgement_with_words_is_shown_to_the_person(
    server: SandboxServer, connect: Connect, incident: str
) -> None:
    await connect(acknowledging([], {"text": "On it"}))
    await server.run_command("ana", incident, "/investigate", "x")

    message = next(iter(server.workspace.messages))
    assert (message.text, message.ephemeral_for) == ("On it", server.workspace.user("ana").id)


async def test_an_acknowledgement_can_speak_to_the_channel(
    server: SandboxServer, connect: Connect, incident: str
) -> None:
    await connect(acknowledging([], {"text": "Everybody", "response_type": "in_channel"}))
    await server.run_command("ana", incident, "/investigate", "x")

    assert next(iter(server.workspace.messages)).ephemeral_for is None


async def test_an_acknowledgement_with_broken_blocks_is_told_to_the_person(
    server: SandboxServer, connect: Connect, incident: str
) -> None:
    await connect(acknowledging([], {"blocks": [{"type": "nope"}]}))
    outcome = await server.run_command("ana", incident, "/investigate", "x")

    assert outcome.failure == "invalid_blocks"
    assert "invalid_blocks" in next(iter(server.workspace.messages)).text


async def test_connections_are_renewed_on_request(server: SandboxServer, connect: Connect, incident: str) -> None:
    seen: list[SocketModeRequest] = []
    client = await connect(acknowledging(seen))
    first = client.current_session
    await server.refresh_connections()
    while client.current_session is first:
        await asyncio.sleep(0)
    await server.wait_connected()
    await server.run_command("ana", incident, "/investigate", "still there")

    assert seen[-1].payload["text"] == "still there"


async def test_a_link_works_once(server: SandboxServer) -> None:
    slack = AsyncWebClient(base_url=server.api_url)
    url = str((await slack.apps_connections_open(app_token=server.app_token))["url"])
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)

    assert hello["type"] == "hello"
    assert hello["num_connections"] == 1
    assert hello["connection_info"]["app_id"] == server.workspace.app.app_id


async def test_an_eleventh_connection_is_turned_away(server: SandboxServer) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            link = server.url.replace("http", "ws") + f"link/{server.socket.new_ticket()}"
            sockets.append(await session.ws_connect(link))
        first_words = [await socket.receive_json() for socket in sockets]
        for socket in sockets:
            await socket.close()

    assert [words["type"] for words in first_words] == ["hello"] * 10 + ["disconnect"]
    assert first_words[-1]["reason"] == "too_many_websockets"
