"""The grammar alone over the corpus: most of plain English exactly right, and never a wrong value that nobody is told of."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters import Source
from tests.words.judging import RIGHT, WRONG, judge, read
from tests.words.utterances import Utterance, load

ENOUGH = 0.9


def judged() -> Iterator[tuple[Utterance, str, str]]:
    for utterance in load():
        try:
            verdict = judge(utterance, read(utterance.text))
        except ParameterExtractionError as error:
            verdict = judge(utterance, error)
        yield utterance, *verdict


def test_no_wrong_value_is_accepted_silently_anywhere() -> None:
    assert [f"{each.text[:120]!r}: {amiss}" for each, verdict, amiss in judged() if verdict == WRONG] == []


def test_nine_of_ten_plain_english_utterances_are_exactly_right() -> None:
    plain = Counter(
        verdict in RIGHT for each, verdict, _ in judged() if (each.language, each.path) == ("en", "grammar")
    )
    assert plain[True] / plain.total() >= ENOUGH


def test_what_a_model_would_have_to_read_is_nearly_always_left_for_it() -> None:
    """Words that may hold more are named, and so a model is asked. Single foreign words cannot be told from names."""
    incomplete = [each for each, verdict, _ in judged() if verdict not in RIGHT and each.path == "model"]
    silent = [each.text for each in incomplete if not read(each.text).left]
    assert len(silent) <= len(incomplete) / 10, silent


@pytest.mark.parametrize(
    "text",
    [
        "INC-123",
        "INC-123 budget=10 since=14:00 services=checkout,cart",
        "checkout is down",
        "search 500s since 14:30, $5 max",
    ],
)
def test_nothing_is_left_of_a_plain_command(text: str) -> None:
    assert read(text).left == ()


def test_each_value_says_in_which_words_it_was_said() -> None:
    reading = read("INC-7 checkout slow since 2 hours ago severity=high, spend at most $5").read
    assert {name: (each.source, each.words) for name, each in reading.items()} == {
        "incident_id": (Source.TYPED, "INC-7"),
        "affected_services": (Source.SAID, "checkout"),
        "start_time": (Source.SAID, "since 2 hours ago"),
        "severity": (Source.TYPED, "severity=high"),
        "budget": (Source.SAID, "spend at most $5"),
        "title": (Source.SAID, "checkout slow"),
    }


def test_a_question_holds_choices_that_can_be_typed() -> None:
    (question,) = read("payments is down").questions
    names = ("payments-api", "payments-db", "payments-worker")
    assert sorted(each.option for each in question.choices) == [f"services={each}" for each in names]
    for choice in question.choices:
        assert read(f"payments is down {choice.option}").questions == ()


def test_the_same_words_at_the_same_moment_mean_the_same() -> None:
    assert [read(each.text) for each in load() if each.expect] == [read(each.text) for each in load() if each.expect]


WORDS = """since 14:00 25:00 checkout payments the deploy yesterday at for last 20 minutes ago $5 spend most budget=5 budget=
until from to between and in parallel only network agent sev2 P1 critical not is " ` > INC-1 https://a.b/?c=d 9 am UTC MARS
+01:00 half past one quarter hour a , . : ( ) — = --mode parallel services= , cart \u200b 支払い"""
PIECES = st.sampled_from([*WORDS.split(), "\n"])


@given(st.lists(PIECES | st.text(max_size=6), max_size=14).map(" ".join))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    with suppress(ParameterExtractionError):
        reading = read(text)
        assert set(reading.parameters.model_dump(exclude_defaults=True)) == set(reading.read)
        assert all(each.refusal().example for each in reading.questions)
