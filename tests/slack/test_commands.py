"""/investigate, as somebody types it."""

from decimal import Decimal

import pytest

from orchestrator.model import InvestigationState, Mode
from tests.slack import scene
from tests.slack.conftest import CHANNEL, House, MakeHouse, shown

BAD = {
    "": "Name an incident, or say what is wrong",
    "INC-123 budgte=much": "budget must be an amount of dollars",
    "INC-123 budget=-5": "budget must be more than $0",
    "INC-123 budget=0": "budget must be more than $0",
    "INC-123 budget=1000000": "budget must be at most $1000",
    "INC-123 budget=lots": "budget must be an amount of dollars",
    "INC-123 since=25:99": "since must be a time",
    "INC-123 since=": "since has no value",
    "INC-123 severity=terrible": "severity must be SEV1 to SEV4",
    "INC-123 mode=quantum": "mode must be sequential or parallel",
    "INC-123 agents=psychic": "agents must be among application, database, network",
}


@pytest.mark.parametrize("text", BAD)
async def test_what_cannot_be_used_is_refused_with_field_rule_and_example_and_starts_nothing(
    house: House, text: str
) -> None:
    outcome = await house.type(text)
    assert outcome.acknowledged
    (answer,) = house.whispers()
    assert BAD[text] in shown(answer)
    assert "For example: " in shown(answer)
    assert "Request " not in shown(answer)
    assert f"You wrote: {text}" in shown(answer) or not text
    assert await house.service.history(house.sandbox.workspace.team_id) == []
    assert house.calls("chat.postMessage") == 0


async def test_an_incident_nobody_can_look_into_is_refused_with_the_reason(make_house: MakeHouse) -> None:
    house = await make_house(live=False)
    await house.type("INC-999")
    (answer,) = house.whispers()
    assert "No configured source can look into INC-999" in shown(answer)
    assert "Recorded incidents: INC-123 (" in shown(answer)
    await house.type("the shop is slow")
    assert "You wrote: the shop is slow" in shown(house.whispers()[-1])


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4000,
        "支付服务超时 since=20m",
        "“checkout” isn’t up",
        "checkout 🔥🔥 <!channel> & <b>*all*</b> `down`",
        "заказы не проходят",
    ],
)
async def test_any_words_are_read_and_shown_without_harm(house: House, text: str) -> None:
    await house.type(text)
    parent = await house.whole_thread()
    for each in house.thread(parent):
        assert "<!" not in shown(each).replace("<!date^", "")
        assert "<!" not in each.text


async def test_who_typed_it_gets_no_extra_message_when_the_thread_is_there(house: House) -> None:
    await house.run()
    assert house.whispers() == []


async def test_the_budget_and_the_asker_are_kept(house: House) -> None:
    await house.run("INC-123 budget=$2.50")
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    view = await house.service.view(summary.workspace, summary.investigation_id)
    assert view.investigation.budget == Decimal("2.50")
    assert view.investigation.requested_by.name == "ana"
    assert view.investigation.requested_by.user_id == house.sandbox.workspace.user("ana").id


async def test_in_parallel_the_card_names_who_is_still_at_work(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("INC-123 mode=Parallel")
    await house.until(lambda message: "*2/3 done, Network at work*" in shown(message))
    (view,) = await house.service.running(house.sandbox.workspace.team_id)
    assert view.investigation.mode is Mode.PARALLEL
    await house.type("status")
    assert "2/3 done, Network at work" in shown(house.whispers()[-1])


async def test_times_are_read_in_the_writers_zone_and_shown_in_utc(house: House) -> None:
    await house.run("orders are slow since=12:45", user="chiara")
    parent = next(each for each in house.sandbox.workspace.messages if "orders are slow" in shown(each))
    assert "From 11:45 UTC" in shown(parent)


async def test_who_asks_again_joins_and_is_shown_the_way(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("INC-123")
    parent = await house.until(lambda message: "INC-123" in message.text and not message.ephemeral_for)
    await house.type("inc-123", user="ben")
    (answer,) = house.whispers("ben")
    assert "INC-123 is being investigated already, asked for by ana." in shown(answer)
    assert f"/archives/{parent.channel_id}/p{parent.ts.replace('.', '')}|in its thread>" in shown(answer)
    assert "RECORDED DATA" in answer.text
    assert len(await house.service.running(house.sandbox.workspace.team_id)) == 1


async def test_two_people_at_once_start_one_run(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    for user in ("ana", "ben"):
        outcome = await house.sandbox.run_command(user, CHANNEL, "/investigate", "INC-123")
        assert outcome.acknowledged
    await house.surface.jobs.drain()
    assert len(await house.service.running(house.sandbox.workspace.team_id)) == 1
    assert len(house.whispers("ana")) + len(house.whispers("ben")) == 1


async def test_help_tells_every_word(house: House) -> None:
    await house.type("help")
    (answer,) = house.whispers()
    for word in ("status", "stop", "history", "new", "budget=", "since=", "services=", "severity=", "agents=", "mode="):
        assert word in shown(answer)


async def test_status_shows_what_is_going_on_with_its_thread(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("status")
    assert "No investigation is going on" in shown(house.whispers()[-1])
    await house.type("INC-123")
    await house.until(lambda message: "*3/3 Network*" in shown(message))
    await house.type("status", user="ben")
    answer = shown(house.whispers("ben")[-1])
    assert "*INC-123 checkout 5xx* · 3/3 Network · asked by ana · $0.00 of $10.00 · *RECORDED DATA*" in answer
    assert "|thread>" in answer
    await house.type("status INC-777")
    assert "No investigation of INC-777 is going on" in shown(house.whispers()[-1])


async def test_history_shows_what_was_before(house: House) -> None:
    await house.type("history")
    assert "No investigation yet" in shown(house.whispers()[-1])
    await house.run()
    await house.type("history")
    answer = shown(house.whispers()[-1])
    assert "*INC-123* checkout 5xx · completed" in answer
    assert "orders v412 filled the orders-db pool (0.86)" in answer
    assert "*RECORDED DATA*" in answer
    await house.type("history INC-777")
    assert "No investigation of INC-777 yet" in shown(house.whispers()[-1])
    assert "Start one" not in shown(house.whispers()[-1])


async def test_stop_ends_the_run_with_what_it_has(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("INC-123")
    await house.until(lambda message: "*3/3 Network*" in shown(message))
    await house.type("stop", user="ben")
    assert "INC-123 is stopped" in shown(house.whispers("ben")[-1])
    parent = await house.whole_thread()
    assert "Stopped by ben." in shown(parent)
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    assert summary.state == InvestigationState.STOPPED


async def test_stop_with_several_runs_asks_which_and_with_none_says_so(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("stop")
    assert "No investigation is going on" in shown(house.whispers()[-1])
    await house.type("INC-123")
    await house.type("orders are slow")
    await house.type("stop")
    assert "Which one?" in shown(house.whispers()[-1])
    await house.type("stop INC-123")
    assert "INC-123 is stopped" in shown(house.whispers()[-1])
    (left,) = await house.service.running(house.sandbox.workspace.team_id)
    await house.type(f"stop {left.investigation.investigation_id}")
    assert await house.service.running(house.sandbox.workspace.team_id) == []


async def test_a_sentence_that_begins_like_a_verb_is_investigated(house: House) -> None:
    await house.run("stop losing orders since=30m")
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    assert summary.title == "stop losing orders"


async def test_a_mention_in_a_thread_starts_a_thread_of_its_own_and_shows_the_way(house: House) -> None:
    alert = house.sandbox.say("ben", CHANNEL, "checkout alert")
    house.sandbox.say("ana", CHANNEL, "@compass investigate INC-123", thread_ts=alert.ts)
    parent = await house.whole_thread()
    assert parent.thread_ts in (None, parent.ts)
    assert "*INC-123 checkout 5xx*" in shown(parent)
    assert len(house.thread(parent)) == 7
    await house.until(lambda message: message.ephemeral_for is not None)
    (answer,) = house.whispers()
    assert answer.thread_ts == alert.ts
    assert "INC-123 is being investigated. Follow it <" in shown(answer)
    assert f"/p{parent.ts.replace('.', '')}|in its thread>" in shown(answer)


async def test_a_mention_in_the_channel_starts_a_thread_without_a_further_answer(house: House) -> None:
    house.sandbox.say("ana", CHANNEL, "@compass investigate INC-123")
    parent = await house.whole_thread()
    assert parent.thread_ts in (None, parent.ts)
    assert house.whispers() == []


async def test_a_mention_in_the_channel_is_answered_for_the_writers_eyes(house: House) -> None:
    house.sandbox.say("ana", CHANNEL, "@compass status")
    answer = await house.until(lambda message: message.ephemeral_for is not None)
    assert "No investigation is going on" in shown(answer)
    house.sandbox.say("ana", CHANNEL, "@compass new")
    await house.until(lambda message: "Forms cannot be opened from a mention" in shown(message))
    house.sandbox.say("ana", CHANNEL, "@compass")
    await house.until(lambda message: "Compass investigates incidents" in shown(message))


async def test_titles_of_private_incidents_show_up_nowhere_else(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    house.sandbox.invite_app("sre-private")
    await house.type("INC-123", channel="sre-private")
    await house.type("status", user="chiara")
    await house.type("history", user="chiara")
    await house.type("INC-123", user="chiara")
    status, history, joined = (shown(each) for each in house.whispers("chiara"))
    for answer in (status, history, joined):
        assert scene.INCIDENT.title not in answer
        assert "archives" not in answer
    assert "+1 in private channels" in status
    assert joined.endswith("INC-123 is being investigated already, in a private channel.")
    await house.type("status", channel="sre-private")
    assert scene.INCIDENT.title in shown(house.whispers("ana")[-1])
