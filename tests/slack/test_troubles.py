"""Bad days: slow, limited, lost, refused. Nobody waits, nothing is posted twice, and people are told."""

import asyncio
import random

import pytest

from bot.sandbox import AppSeed, ManualClock, SandboxServer, Workspace, small_team
from bot.sandbox.api.rates import RateLimits
from bot.slack.ids import Action
from tests.slack.conftest import CHANNEL, House, MakeHouse, shown
from tests.slack.test_thread import kinds
from tests.support.clock import settle

WHOLE = ["parent", "application", "database", "network", "report", "chart", "cost"]


@pytest.mark.parametrize("method", ["chat.postMessage", "files.completeUploadExternal", "chat.update"])
@pytest.mark.parametrize("times", [1, 2])
async def test_an_answer_that_got_lost_leaves_every_message_once(house: House, method: str, times: int) -> None:
    house.sandbox.fail_next(method, lose_answer=True, times=times)
    parent = await house.run()
    assert kinds(house.thread(parent)) == WHOLE
    tops = [
        each
        for each in house.sandbox.workspace.messages
        if each.bot_id and not each.thread_ts and not each.ephemeral_for
    ]
    assert len(tops) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_failure_inside_slack_is_got_over(house: House, status: int) -> None:
    house.sandbox.fail_next("chat.postMessage", status=status, times=2)
    assert kinds(house.thread(await house.run())) == WHOLE


async def test_a_rate_limit_delays_and_loses_nothing(house: House) -> None:
    house.sandbox.fail_next("chat.postMessage", status=429, retry_after=7, times=3)
    house.sandbox.fail_next("chat.update", status=429, retry_after=7)
    parent = await house.run()
    assert kinds(house.thread(parent)) == WHOLE
    assert house.clock.monotonic() >= 21
    await house.until(lambda message: message.ts == parent.ts and "*Done in" in shown(message))


async def test_blocks_that_slack_refuses_become_text(house: House) -> None:
    house.sandbox.fail_next("chat.postMessage", error="invalid_blocks")
    parent = await house.run()
    assert "INC-123" in parent.text


async def test_a_channel_the_bot_is_not_in_is_told_and_the_thread_appears_after_the_invite(house: House) -> None:
    house.sandbox.leave_channel(CHANNEL)
    await house.type("INC-123")
    answer = await house.until(lambda message: message.ephemeral_for is not None)
    assert "Compass is not in that channel" in shown(answer)
    assert "/invite @compass" in shown(answer)
    assert "RECORDED DATA" in answer.text
    await house.service.ended(house.sandbox.workspace.team_id, await only_run(house))
    assert not any(each.bot_id and not each.ephemeral_for for each in house.sandbox.workspace.messages)
    house.sandbox.invite_app(CHANNEL)
    parent = await house.whole_thread()
    assert kinds(house.thread(parent)) == WHOLE
    assert len(house.whispers()) == 1


async def test_a_private_channel_that_slack_hides_is_told_the_same(house: House) -> None:
    await house.type("INC-123", channel="sre-private")
    answer = await house.until(lambda message: message.ephemeral_for is not None)
    assert "/invite @compass" in shown(answer)


async def test_asking_again_after_the_invite_shows_the_thread_too(make_house: MakeHouse, seed: AppSeed) -> None:
    house = await make_house(held=True)
    house.sandbox.leave_channel(CHANNEL)
    await house.type("INC-123")
    await house.until(lambda message: message.ephemeral_for is not None)
    space = house.sandbox.workspace
    space.set_member(space.channel(CHANNEL), space.app.user_id, inside=True)
    await house.type("INC-123", user="ben")
    await house.until(lambda message: "*3/3 Network*" in shown(message))
    assert seed.events


async def test_an_archived_channel_is_told(house: House) -> None:
    house.sandbox.archive_channel(CHANNEL)
    await house.type("INC-123")
    answer = await house.until(lambda message: message.ephemeral_for is not None)
    assert "The channel is archived" in shown(answer)


async def test_without_a_response_url_the_person_is_told_directly(house: House) -> None:
    space = house.sandbox.workspace
    house.sandbox.say("ana", CHANNEL, "@compass investigate INC-123")
    house.sandbox.fail_next("chat.postMessage", error="restricted_action")
    house.sandbox.fail_next("chat.postEphemeral", error="not_in_channel")
    told = await house.until(lambda message: "does not let Compass post" in shown(message))
    direct = space.channels.get(told.channel_id)
    assert direct is not None
    assert direct.direct_with == space.user("ana").id


async def test_a_deleted_parent_leaves_the_rest_of_the_thread_together(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("INC-123")
    reply = await house.until(lambda message: "*Database*" in shown(message))
    assert reply.thread_ts
    house.sandbox.workspace.delete(house.sandbox.workspace.message(CHANNEL, reply.thread_ts))
    house.hold.set()
    cost = await house.until(lambda message: "*Cost*" in shown(message))
    root = next(each for each in house.sandbox.workspace.messages if "*Network*" in shown(each) and not each.tombstone)
    assert root.thread_ts is None
    assert cost.thread_ts == root.ts
    assert kinds(house.thread(root)) == ["network", "report", "chart", "cost"]
    assert house.whispers() == []


async def test_a_command_is_acknowledged_while_the_web_api_is_slow(
    seed: AppSeed, make_house: MakeHouse, sandbox: SandboxServer
) -> None:
    clock = ManualClock()
    async with SandboxServer(
        Workspace(small_team(seed), clock=clock, rng=random.Random(7)), rates=RateLimits(enabled=False)
    ) as slow:
        house = await make_house(on=slow)
        parent = await house.run()
        card = next(each for each in house.thread(parent) if shown(each).startswith("<@"))
        slow.slow_api(60)
        for outcome in [
            await slow.run_command("ana", CHANNEL, "/investigate", "INC-123"),
            await slow.run_command("ben", CHANNEL, "/investigate", "status"),
            await slow.run_command("ben", CHANNEL, "/investigate", "new"),
            await slow.click_message("ben", card, Action.ACCEPT + ".h1"),
            await slow.click_message("ben", card, Action.EVIDENCE + ".h1"),
        ]:
            assert outcome.acknowledged
            assert outcome.seconds == 0.0, "not a tick of the clock passed before it was acknowledged"
        slow.slow_api(0)
        for _ in range(60):
            await clock.advance(5)
            await settle(5)
        await house.surface.jobs.drain()
    assert sandbox


async def test_a_form_that_slack_waited_too_long_for_is_told(house: House) -> None:
    house.sandbox.fail_next("views.open", error="expired_trigger_id")
    await house.type("new")
    assert "Click once more" in shown(house.whispers()[-1])


async def test_what_breaks_in_a_handler_is_answered_without_its_text(house: House) -> None:
    house.sandbox.fail_next("views.open", error="some_secret_xoxb_problem")
    await house.type("new")
    answer = shown(house.whispers()[-1])
    assert "Something went wrong on our side" in answer
    assert "request " in answer
    assert "secret" not in answer


async def test_a_store_that_fails_is_answered_without_its_text(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(house.service, "running", broken)
    await house.type("status")
    assert "Something went wrong" in shown(house.whispers()[-1])
    assert "hunter2" not in shown(house.whispers()[-1])


async def test_slack_gone_for_a_while_is_caught_up_with(house: House) -> None:
    house.sandbox.fail_next("chat.postMessage", status=503, times=9)
    await house.type("INC-123")
    ticking = asyncio.create_task(tick_fast(house))
    try:
        parent = await house.whole_thread()
    finally:
        ticking.cancel()
    assert kinds(house.thread(parent)) == WHOLE


async def tick_fast(house: House) -> None:
    while True:
        await house.clock.advance(20)
        await asyncio.sleep(0.002)


async def only_run(house: House) -> str:
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    return summary.investigation_id
