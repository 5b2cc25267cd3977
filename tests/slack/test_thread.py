"""A thread from the command to the cost, as it stands in Slack."""

import asyncio

import pytest

from bot.sandbox import Message
from bot.slack.blocks import Message as Made
from orchestrator.errors import AgentExecutionError
from orchestrator.model import InvestigationState
from orchestrator.ports import TeamSpec
from tests.slack import scene
from tests.slack.conftest import CHANNEL, House, MakeHouse, shown
from tests.slack.limits import check_message
from tests.support.agents import ScriptedAgent, team_of

CHART_NOTE = "No chart"


def kinds(messages: list[Message]) -> list[str]:
    """What each message of a thread is, in order."""
    return [_kind(message) for message in messages]


def _kind(message: Message) -> str:
    if message.file_ids:
        return "chart"
    said = shown(message)
    for word in ("Application", "Database", "Network", "Cost"):
        if said.startswith(f"*{word}*"):
            return word.lower()
    return "report" if said.startswith("<@") else "no chart" if CHART_NOTE in said else "parent"


async def test_the_thread_tells_everything_in_order(house: House) -> None:
    parent = await house.run()
    assert kinds(house.thread(parent)) == ["parent", "application", "database", "network", "report", "chart", "cost"]


async def test_every_message_says_recorded_data_and_keeps_the_limits(house: House) -> None:
    parent = await house.run()
    for each in house.thread(parent):
        assert "RECORDED DATA" in each.text
        if each.blocks:
            assert "RECORDED DATA" in shown(each)
            check_message(Made(each.text, each.blocks))


async def test_only_the_report_mentions_somebody(house: House) -> None:
    parent = await house.run()
    ana = house.sandbox.workspace.user("ana").id
    mentions = [
        kind
        for kind, each in zip(kinds(house.thread(parent)), house.thread(parent), strict=True)
        if "<@" in shown(each)
    ]
    assert mentions == ["report"]
    assert f"<@{ana}>" in shown(house.thread(parent)[4])
    assert all("<@" not in each.text and "<!" not in each.text for each in house.thread(parent))


async def test_the_card_ends_with_the_answer_and_without_a_stop_button(house: House) -> None:
    parent = await house.run()
    assert parent.text.startswith("INC-123 checkout 5xx: likely orders v412 filled the orders-db pool (strong)")
    assert "*Done in" in shown(parent)
    assert "Stop" not in [line.strip() for line in shown(parent).split("\n")]


async def test_findings_come_as_each_agent_ends(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("INC-123 budget=10")
    second = await house.until(lambda message: "*Database*" in shown(message))
    assert second.thread_ts
    parent = house.sandbox.workspace.message(CHANNEL, second.thread_ts)
    await house.until(lambda message: "*3/3 Network* · no cause yet" in shown(message))
    assert kinds(house.thread(parent)) == ["parent", "application", "database"]
    house.hold.set()
    await house.whole_thread()
    assert kinds(house.thread(parent))[3:] == ["network", "report", "chart", "cost"]


async def test_many_events_make_few_edits_and_the_last_one_is_right(make_house: MakeHouse) -> None:
    house = await make_house(held=True, edit_interval_s=5.0)
    await house.type("INC-123")
    await house.until(lambda message: "*3/3 Network*" in shown(message))
    for _ in range(100):
        await house.clock.advance(30)
    edits = house.calls("chat.update")
    assert edits <= 110
    house.hold.set()
    parent = await house.whole_thread()
    assert "*Done in" in shown(parent)


async def test_a_hundred_events_at_once_make_one_edit(house: House) -> None:
    parent = await house.run()
    summary = (await house.service.history(house.sandbox.workspace.team_id))[0]
    ended = await house.service.view(summary.workspace, summary.investigation_id)
    before = house.calls("chat.update")
    for n in range(100):
        house.surface.thread.bring(ended.model_copy(update={"seq": ended.seq + n, "reason": f"edit {n}"}))
    await house.until_true(lambda: house.calls("chat.update") > before)
    assert house.calls("chat.update") == before + 1
    assert "edit 99" in shown(house.sandbox.workspace.message(CHANNEL, parent.ts))


async def test_two_incidents_in_one_channel_keep_their_threads_apart(make_house: MakeHouse) -> None:
    house = await make_house()
    await asyncio.gather(house.type("INC-123"), house.type("orders are slow since=20m"))

    def costs() -> list[Message]:
        return [each for each in house.sandbox.workspace.messages if "*Cost*" in shown(each)]

    await house.until_true(lambda: len(costs()) == 2)
    for cost in costs():
        assert cost.thread_ts
        parent = house.sandbox.workspace.message(CHANNEL, cost.thread_ts)
        assert kinds(house.thread(parent)) == [
            "parent",
            "application",
            "database",
            "network",
            "report",
            "chart",
            "cost",
        ]


async def test_a_thread_that_nobody_can_draw_a_chart_for_has_none(make_house: MakeHouse) -> None:
    bare = scene.POOL.model_copy(update={"sketch": None})
    team = team_of(
        lambda: ScriptedAgent("application", [scene.ERRORS], []),
        lambda: ScriptedAgent("database", [bare], [scene.POOL_FULL]),
    )
    house = await make_house(team=team)
    assert kinds(house.thread(await house.run())) == ["parent", "application", "database", "report", "cost"]


async def test_an_agent_that_fails_is_told_and_the_thread_goes_on(make_house: MakeHouse) -> None:
    def failing() -> TeamSpec:
        return team_of(
            lambda: ScriptedAgent(
                "application", AgentExecutionError("The analysis process ended before it answered."), []
            ),
            lambda: ScriptedAgent("database", [scene.POOL], [scene.POOL_FULL]),
        )

    house = await make_house(team=failing())
    thread = house.thread(await house.run())
    assert "The run goes on without it." in shown(thread[1])
    assert "*Without* Application" in shown(next(each for each in thread if shown(each).startswith("<@")))


async def test_a_run_in_which_nothing_can_be_observed_says_why(make_house: MakeHouse) -> None:
    house = await make_house(team=team_of(lambda: ScriptedAgent("database", [scene.LOCKS], [])))
    parent = await house.run()
    assert "*Failed* · Nothing could be observed" in shown(parent)
    assert kinds(house.thread(parent)) == ["parent", "database", "report", "cost"]


async def test_the_program_can_wait_for_the_first_thread_to_be_told(house: House) -> None:
    await house.type("INC-123")
    waiting = asyncio.create_task(house.surface.first_told())
    await house.whole_thread()
    await house.until_true(waiting.done)
    assert await waiting == InvestigationState.COMPLETED
    assert await house.surface.first_told() == InvestigationState.COMPLETED


async def test_the_chart_has_an_alternative_text_and_its_own_name(make_house: MakeHouse) -> None:
    house = await make_house(drawn=True)
    parent = await house.run()
    chart = next(each for each in house.thread(parent) if each.file_ids)
    file = house.sandbox.workspace.files.get(chart.file_ids[0])
    assert file is not None
    assert file.alt_text == "Line chart of orders_db_pool_in_use: orders-db pool 20 of 20 in use, was 6"
    assert file.content is not None
    assert file.content.startswith(b"\x89PNG")
    assert len(file.content) > 5000


@pytest.mark.parametrize("reason", ["library", "drawing", "scope"])
async def test_where_there_is_no_picture_the_thread_says_why(
    make_house: MakeHouse, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    if reason == "library":
        monkeypatch.setattr("bot.slack.story.can_draw", lambda: False)
    if reason == "drawing":
        monkeypatch.setattr("bot.slack.story.draw", lambda _: 1 / 0)
    house = await make_house()
    if reason == "scope":
        house.sandbox.fail_next("files.getUploadURLExternal", error="missing_scope")
    thread = house.thread(await house.run())
    assert kinds(thread)[-2:] == ["no chart", "cost"]
    words = {
        "library": "matplotlib is not installed",
        "drawing": "could not be drawn",
        "scope": "did not take the picture",
    }
    assert words[reason] in shown(thread[-2])
