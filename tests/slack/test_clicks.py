"""Buttons: one effect each, and an answer for everybody."""

import asyncio

from bot.sandbox import Message
from bot.sandbox.api.content import Content
from bot.sandbox.api.posting import post_as_app
from bot.slack.ids import Action, Target, action_id
from tests.slack import scene
from tests.slack.conftest import CHANNEL, House, MakeHouse, shown, texts_of
from tests.support.agents import ScriptedAgent, team_of

H1 = ".h1"


def report_of(house: House, parent: Message) -> Message:
    return next(each for each in house.thread(parent) if shown(each).startswith("<@"))


async def decisions(house: House) -> list[tuple[str, str, str]]:
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    view = await house.service.view(summary.workspace, summary.investigation_id)
    return [(each.hypothesis_id, each.verdict.value, each.by.name) for each in view.decisions]


async def test_accept_is_recorded_and_stays_on_the_card(house: House) -> None:
    parent = await house.run()
    await house.click(report_of(house, parent), Action.ACCEPT + H1, "ben")
    card = await house.until(lambda message: "Accepted by ben" in shown(message))
    assert card.ts == report_of(house, parent).ts
    assert "12:0" in shown(card)
    assert "UTC" in shown(card)
    assert "Accept\n" not in shown(card) + "\n"
    assert await decisions(house) == [("h1", "accepted", "ben")]


async def test_a_second_click_changes_nothing_and_says_who_was_first(house: House) -> None:
    parent = await house.run()
    card = report_of(house, parent)
    await house.click(card, Action.ACCEPT + H1, "ben")
    await house.click(card, Action.ACCEPT + H1, "ana")
    await house.click(card, Action.ACCEPT + H1, "ben")
    for user in ("ana", "ben"):
        (answer,) = house.whispers(user)
        assert "Already accepted by ben, " in shown(answer)
        assert "RECORDED DATA" in answer.text
    assert await decisions(house) == [("h1", "accepted", "ben")]


async def test_two_people_clicking_at_once_make_one_decision_and_both_know(house: House) -> None:
    parent = await house.run()
    card = report_of(house, parent)
    await asyncio.gather(
        *(house.sandbox.click_message(user, card, Action.ACCEPT + H1) for user in ("ana", "ben", "chiara"))
    )
    await house.surface.jobs.drain()
    made = await decisions(house)
    assert len(made) == 1
    answered = [user for user in ("ana", "ben", "chiara") if house.whispers(user)]
    assert len(answered) == 2
    assert made[0][2] not in answered


async def test_a_click_that_is_delivered_twice_has_one_effect_and_no_complaint(house: House) -> None:
    parent = await house.run()
    house.sandbox.deliver_twice_next()
    await house.click(report_of(house, parent), Action.ACCEPT + H1, "ben")
    assert await decisions(house) == [("h1", "accepted", "ben")]
    assert house.whispers("ben") == []


async def test_reject_asks_why_and_keeps_the_reason(house: House) -> None:
    parent = await house.run()
    await house.click(report_of(house, parent), Action.REJECT + H1, "ben")
    assert house.sandbox.modal("ben") is not None
    outcome = await house.submit({"preset": "symptom", "reason": "the *deploy* was first"}, "ben")
    assert outcome.acknowledged
    assert house.sandbox.modal("ben") is None
    card = await house.until(lambda message: "Rejected by ben" in shown(message))
    assert "It is a symptom, not the cause. the ∗deploy∗ was first" in shown(card)
    assert await decisions(house) == [("h1", "rejected", "ben")]


async def test_no_reason_is_reason_enough(house: House) -> None:
    parent = await house.run()
    await house.click(report_of(house, parent), Action.REJECT + H1)
    await house.submit({})
    assert await decisions(house) == [("h1", "rejected", "ana")]


async def test_a_rejection_that_comes_second_says_who_was_first(house: House) -> None:
    parent = await house.run()
    card = report_of(house, parent)
    await house.click(card, Action.REJECT + H1, "ana")
    await house.click(card, Action.ACCEPT + H1, "ben")
    await house.submit({"preset": "known"}, "ana")
    assert "Already accepted by ben" in shown(house.whispers("ana")[-1])
    assert await decisions(house) == [("h1", "accepted", "ben")]


async def test_evidence_opens_with_queries_and_links(house: House) -> None:
    parent = await house.run()
    await house.click(report_of(house, parent), Action.EVIDENCE + H1)
    view = house.sandbox.modal("ana")
    assert view is not None
    said = shown_view(house)
    assert "orders-db pool 20 of 20 in use, was 6" in said
    assert "|open>" in said
    assert "http_requests_total" in said
    assert "Pool waits are 0" in said


async def test_all_that_an_agent_observed_opens_from_its_findings(house: House) -> None:
    parent = await house.run()
    findings = next(each for each in house.thread(parent) if "*Database*" in shown(each))
    await house.click(findings, Action.FACTS + ".database")
    said = shown_view(house)
    assert "*Unusual*" in said
    assert "*Normal*\n• CPU of orders-db" in said
    assert "*Not checked*\n• locks: no exporter" in said


async def test_lists_are_turned_page_by_page(make_house: MakeHouse) -> None:
    many = [scene.RETRIES.model_copy(update={"statement": f"thought {n}", "service": f"s{n}"}) for n in range(8)]
    cited = {"supporting": tuple(f"o{n}" for n in range(1, 11)), "refuting": ()}
    full = scene.POOL_FULL.model_copy(update=cited)
    facts = [scene.ERRORS.model_copy(update={"summary": f"fact {n}"}) for n in range(10)]
    team = team_of(lambda: ScriptedAgent("application", facts, [full, *many]))
    house = await make_house(team=team)
    parent = await house.run()
    thread = house.thread(parent)
    await house.click(report_of(house, parent), Action.HYPOTHESES + ".0")
    await house.click_in_view(Action.HYPOTHESES_PAGE + ".1")
    assert "6–9 of 9" in shown_view(house)
    await house.sandbox.close_view("ana")
    await house.click(report_of(house, parent), Action.EVIDENCE + H1)
    await house.click_in_view(Action.EVIDENCE_PAGE + ".h1.1")
    assert "7–10 of 10" in shown_view(house)
    await house.click_in_view(Action.EVIDENCE_PAGE + ".h1")
    assert "1–6 of 10" in shown_view(house)
    await house.sandbox.close_view("ana")
    await house.click(thread[1], Action.FACTS + ".application")
    await house.click_in_view(Action.FACTS_PAGE + ".application.1")
    assert "7–10 of 10" in shown_view(house)


async def test_all_hypotheses_can_be_decided_in_their_list(house: House) -> None:
    parent = await house.run()
    await house.click(report_of(house, parent), Action.HYPOTHESES + ".0")
    assert "The gateway retries too often" in shown_view(house)
    await house.click_in_view(Action.ACCEPT + ".h2")
    assert "Accepted by ana" in shown_view(house)
    await house.click_in_view(Action.REJECT + ".h3")
    await house.submit({"reason": "no"})
    assert "Rejected by ana" in shown_view(house)
    assert await decisions(house) == [("h2", "accepted", "ana"), ("h3", "rejected", "ana")]
    await house.click_in_view(Action.EVIDENCE + ".h3")
    assert shown_view(house).startswith("*The gateway retries too often*")


async def test_a_list_that_was_closed_meanwhile_is_no_error(house: House) -> None:
    parent = await house.run()
    await house.click(report_of(house, parent), Action.HYPOTHESES + ".0")
    house.sandbox.fail_next("views.update", error="not_found")
    await house.click_in_view(Action.ACCEPT + ".h2")
    assert await decisions(house) == [("h2", "accepted", "ana")]
    house.sandbox.fail_next("views.update", error="not_found")
    await house.click_in_view(Action.ACCEPT + ".h2", "ana")
    assert "Something went wrong" not in shown_view(house)


async def test_a_list_that_somebody_else_decided_in_shows_it_on_the_next_click(house: House) -> None:
    parent = await house.run()
    card = report_of(house, parent)
    await house.click(card, Action.HYPOTHESES + ".0", "ana")
    await house.click(card, Action.ACCEPT + H1, "ben")
    await house.click_in_view(Action.ACCEPT + H1, "ana")
    assert "Accepted by ben" in shown_view(house, "ana")


async def test_stop_ends_the_run_and_names_who_did(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("INC-123")
    card = await house.until(lambda message: "*3/3 Network*" in shown(message))
    await house.click(card, Action.STOP + ".0", "ben")
    assert "INC-123 is stopped" in shown(house.whispers("ben")[-1])
    parent = await house.whole_thread()
    assert "Stopped by ben." in shown(parent)
    await house.click(card, Action.STOP + ".0", "chiara")
    assert "INC-123 had already ended. Nothing was changed." in shown(house.whispers("chiara")[-1])


async def test_another_window_is_another_run_and_the_first_one_stops(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("INC-123 budget=3")
    card = await house.until(lambda message: "*3/3 Network*" in shown(message))
    await house.click(card, Action.WINDOW + ".0", "ben")
    wrong = await house.submit({"since": "soon"}, "ben")
    assert wrong.errors == {"since": "Must be a time such as 14:00, 30m or 2026-03-14T14:00Z."}
    assert (await house.submit({"since": "11:30"}, "ben")).acknowledged
    house.hold.set()
    await house.until_true(
        lambda: len([1 for each in house.sandbox.workspace.messages if "*Cost*" in shown(each)]) == 2
    )
    newer, older = await house.service.history(house.sandbox.workspace.team_id)
    assert (older.state, newer.state) == ("stopped", "completed")
    again = (await house.service.view(newer.workspace, newer.investigation_id)).investigation
    assert again.incident.start_time.strftime("%H:%M") == "11:30"
    assert str(again.budget) == "3"
    assert again.requested_by.name == "ben"


async def test_a_window_outside_of_the_recording_is_refused_and_stops_nothing(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("INC-123")
    card = await house.until(lambda message: "*3/3 Network*" in shown(message))
    await house.click(card, Action.WINDOW + ".0")
    await house.submit({"since": "03:00"})
    assert "must lie within the recording" in shown(house.whispers()[-1])
    assert len(await house.service.running(house.sandbox.workspace.team_id)) == 1


async def test_another_window_of_a_run_that_has_ended_just_starts_one(house: House) -> None:
    parent = await house.run()
    await house.click(house.sandbox.workspace.message(CHANNEL, parent.ts), Action.WINDOW + ".0")
    await house.submit({"since": "11:30"})
    await house.until_true(
        lambda: len([1 for each in house.sandbox.workspace.messages if "*Cost*" in shown(each)]) == 2
    )
    newer, older = await house.service.history(house.sandbox.workspace.team_id)
    assert (older.state, newer.state) == ("completed", "completed")


async def test_a_button_of_an_unknown_investigation_is_answered(house: House) -> None:
    await house.run()
    await press(house, Action.ACCEPT, Target("inv-0000000000", "h1").packed())
    assert "No investigation inv-0000000000 in this workspace." in shown(house.whispers()[-1])


async def test_a_hypothesis_that_does_not_exist_is_answered(house: House) -> None:
    await house.run()
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    await press(house, Action.ACCEPT, Target(summary.investigation_id, "h99").packed())
    assert "No hypothesis h99" in shown(house.whispers()[-1])


async def test_a_hostile_value_is_refused_before_anything_is_done(house: House) -> None:
    await house.run()
    await press(house, Action.ACCEPT, "v1/../../etc/0/<!channel>")
    assert "another version of Compass" in shown(house.whispers()[-1])
    assert await decisions(house) == []


async def test_a_button_of_another_version_is_answered(house: House) -> None:
    post = {"type": "actions", "elements": [button("compass.dance.h1", "v1/a/b/0")]}
    message = await planted(house, post)
    await house.click(message, "compass.dance.h1")
    assert "another version of Compass" in shown(house.whispers()[-1])


def button(name: str, value: str) -> dict[str, object]:
    return {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": name, "value": value}


async def planted(house: House, block: dict[str, object]) -> Message:
    """A message of the bot's own with this block, as an old or a forged one might be."""
    space = house.sandbox.workspace
    return post_as_app(space, space.channel(CHANNEL), Content("old", ({**block, "block_id": "b"},)))


async def press(house: House, action: Action, value: str) -> None:
    name = action_id(action, Target("x", "h1"))
    message = await planted(house, {"type": "actions", "elements": [button(name, value)]})
    await house.click(message, name)


def shown_view(house: House, user: str = "ana") -> str:
    view = house.sandbox.modal(user)
    assert view is not None
    return texts_of(view.blocks)
