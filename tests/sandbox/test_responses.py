"""Response URLs, with the SDK's webhook client."""

import aiohttp
import pytest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import ManualClock, SandboxServer
from tests.sandbox.conftest import Connect
from tests.sandbox.kit import actions, button, section
from tests.sandbox.test_people import post_card
from tests.sandbox.test_socket import acknowledging


@pytest.fixture
async def seen(connect: Connect) -> list[SocketModeRequest]:
    requests: list[SocketModeRequest] = []
    await connect(acknowledging(requests))
    return requests


async def command_hook(server: SandboxServer, seen: list[SocketModeRequest], channel: str) -> AsyncWebhookClient:
    await server.run_command("ana", channel, "/investigate", "x")
    return AsyncWebhookClient(seen[-1].payload["response_url"])


async def test_an_answer_is_for_the_person_unless_it_says_otherwise(
    server: SandboxServer, seen: list[SocketModeRequest], incident: str
) -> None:
    hook = await command_hook(server, seen, incident)
    private = await hook.send(text="for you")
    await hook.send(text="for all", response_type="in_channel")

    ana = server.workspace.user("ana").id
    assert private.body == "ok"
    assert [(message.text, message.ephemeral_for) for message in server.workspace.messages] == [
        ("for you", ana),
        ("for all", None),
    ]


async def test_it_reaches_channels_the_app_is_not_in(server: SandboxServer, seen: list[SocketModeRequest]) -> None:
    hook = await command_hook(server, seen, "sre-private")

    assert (await hook.send(text="/invite me")).status_code == 200


async def test_it_works_five_times(server: SandboxServer, seen: list[SocketModeRequest], incident: str) -> None:
    hook = await command_hook(server, seen, incident)
    answers = [await hook.send(text=str(number)) for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body


async def test_it_works_for_thirty_minutes(
    server: SandboxServer, seen: list[SocketModeRequest], clock: ManualClock, incident: str
) -> None:
    hook = await command_hook(server, seen, incident)
    await clock.advance(30 * 60 + 1)

    assert "expired_url" in (await hook.send(text="late")).body
    unknown = await AsyncWebhookClient(f"{server.url}response/none").send(text="x")
    assert "no_service" in unknown.body


async def test_it_replaces_and_deletes_the_message_it_came_from(
    server: SandboxServer, seen: list[SocketModeRequest], incident: str
) -> None:
    ana = server.workspace.user("ana").id
    card = post_card(server, incident, actions(button()), ephemeral_for=ana)
    await server.click("ana", incident, card.ts, "go")
    hook = AsyncWebhookClient(seen[-1].payload["response_url"])
    await hook.send(text="done", replace_original=True)

    replaced = server.workspace.message(incident, card.ts)
    assert (replaced.text, replaced.blocks, replaced.ephemeral_for) == ("done", (), ana)
    assert (await hook.send(text="", replace_original=True)).body == "no_text"
    await hook.send(delete_original=True)
    assert list(server.workspace.messages) == []


async def test_an_answer_to_a_click_in_a_thread_stays_there(
    server: SandboxServer, seen: list[SocketModeRequest], slack: AsyncWebClient, incident: str
) -> None:
    parent = await slack.chat_postMessage(channel=incident, text="parent")
    reply = await slack.chat_postMessage(
        channel=incident, text="card", thread_ts=parent["ts"], blocks=[section(accessory=button())]
    )
    await server.click("ben", incident, reply["ts"], "go")
    click = next(request for request in seen if request.type == "interactive")
    await AsyncWebhookClient(click.payload["response_url"]).send(text="noted")

    noted = await server.wait_for(lambda message: message.text == "noted")
    assert noted.thread_ts == parent["ts"]


async def test_broken_answers_are_refused(server: SandboxServer, seen: list[SocketModeRequest], incident: str) -> None:
    hook = await command_hook(server, seen, incident)

    assert (await hook.send(blocks=[{"type": "nope"}])).body == "invalid_blocks"
    assert (await hook.send(text="")).body == "no_text"
    async with aiohttp.ClientSession() as session:
        answer = await session.post(hook.url, data="no json")
        assert (answer.status, await answer.text()) == (400, "invalid_payload")
