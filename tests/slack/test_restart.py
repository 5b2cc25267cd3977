"""The process ends anywhere; the next one goes on, on the same messages."""

import pytest

from orchestrator.model import InvestigationState, Origin, Person, Verdict
from orchestrator.parameters import Parameters
from tests.slack.conftest import CHANNEL, House, MakeHouse, close, shown
from tests.slack.test_thread import kinds

WHOLE = ["parent", "application", "database", "network", "report", "chart", "cost"]


async def crash(house: House) -> None:
    """The process ends without finishing anything; only what the store holds is left."""
    await close(house)


async def test_a_run_that_was_interrupted_goes_on_on_the_same_message(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("INC-123")
    card = await house.until(lambda message: "*3/3 Network*" in shown(message))
    await crash(house)
    after = await make_house(before=house)
    parent = await after.whole_thread()
    assert parent.ts == card.ts
    assert kinds(after.thread(parent)) == WHOLE


@pytest.mark.parametrize("posts", range(1, 7))
async def test_a_crash_between_any_two_posts_is_made_up_for_at_the_next_start(
    make_house: MakeHouse, posts: int
) -> None:
    house = await make_house()
    house.sandbox.fail_next(
        "chat.postMessage", error="ratelimited", status=429, retry_after=10_000
    ) if posts == 0 else None
    await house.type("INC-123")
    await house.until_true(lambda: sum(each.bot_id is not None for each in house.sandbox.workspace.messages) >= posts)
    await crash(house)
    after = await make_house(before=house)
    parent = await after.whole_thread()
    assert kinds(after.thread(parent)) == WHOLE


async def test_a_thread_that_is_complete_is_left_alone(make_house: MakeHouse) -> None:
    house = await make_house()
    parent = await house.run()
    await house.until(lambda message: message.ts == parent.ts and "*Done in" in shown(message))
    await crash(house)
    before = house.calls("chat.postMessage") + house.calls("chat.update")
    after = await make_house(before=house)
    await after.clock.advance(60)
    await after.type("help")
    assert after.calls("chat.postMessage") + after.calls("chat.update") == before


async def test_a_decision_made_before_the_crash_stands_on_the_card_after(make_house: MakeHouse) -> None:
    house = await make_house()
    await house.run()
    await close(house)
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    await house.store.open()
    await house.service.decide(
        summary.workspace, summary.investigation_id, "h1", Verdict.ACCEPTED, Person(user_id="U9", name="zoe")
    )
    after = await make_house(before=house)
    card = await after.until(lambda message: "Accepted by zoe" in shown(message))
    assert card.channel_id == after.sandbox.workspace.channel(CHANNEL).id


async def test_runs_of_other_surfaces_and_workspaces_are_not_shown(make_house: MakeHouse) -> None:
    house = await make_house()
    team, ana = house.sandbox.workspace.team_id, Person(user_id="ana")
    for workspace, surface in ((team, "terminal"), ("T_OTHER", "slack")):
        opened = await house.service.investigate(
            Parameters(incident_id="INC-123"), workspace=workspace, by=ana, origin=Origin(surface=surface, place="C1")
        )
        ended = await house.service.ended(workspace, opened.investigation.investigation_id)
        assert ended.state == InvestigationState.COMPLETED
    await house.clock.advance(60)
    await close(house)
    await make_house(before=house)
    assert house.calls("chat.postMessage") == 0
