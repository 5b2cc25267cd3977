"""Socket Mode: two sockets, renewed and mended; and what is wrong with the tokens is said at once."""

import pytest

from bot.sandbox import SandboxServer
from bot.slack import SlackSetupError
from bot.slack.intake.socket import WATCH_S
from tests.slack.conftest import CHANNEL, House, MakeHouse, shown


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
    await house.until_true(lambda: house.sandbox.socket.connected == 2)
    assert house.clock.monotonic() - before <= 3 * WATCH_S
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
    sandbox.fail_next("auth.test", status=503, times=5)
    with pytest.raises(SlackSetupError, match="does not answer"):
        await make_house(patient=True)


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
