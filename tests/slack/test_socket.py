"""Socket Mode: two sockets, renewed and mended; and what is wrong with the tokens is said at once."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.sandbox import SandboxServer
from bot.slack import SlackSetupError, SlackSurface
from bot.slack.app import FIRST_CONTACT_S
from bot.slack.intake.socket import WATCH_S
from bot.slack.web import host_of
from storage.memory import MemoryStore
from tests.slack import scene
from tests.slack.conftest import CHANNEL, House, MakeHouse, config_of, patiently, shown
from tests.support.clock import ManualClock
from tests.support.world import InlineCompute, World


async def test_two_sockets_are_open(house: House) -> None:
    await house.sandbox.wait_connected(2)
    assert house.surface.listens_at == "Socket Mode"
    assert house.surface.port == 0
    assert house.surface.team_name == "Harbour Shop"


async def test_slack_may_renew_the_sockets_at_any_time(house: House) -> None:
    await house.sandbox.refresh_connections()
    await house.sandbox.wait_connected(2)
    outcome = await house.type("help")
    assert outcome.acknowledged
    assert house.whispers()


async def test_a_socket_that_drops_leaves_the_other_and_comes_back(house: House) -> None:
    first, *_ = tuple(house.sandbox.socket._connections)
    await first.socket.close()
    assert (await house.type("help")).acknowledged
    await house.sandbox.wait_connected(2)


async def test_all_sockets_that_are_cut_off_without_a_word_are_opened_anew(house: House) -> None:
    for connection in tuple(house.sandbox.socket._connections):
        transport = connection.socket._writer.transport if connection.socket._writer else None
        assert transport is not None
        transport.abort()
    await house.until_true(lambda: house.sandbox.socket.connected == 0)
    before = house.clock.monotonic()
    with capture_logs() as lines:
        await house.until_true(lambda: house.sandbox.socket.connected == 2)
    assert house.clock.monotonic() - before <= 3 * WATCH_S
    assert [each["event"] for each in lines].count("slack_unreachable") <= 1
    assert (await house.type("help")).acknowledged


async def test_a_wrong_bot_token_is_named_at_once(make_house: MakeHouse) -> None:
    with pytest.raises(SlackSetupError, match="bot token") as refused:
        await make_house(bot_token="xoxb-wrong")
    assert "SLACK_BOT_TOKEN" in refused.value.remedy
    assert "xoxb-wrong" not in f"{refused.value} {refused.value.remedy}"


async def test_a_wrong_app_token_is_named_at_once(make_house: MakeHouse) -> None:
    with pytest.raises(SlackSetupError, match="does not let the app connect") as refused:
        await make_house(app_token="xapp-wrong")
    assert "SLACK_APP_TOKEN" in refused.value.remedy


async def test_socket_mode_needs_its_token(make_house: MakeHouse) -> None:
    with pytest.raises(SlackSetupError, match="app token"):
        await make_house(app_token="")


async def test_a_web_api_that_does_not_answer_is_named_after_some_tries(
    sandbox: SandboxServer, make_house: MakeHouse
) -> None:
    sandbox.fail_next("auth.test", status=503, times=2)
    sandbox.fail_next("auth.test", status=429, retry_after=1)
    house = await make_house(patient=True)
    assert (await house.type("help")).acknowledged
    sandbox.fail_next("auth.test", status=503, times=50)
    with capture_logs() as lines, pytest.raises(SlackSetupError, match="does not answer") as refused:
        await make_house(patient=True)
    assert "SLACK_API_URL" in refused.value.remedy
    said = [each for each in lines if each["event"] == "slack_does_not_answer_yet"]
    assert [(each["log_level"], each["address"]) for each in said] == [("warning", host_of(sandbox.api_url))]


async def test_a_web_api_that_takes_calls_and_never_answers_is_named_within_twenty_seconds(
    sandbox: SandboxServer,
) -> None:
    clock, world = ManualClock(), World(MemoryStore(), scene.team(), ManualClock())
    talks: list[asyncio.Task[Any] | None] = []

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    config = config_of(sandbox, api_url=f"http://127.0.0.1:{port}/hidden/")
    surface = SlackSurface(world.new_service(), world.store, config, clock, InlineCompute())
    with capture_logs() as lines, pytest.raises(SlackSetupError, match="does not answer at 127"):
        await patiently(clock, surface.open())
    silent.close()
    await asyncio.gather(*(talk for talk in talks if talk), return_exceptions=True)
    assert clock.monotonic() <= FIRST_CONTACT_S + 1
    assert [each["address"] for each in lines if "address" in each] == [f"127.0.0.1:{port}"]
    assert "hidden" not in str(lines)


def test_of_an_address_only_the_host_is_told() -> None:
    assert host_of("https://somebody:secret@slack.example:8443/hidden?token=xoxb") == "slack.example:8443"
    assert host_of("https://slack.com/api/") == "slack.com"
    assert host_of("http://[half") == host_of("") == ""


async def test_five_runs_at_once_keep_nobody_waiting(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    for n in range(5):
        assert (await house.type(f"INC-{n} checkout is slow")).acknowledged
    await house.until_true(
        lambda: sum("*3/3 Network*" in shown(each) for each in house.sandbox.workspace.messages) == 5
    )
    outcome = await house.type("status")
    assert outcome.acknowledged
    assert shown(house.whispers()[-1]).count("3/3 Network") == 5
    house.hold.set()
    await house.until_true(lambda: sum("*Cost*" in shown(each) for each in house.sandbox.workspace.messages) == 5)
    assert CHANNEL
