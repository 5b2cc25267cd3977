"""The corpus keeps its own laws, so that a slip in it is not taken for a fault of the grammar."""

import datetime as dt
import re
from collections import Counter
from decimal import Decimal

import pytest

from tests.words.utterances import Expected, Utterance, load, read_entry
from tests.words.world import CATALOGUE, CHANGES, NOW

KINDS = {
    "commands",
    "contradictions",
    "hostile",
    "other_languages",
    "sentences",
    "services",
    "times",
    "typos",
}
SPOKEN = [(utterance, utterance.expect) for utterance in load() if utterance.expect]


def _shown(utterance: Utterance) -> str:
    return f"{utterance.kind}: {utterance.text[:120]!r}"


def test_there_are_enough_utterances_of_every_kind() -> None:
    assert len(load()) >= 150
    assert sum(each.language == "en" and each.path == "grammar" for each in load()) >= 120
    counted = Counter(each.kind for each in load())
    assert set(counted) == KINDS
    assert min(counted.values()) >= 10


def test_no_text_stands_twice() -> None:
    assert [text for text, times in Counter(each.text for each in load()).items() if times > 1] == []


def test_a_refusal_stands_alone() -> None:
    assert [_shown(each) for each in load() if each.refused and (each.expect or each.asks)] == []


def test_other_languages_are_left_to_a_model_or_hold_what_every_language_writes_alike() -> None:
    assert {each.path for each in load() if each.language != "en"} == {"model"}


def test_an_expected_service_is_known_or_typed_literally() -> None:
    strangers = [
        _shown(each)
        for each, said in SPOKEN
        if any(service not in CATALOGUE and service not in each.text for service in said.services or ())
    ]
    assert strangers == []


def test_choices_between_services_are_known_services() -> None:
    asked = [each.asks for each in load() if each.asks and each.asks.field == "services"]
    assert asked
    assert {choice for question in asked for choice in question.among} <= set(CATALOGUE)
    assert [question for question in asked if len(question.among) < 2] == []


def test_a_field_that_is_asked_for_is_not_expected_too() -> None:
    assert [_shown(each) for each, said in SPOKEN if each.asks and getattr(said, each.asks.field, None)] == []


@pytest.mark.parametrize("name", ["since", "until"])
def test_a_time_is_utc_on_a_whole_second_and_neither_in_the_future_nor_too_old(name: str) -> None:
    for utterance, said in SPOKEN:
        moment = getattr(said, name)
        if moment is not None:
            assert moment.utcoffset() == dt.timedelta(0), _shown(utterance)
            assert moment.microsecond == 0, _shown(utterance)
            assert NOW - dt.timedelta(days=90) <= moment <= NOW, _shown(utterance)


def test_an_end_comes_after_its_beginning() -> None:
    ended = [(each, said.since, said.until) for each, said in SPOKEN if said.until]
    assert ended
    assert [_shown(each) for each, since, until in ended if since is not None and since >= until] == []


def test_the_other_values_are_allowed_ones() -> None:
    for utterance, said in SPOKEN:
        assert said.severity in (None, "SEV1", "SEV2", "SEV3", "SEV4"), _shown(utterance)
        assert said.mode in (None, "sequential", "parallel"), _shown(utterance)
        assert said.budget is None or Decimal(0) < said.budget <= Decimal(1000), _shown(utterance)
        assert set(said.agents or ()) <= {"application", "database", "network"}, _shown(utterance)
        assert said.incident_id is None or re.fullmatch(r"[A-Z]+-\d+", said.incident_id), _shown(utterance)


def test_words_of_the_title_are_the_writers_own() -> None:
    for utterance, said in SPOKEN:
        assert [word for word in said.title_has if word.lower() not in utterance.text.lower()] == [], _shown(utterance)
        assert [word for word in said.title_lacks if word not in utterance.text] == [], _shown(utterance)


def test_the_known_changes_are_of_known_services_and_past() -> None:
    assert {service for service, *_ in CHANGES} <= set(CATALOGUE)
    assert max(when for *_, when in CHANGES) <= NOW


@pytest.mark.parametrize(
    ("slip", "named"),
    [
        ({"expects": {}}, "expects"),
        ({"expect": {"budgets": "5"}}, "budgets"),
        ({"refused": {"field": "colour"}}, "colour"),
        ({"asks": {"field": "services", "of": []}}, "of"),
        ({"language": "tlh", "expect": {}}, "tlh"),
        ({}, "expects nothing"),
    ],
)
def test_a_slip_in_an_entry_is_refused_by_name(slip: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=rf"cart down.*{named}"):
        read_entry("commands", {"text": "cart down", "language": "en", "path": "grammar"} | slip)


def test_what_was_not_said_is_none() -> None:
    bare = read_entry("commands", {"text": "hm", "language": "en", "path": "grammar", "expect": {}})
    assert bare.expect == Expected()
