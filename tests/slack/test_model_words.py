"""Words that a model reads, in Slack: what it could not read is said where the run begins, and no answer asks it again."""

from typing import Any

from agents.llm.words import ModelReaders
from orchestrator.errors import ModelUnavailableError
from orchestrator.events import InvestigationView
from tests.slack.conftest import House, MakeHouse, shown
from tests.support.models import OneModel, ScriptedModel

GERMAN = "INC-123 die Kasse ist seit zwei Stunden langsam"


def reading(answer: Any) -> tuple[ScriptedModel, ModelReaders]:
    model = ScriptedModel(lambda _: answer)
    return model, ModelReaders(OneModel(model))


async def the_run(house: House) -> InvestigationView:
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    return await house.service.view(summary.workspace, summary.investigation_id)


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
