"""Where words fit several, somebody is asked before anything starts; the answer starts it, once."""

from bot.slack.ids import Action
from tests.slack.conftest import CHANNEL, House, MakeHouse, shown


def in_form(house: House) -> dict[str, tuple[str, str]]:
    """What stands in each field of the form that is open, and the hint beside it."""
    modal = house.sandbox.modal("ana")
    assert modal is not None
    fields = {}
    for block in modal.blocks:
        if block["type"] == "input":
            element = block["element"]
            text = element.get("initial_value") or element.get("initial_option", {}).get("value", "")
            fields[element["action_id"]] = (text, block.get("hint", {}).get("text", ""))
    return fields


TEXT = "INC-123 budget=5 budget=10"


async def test_nothing_is_started_before_the_question_is_answered(house: House) -> None:
    await house.type(TEXT)
    (asked,) = house.whispers()
    assert "Only one of “budget=5 and budget=10” can hold. Which?" in shown(asked)
    assert "Nothing was started yet." in shown(asked)
    assert f"You wrote: {TEXT}" in shown(asked)
    assert await house.service.history(house.sandbox.workspace.team_id) == []
    assert house.calls("chat.postMessage") == 0


async def test_the_choice_starts_the_run_and_takes_the_question_away(house: House) -> None:
    await house.type(TEXT)
    await house.click(house.whispers()[0], Action.CHOOSE + ".1")
    await house.whole_thread()
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    view = await house.service.view(summary.workspace, summary.investigation_id)
    assert str(view.investigation.budget) == "10"
    assert house.whispers() == []


async def test_a_second_question_follows_the_first_answer(house: House) -> None:
    await house.type("INC-123 budget=5 budget=10 sev1 sev3")
    await house.click(house.whispers()[0], Action.CHOOSE + ".0")
    (asked,) = house.whispers()
    await house.click(asked, Action.CHOOSE + ".0")
    await house.whole_thread()
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    incident = (await house.service.view(summary.workspace, summary.investigation_id)).investigation.incident
    assert incident.severity in ("SEV1", "SEV3")


async def test_clicking_twice_starts_one_run_also_of_an_incident_without_an_id(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("the shop is slow budget=5 budget=10")
    (asked,) = house.whispers()
    await house.sandbox.click_message("ana", asked, Action.CHOOSE + ".0")
    await house.sandbox.click_message("ana", asked, Action.CHOOSE + ".0")
    await house.surface.jobs.drain()
    assert len(await house.service.running(house.sandbox.workspace.team_id)) == 1


async def test_other_opens_the_form_with_what_was_understood(house: House) -> None:
    await house.type("INC-123 checkout slow budget=5 budget=10 sev2 since=11:30")
    await house.click(house.whispers()[0], Action.OTHER + ".0")
    assert house.calls("views.open") == 1
    form = in_form(house)
    assert form["incident"] == ("INC-123", "As typed.")
    assert form["since"] == ("2026-03-14T11:30:00Z", "As typed.")
    assert form["severity"] == ("SEV2", "Read from your words.")
    assert form["title"] == ("checkout slow", "Read from your words.")
    assert form["budget"] == ("", "More than 0, at most 1000. Left empty: the default.")
    assert form["mode"] == ("sequential", "Default: nobody said.")
    assert await house.service.history(house.sandbox.workspace.team_id) == []


async def test_an_answer_and_the_form_of_one_question_start_one_run(make_house: MakeHouse) -> None:
    house = await make_house(held=True)
    await house.type("the shop is slow budget=5 budget=10")
    (asked,) = house.whispers()
    await house.sandbox.click_message("ana", asked, Action.OTHER + ".0")
    await house.surface.jobs.drain()
    assert in_form(house)["incident"][0] == ""
    await house.sandbox.click_message("ana", asked, Action.CHOOSE + ".0")
    await house.surface.jobs.drain()
    await house.submit({"budget": "7"})
    assert len(await house.service.running(house.sandbox.workspace.team_id)) == 1


async def test_an_answer_pressed_after_the_run_has_ended_starts_no_other(house: House) -> None:
    await house.type(TEXT)
    (asked,) = house.whispers()
    await house.sandbox.click_message("ana", asked, Action.CHOOSE + ".0")
    await house.surface.jobs.drain()
    await house.whole_thread()
    await house.sandbox.click_message("ana", asked, Action.CHOOSE + ".1")
    await house.surface.jobs.drain()
    assert len(await house.service.history(house.sandbox.workspace.team_id)) == 1


async def test_values_of_a_form_are_kept_as_such(house: House) -> None:
    await house.type("INC-123 checkout slow budget=5 budget=10 agents=database")
    await house.click(house.whispers()[0], Action.OTHER + ".0")
    await house.submit({"budget": "7"})
    await house.whole_thread()
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    made = (await house.service.view(summary.workspace, summary.investigation_id)).investigation
    assert (made.budget, made.agent_ids) == (7, ("database",))
    assert dict(made.told)["budget"] == dict(made.told)["agent_ids"] == "form"
    assert dict(made.told)["start_time"] == "record"


async def test_another_window_begins_with_the_one_there_is(house: House) -> None:
    await house.type("INC-123")
    await house.click(await house.whole_thread(), Action.WINDOW + ".0")
    assert in_form(house)["since"][0] == "12:02:00Z"
    assert in_form(house)["since"][1].startswith("From the record. ")
    assert (await house.submit({"since": "12:02:00Z"})).acknowledged


async def test_words_too_long_for_a_button_are_refused_with_what_can_be_typed(house: House) -> None:
    await house.type("INC-123 budget=5 budget=10 " + "slow " * 600)
    (answer,) = house.whispers()
    assert "may mean one of $5, $10" in shown(answer)
    assert house.calls("chat.postMessage") == 0
    assert CHANNEL
