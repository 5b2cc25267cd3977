"""Words that a model reads, in Slack: what it could not read is said where the run begins, and no answer asks it again."""

from typing import Any

from agents.llm.words import ModelReaders
from bot.slack.ids import Action
from orchestrator.errors import ModelUnavailableError
from orchestrator.events import InvestigationView
from tests.slack.conftest import House, MakeHouse, close, shown
from tests.support.models import OneModel, ScriptedModel

ASKED_BACK = "INC-123 die Kasse ist seit zwei Stunden langsam, höchstens 8 Dollar, sev1 sev3"
FOUND = {"found": [{"field": "budget", "value": "8", "words": "höchstens 8 Dollar"}]}
GERMAN = "INC-123 die Kasse ist seit zwei Stunden langsam"


def reading(answer: Any) -> tuple[ScriptedModel, ModelReaders]:
    model = ScriptedModel(lambda _: answer)
    return model, ModelReaders(OneModel(model))


async def the_run(house: House) -> InvestigationView:
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    return await house.service.view(summary.workspace, summary.investigation_id)


def paid_for_words(view: InvestigationView) -> list[tuple[str, str]]:
    return [(each.call_id, str(each.amount)) for each in view.ledger if each.agent_id == "words"]


async def test_the_card_says_that_the_model_could_not_read_the_words_and_why(make_house: MakeHouse) -> None:
    _, readers = reading(ModelUnavailableError("OpenAI refuses the key."))
    house = await make_house(readers=readers)
    parent = await house.run(GERMAN)
    assert "The model could not read the rest of your words (OpenAI refuses the key)." in shown(parent)


async def test_an_answer_that_is_none_is_said_too(make_house: MakeHouse) -> None:
    house = await make_house(readers=reading({"found": "garbage"})[1])
    parent = await house.run(GERMAN)
    assert "could not read the rest of your words (The model's answer is not of the wanted form)." in shown(parent)


async def test_money_that_is_not_left_is_said_too(make_house: MakeHouse) -> None:
    model = ScriptedModel({}, most="5")
    house = await make_house(readers=ModelReaders(OneModel(model)))
    assert "The model could not read the rest of your words (" in shown(await house.run(GERMAN))
    assert model.asked == []


async def test_nothing_is_said_without_a_model_nor_where_it_could_read(make_house: MakeHouse) -> None:
    house = await make_house()
    assert "could not read" not in shown(await house.run(GERMAN))
    model, readers = reading({"found": []})
    read = await make_house(before=house, readers=readers)
    assert "could not read" not in shown(await read.run(GERMAN))
    assert len(model.asked) == 1


async def test_an_answer_starts_from_what_the_model_had_read_and_the_run_pays_for_it_once(
    make_house: MakeHouse,
) -> None:
    model, readers = reading(FOUND)
    house = await make_house(readers=readers)
    await house.type(ASKED_BACK)
    await house.clock.advance(600)
    await house.click(house.whispers()[0], Action.CHOOSE + ".0")
    await house.whole_thread()
    view = await the_run(house)
    assert len(model.asked) == 1
    assert (str(view.investigation.budget), dict(view.investigation.told)["budget"]) == ("8", "model")
    assert paid_for_words(view) == [("words-1", "0.001")]


async def test_a_second_question_and_a_restart_between_ask_and_pay_no_more(make_house: MakeHouse) -> None:
    model, readers = reading({"found": [{"field": "budget", "value": "900", "words": "höchstens 900 Dollar"}]})
    house = await make_house(readers=readers)
    await house.type("INC-123 die Kasse ist seit zwei Stunden langsam, höchstens 900 Dollar, sev1 sev3")
    await house.click(house.whispers()[0], Action.CHOOSE + ".0")
    await close(house)
    house = await make_house(before=house)
    await house.click(house.whispers()[0], Action.CHOOSE + ".0")
    await house.whole_thread()
    view = await the_run(house)
    assert len(model.asked) == 1
    assert (str(view.investigation.budget), paid_for_words(view)) == ("900", [("words-1", "0.001")])


async def test_the_form_of_a_question_pays_for_what_the_model_had_read(make_house: MakeHouse) -> None:
    model, readers = reading(FOUND)
    house = await make_house(readers=readers)
    await house.type(ASKED_BACK)
    await house.click(house.whispers()[0], Action.OTHER + ".0")
    await house.submit({"severity": "SEV1"})
    await house.whole_thread()
    view = await the_run(house)
    assert len(model.asked) == 1
    assert (str(view.investigation.budget), paid_for_words(view)) == ("8", [("words-1", "0.001")])


async def test_a_model_that_could_not_read_is_not_asked_again_by_an_answer(make_house: MakeHouse) -> None:
    model, readers = reading(ModelUnavailableError("OpenAI refuses the key."))
    house = await make_house(readers=readers)
    await house.type(ASKED_BACK)
    await house.click(house.whispers()[0], Action.CHOOSE + ".0")
    parent = await house.whole_thread()
    assert len(model.asked) == 1
    assert "could not read the rest of your words (OpenAI refuses the key)." in shown(parent)
