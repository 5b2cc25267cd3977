"""Who may use Compass. Decided on the server, said to the person, and only to them."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.sandbox import AppSeed, Message, SandboxServer, Workspace, small_team
from bot.sandbox.api.rates import RateLimits
from bot.slack.ids import Action
from tests.slack.conftest import CHANNEL, House, MakeHouse, shown, texts_of


@pytest.fixture
async def shared(seed: AppSeed) -> AsyncIterator[SandboxServer]:
    """A workspace whose incident channel is shared with another company."""
    team = small_team(seed)
    channels = tuple(replace(each, shared=True) if each.name == CHANNEL else each for each in team.channels)
    workspace = Workspace(replace(team, channels=channels), rng=random.Random(7))
    async with SandboxServer(workspace, rates=RateLimits(enabled=False)) as server:
        yield server


async def runs(house: House) -> int:
    return len(await house.service.history(house.sandbox.workspace.team_id))


async def test_a_guest_may_not_start_anything(house: House) -> None:
    for text in ("INC-123", "status", "history", "stop"):
        assert (await house.type(text, user="guest")).acknowledged
        assert "Guests may not use Compass" in shown(house.whispers("guest")[-1])
    assert await runs(house) == 0


async def test_a_guest_may_not_click_anything_through(house: House) -> None:
    parent = await house.run()
    report = report_of(house, parent)
    await house.click(report, Action.ACCEPT + ".h1", "guest")
    assert "Guests may not" in shown(house.whispers("guest")[-1])
    await house.click(report, Action.REJECT + ".h1", "guest")
    await house.submit({}, "guest")
    assert "Guests may not" in shown(house.whispers("guest")[-1])
    for action in (Action.EVIDENCE + ".h1", Action.HYPOTHESES + ".0"):
        await house.click(report, action, "guest")
        view = house.sandbox.modal("guest")
        assert view is not None
        assert "Guests may not" in texts_of(view.blocks)
        await house.sandbox.close_view("guest")
    await house.click(parent, Action.WINDOW + ".0", "guest")
    await house.submit({"since": "11:30"}, "guest")
    assert "Guests may not" in shown(house.whispers("guest")[-1])
    assert "Accepted" not in shown(report_of(house, parent))
    assert await runs(house) == 1


async def test_a_guest_may_not_use_the_form(house: House) -> None:
    await house.type("new", user="guest")
    await house.submit({"incident": "INC-123", "title": "t", "services": "checkout"}, "guest")
    assert "Guests may not" in shown(house.whispers("guest")[-1])
    assert await runs(house) == 0


async def test_guests_may_where_they_are_allowed_to(make_house: MakeHouse) -> None:
    house = await make_house(allow_guests=True)
    await house.run(user="guest")
    assert await runs(house) == 1


async def test_a_partner_may_not_click_and_is_told_so(make_house: MakeHouse, shared: SandboxServer) -> None:
    house = await make_house(on=shared, allow_shared_channels=True)
    parent = await house.run()
    await house.click(report_of(house, parent), Action.ACCEPT + ".h1", "petra")
    assert "Only members of this workspace" in shown(house.whispers("petra")[-1])
    assert "Accepted" not in shown(report_of(house, parent))


async def test_a_shared_channel_is_refused_unless_it_is_allowed(make_house: MakeHouse, shared: SandboxServer) -> None:
    house = await make_house(on=shared)
    await house.type("INC-123")
    assert "shared with another company" in shown(house.whispers()[-1])
    assert await runs(house) == 0


async def test_who_slack_does_not_tell_us_of_is_refused(house: House) -> None:
    house.sandbox.fail_next("users.info", error="user_not_found")
    await house.type("INC-123")
    assert "did not tell Compass who you are" in shown(house.whispers()[-1])
    assert await runs(house) == 0
    await house.type("INC-123")
    assert await runs(house) == 1


async def test_a_partner_who_mentions_the_bot_is_refused(make_house: MakeHouse, shared: SandboxServer) -> None:
    house = await make_house(on=shared, allow_shared_channels=True)
    house.sandbox.say("petra", CHANNEL, "@compass investigate INC-123")
    await house.until(lambda message: "Only members of this workspace" in shown(message))
    assert await runs(house) == 0


def report_of(house: House, parent: Message) -> Message:
    return next(each for each in house.thread(parent) if shown(each).startswith("<@"))
