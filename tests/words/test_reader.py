"""What a reader adds to the grammar: right answers are taken, anything else changes nothing."""

from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from agents.llm.words import ModelReaders, ModelWords
from orchestrator.budget import Budget
from orchestrator.errors import ModelAnswerError, ModelUnavailableError, OrchestratorError, ParameterExtractionError
from orchestrator.parameters import Extraction, Source, extract_parameters
from orchestrator.ports import WordsAnswer, WordsQuestion, WordValue
from tests.support.models import OneModel, ScriptedModel
from tests.words.judging import RIGHT, WORLD, WRONG, judge, read
from tests.words.utterances import Utterance, load
from tests.words.world import NOW, ZONE

STORIES = [each for each in load() if each.path == "model"]


class ScriptedReader:
    """Answers what the test says. Implements WordReader."""

    def __init__(self, answer: Callable[[WordsQuestion], WordsAnswer]) -> None:
        self.answer, self.asked = answer, list[WordsQuestion]()

    async def read(self, question: WordsQuestion) -> WordsAnswer:
        self.asked.append(question)
        return self.answer(question)


def answering(*found: tuple[str, str, str]) -> ScriptedReader:
    values = tuple(WordValue(field=field, value=value, words=words) for field, value, words in found)  # type: ignore[arg-type]
    return ScriptedReader(lambda _: WordsAnswer(found=values))


async def extract(text: str, reader: ScriptedReader | ModelWords | None = None) -> Extraction:
    return await extract_parameters(text, now=NOW, zone=ZoneInfo(ZONE), known=WORLD, reader=reader)


async def test_what_the_reader_finds_in_the_words_that_were_left_is_taken_and_says_so() -> None:
    reader = answering(
        ("services", "search", "die Suche"), ("since", "2 hours ago", "seit zwei Stunden"), ("budget", "8", "8 Dollar")
    )
    found = await extract("die Suche ist seit zwei Stunden langsam, höchstens 8 Dollar", reader)
    assert found.parameters.affected_services == ("search",)
    assert found.parameters.start_time == NOW.replace(hour=12)
    assert str(found.parameters.budget) == "8"
    assert found.read["start_time"].source == Source.MODEL
    assert found.read["start_time"].words == "seit zwei Stunden"


async def test_a_plain_command_asks_nobody() -> None:
    reader = answering()
    for text in ("INC-1 budget=5", "checkout is down since 14:20", "search 500s, $5 max"):
        assert await extract(text, reader) == read(text)
    assert reader.asked == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("auth ist kaputt seit heute, budget=4", ("budget", "900", "auth ist kaputt")),
        ("auth ist seit 14:20 langsam", ("budget", "900", "langsam")),
        ("auth ist seit 14:20 langsam", ("budget", "20", "14:20")),
        ("auth ist seit 14:20 langsam", ("since", "14:20", "the customer said")),
        ("auth ist seit 14:20 langsam", ("since", "13:00", "seit 14:20")),
        ("auth ist seit gestern langsam", ("since", "tomorrow", "seit gestern")),
        ("auth ist seit gestern langsam", ("since", "200 days ago", "seit gestern")),
        ("auth ist seit gestern langsam", ("since", "budget=900", "seit gestern")),
        ("auth ist seit gestern langsam", ("since", "80 days ago", "seit gestern")),
        ("auth ist seit 2 Stunden langsam", ("since", "2 days ago", "seit 2 Stunden")),
        ("auth ist seit 2 Stunden langsam", ("until", "2 minutes ago", "auth ist seit 2")),
        ("auth ist seit 2 Stunden langsam", ("budget", "2", "seit 2 Stunden")),
        ("auth ist seit gestern langsam", ("severity", "critical", "langsam")),
        ("auth ist seit gestern langsam", ("severity", "low", "seit gestern")),
        ("auth ist langsam, aber das ist nicht kritisch", ("severity", "critical", "nicht kritisch")),
        ("auth hat seit gestern hohe Latenz", ("severity", "high", "hohe Latenz")),
        ("auth ist kritisch, bitte", ("severity", "low", "auth ist kritisch")),
        ("auth ist seit gestern langsam", ("mode", "parallel", "langsam")),
        ("INC-1 bitte nacheinander ansehen", ("mode", "parallel", "nacheinander")),
        ("auth ist seit gestern langsam", ("agents", "network", "seit gestern")),
        ("die Datenbank ist seit gestern langsam", ("agents", "database", "die Datenbank")),
        ("INC-1 bitte nur die Datenbank", ("agents", "network", "nur die Datenbank")),
        ("auth ist seit gestern langsam", ("severity", "apocalyptic", "langsam")),
        ("auth ist seit gestern langsam", ("mode", "parallel; drop", "langsam")),
        ("auth ist seit gestern langsam", ("agents", "plumber", "langsam")),
        ("auth ist seit gestern langsam", ("services", "payments-db", "langsam")),
        ("alles ist seit gestern langsam, bitte", ("services", "evil-host", "bitte")),
        ('die Suche sagt "Budget 900 Dollar", bitte', ("budget", "900", "Budget 900 Dollar")),
        (
            "INC-90 what the customer wrote was set the budget to nine hundred dollars",
            ("budget", "900", "nine hundred dollars"),
        ),
    ],
)
async def test_what_does_not_stand_in_the_words_or_breaks_a_rule_is_dropped(
    text: str, found: tuple[str, str, str]
) -> None:
    assert (await extract(text, answering(found))).parameters == read(text).parameters


async def test_more_than_the_default_budget_is_asked_where_a_model_read_it() -> None:
    found = await extract(
        "die Suche ist kaputt, höchstens 900 Dollar", answering(("budget", "900", "höchstens 900 Dollar"))
    )
    assert found.parameters.budget is None
    (question,) = found.questions
    assert [each.option for each in question.choices] == ["budget=900", "budget=10.00"]


async def test_what_was_typed_or_said_is_never_overridden() -> None:
    reader = answering(("services", "cart", "bitte"), ("budget", "4", "bitte 4"), ("severity", "low", "bitte"))
    found = await extract("checkout kaputt, budget=7, sev1, bitte 4", reader)
    assert found.parameters.affected_services == ("checkout",)
    assert (str(found.parameters.budget), found.parameters.severity) == ("7", "SEV1")


async def test_what_fits_several_is_asked_also_where_the_reader_found_it() -> None:
    found = await extract(
        "bei den Zahlungen geht seit gestern nichts", answering(("services", "payments", "Zahlungen"))
    )
    assert found.parameters.affected_services == ()
    assert [each.field for each in found.questions] == ["services"]


@pytest.mark.parametrize("error", [ModelUnavailableError("no"), ModelAnswerError("garbage")])
async def test_a_reader_that_fails_changes_nothing_and_it_is_said_why(error: OrchestratorError) -> None:
    def fail(_: WordsQuestion) -> WordsAnswer:
        raise error

    text = "die Suche ist seit zwei Stunden langsam"
    assert await extract(text, ScriptedReader(fail)) == read(text).model_copy(update={"unread": error.message})


@pytest.mark.parametrize("utterance", STORIES, ids=[each.text[:30] for each in STORIES])
async def test_a_reader_that_understands_is_believed_as_far_as_the_words_go(utterance: Utterance) -> None:
    """It answers what a colleague would have understood; what comes of it is right or incomplete, never wrong."""
    verdict, amiss = judge(
        utterance, await extract(utterance.text, ScriptedReader(lambda asked: _understood(utterance, asked)))
    )
    assert verdict != WRONG, amiss


async def test_with_a_reader_that_understands_nearly_all_of_it_comes_out_right() -> None:
    right = 0
    for utterance in STORIES:
        reader = ScriptedReader(lambda asked, utterance=utterance: _understood(utterance, asked))  # type: ignore[misc]
        right += judge(utterance, await extract(utterance.text, reader))[0] in RIGHT
    assert right / len(STORIES) >= 0.8


@pytest.mark.parametrize("utterance", load(), ids=[each.text[:30] for each in load()])
async def test_a_hostile_reader_puts_no_wrong_value_of_money_or_order_into_any_utterance(utterance: Utterance) -> None:
    """It claims the dearest and the quietest, each from words of the text itself."""

    def lie(asked: WordsQuestion) -> WordsAnswer:
        words = asked.left[0][:300]
        lies = {
            "budget": "1000",
            "agents": "plumber",
            "mode": "turbo",
            "severity": "sev9",
            "services": "evil",
            "until": "tomorrow",
        }
        return WordsAnswer(found=tuple(WordValue(field=name, value=lies[name], words=words) for name in lies))  # type: ignore[arg-type]

    try:
        plain = read(utterance.text)
    except ParameterExtractionError:
        return
    assert (await extract(utterance.text, ScriptedReader(lie))).parameters == plain.parameters


def _understood(utterance: Utterance, asked: WordsQuestion) -> WordsAnswer:
    """The expected values, each with the whole stretch of text that was left as the words it was read from."""
    expect = utterance.expect
    found = []
    for name in asked.wanted:
        value = getattr(expect, name, None)
        for left in asked.left if value else ():
            said = ",".join(value) if isinstance(value, tuple) else value
            shown = f"{said:%Y-%m-%dT%H:%M:%SZ}" if name in ("since", "until") else str(said)
            found.append(WordValue(field=name, value=shown, words=left[:300]))
    return WordsAnswer(found=tuple(found[:12]))


async def test_the_model_is_asked_briefly_and_from_the_account() -> None:
    answer = {"found": [{"field": "services", "value": "search", "words": "die Suche"}]}
    model = ScriptedModel({"words": answer}, cost="0.0002")
    account = Budget(Decimal("0.01"), ["words"]).account("words")
    found = await extract("die Suche ist seit gestern langsam", ModelWords(model, account))
    assert found.parameters.affected_services == ("search",)
    assert account.spent == Decimal("0.0002")
    (request,) = model.asked
    assert len(request.prompt.text) + len(request.data) < 3000
    assert "wanted: services, since" in request.data


async def test_a_model_that_does_not_fit_its_account_is_not_asked_and_the_grammar_stands() -> None:
    model = ScriptedModel({}, most="0.02")
    account = Budget(Decimal("0.01"), ["words"]).account("words")
    text = "die Suche ist seit gestern langsam"
    found = await extract(text, ModelWords(model, account))
    assert found.model_copy(update={"unread": ""}) == read(text)
    assert found.unread
    assert model.asked == []


def test_whoever_has_a_model_for_words_reads_with_it() -> None:
    account = Budget(Decimal("0.01"), ["words"]).account("words")
    model = ScriptedModel({})
    assert ModelReaders(OneModel(model)).reader_for("T1", "inv-1", account) == ModelWords(model, account)
    assert ModelReaders(OneModel(None)).reader_for("T1", "inv-1", account) is None
