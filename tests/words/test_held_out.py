"""What somebody typed who had not seen the rules: nothing is misread silently, and what is right today stays right."""

from collections import Counter

import pytest

from bench.parameters import FIRST_TIME
from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters import Extraction
from tests.words.judging import RIGHT, WRONG, judge, read
from tests.words.utterances import Utterance, held_out, load

RIGHT_TODAY = 100
"""Of a hundred; it only ever grows."""


def _verdict(utterance: Utterance) -> tuple[str, str]:
    reading: Extraction | ParameterExtractionError
    try:
        reading = read(utterance.text)
    except ParameterExtractionError as error:
        reading = error
    return judge(utterance, reading)


def test_they_are_a_hundred_and_all_but_one_are_not_in_the_corpus() -> None:
    texts = {each.text for each in held_out()}
    assert len(texts) == 100
    assert len(texts & {each.text for each in load()}) == 1


def test_how_they_came_out_at_first_counts_every_one() -> None:
    assert sum(FIRST_TIME.values()) == len(held_out())


def test_none_is_misread_silently() -> None:
    verdicts = {each.text: _verdict(each) for each in held_out()}
    assert {text: amiss for text, (verdict, amiss) in verdicts.items() if verdict == WRONG} == {}


def test_as_many_as_ever_are_right() -> None:
    counted = Counter(_verdict(each)[0] for each in held_out())
    assert sum(counted[each] for each in RIGHT) >= RIGHT_TODAY


@pytest.mark.parametrize(
    "text",
    [
        "checkout broken since 2024",
        "search down since 1h30",
        "cart slow since 3/4",
        "orders p99 worst in the last year",
        "app says you have $5 in your wallet, cart",
        "max cost 5 per request on checkout",
        "checkout loses $5, no $10 per order",
        "cart: high, low, medium",
        "[FIRING:2] CriticalPathSlow (checkout prod)",
        "checkout good since the restart 20 min ago",
        "orders worse since 3 pods were moved",
        "orders-db since 17734932001",
    ],
)
def test_what_only_looks_like_a_time_an_amount_or_a_severity_is_left_alone(text: str) -> None:
    said = read(text).parameters
    assert (said.start_time, said.end_time, said.budget, said.severity) == (None, None, None, type(said)().severity)


@pytest.mark.parametrize(
    "text", ["checkout, not cart", "it's not the cart, it's checkout", "checkout instead of cart", "checkout not cart"]
)
def test_a_service_that_is_ruled_out_is_not_affected(text: str) -> None:
    assert read(text).parameters.affected_services == ("checkout",)


@pytest.mark.parametrize("text", ["orders database is slow", "orders' database is slow", "the orders DB's slow"])
def test_what_is_said_of_a_database_is_of_that(text: str) -> None:
    assert read(text).parameters.affected_services == ("orders-db",)


@pytest.mark.parametrize("text", ["users can not checkout", "why is not checkout responding", "not only checkout"])
def test_not_does_not_always_rule_out(text: str) -> None:
    assert read(text).parameters.affected_services == ("checkout",)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("search slow since 14:00, no, 13:30", "since"),
        ("search slow since 14:00 or 14:10", "since"),
        ("checkout: budget $5, actually $8", "budget"),
    ],
)
def test_who_corrects_themselves_is_asked(text: str, field: str) -> None:
    assert [each.field for each in read(text).questions] == [field]
