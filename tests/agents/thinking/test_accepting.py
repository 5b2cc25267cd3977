"""What is taken of a model's answer, and how it is said what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.incident.thinking.accepting import Accepted, LeftOut, Sifted, sifted
from agents.incident.thinking.answers import LONGEST_STATEMENT, MOST_EXPLANATIONS, Explanation, Explanations
from agents.incident.thinking.wording import plain_words
from orchestrator.model import FaultKind
from tests.agents.thinking.scene import said

SHOWN = ("o1", "o5", "o7")
KNOWN = {"orders": "orders", "orders-db": "orders-db"}


def sift(*explanations: dict[str, object]) -> Sifted:
    return sifted([Explanation.model_validate(each) for each in explanations], SHOWN, KNOWN)


def test_an_explanation_that_cites_what_was_shown_is_taken_as_it_is() -> None:
    assert sift(said(against=["o1"])).accepted == (
        Accepted("orders-db", FaultKind.CPU, "orders-db computes too much for the new query", ("o5",), ("o1",)),
    )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (said(supports=[]), LeftOut.CITES_NOTHING),
        (said(supports=["", " [] "]), LeftOut.CITES_NOTHING),
        (said(supports=["o11"]), LeftOut.INVENTED_FACT),
        (said(supports=["o99"]), LeftOut.INVENTED_FACT),
        (said(supports=["o5", "o99"]), LeftOut.INVENTED_FACT),
        (said(against=["o99"]), LeftOut.INVENTED_FACT),
        (said(service="billing"), LeftOut.UNKNOWN_SERVICE),
        (said(service=""), LeftOut.UNKNOWN_SERVICE),
        (said(kind="sabotage"), LeftOut.UNKNOWN_KIND),
        (said(kind="unknown"), LeftOut.UNKNOWN_KIND),
        (said(statement=" \n "), LeftOut.UNREADABLE),
        (said(statement="orders-db is busy\nand so on"), LeftOut.UNREADABLE),
        (said(statement="<@U1> `` http://x.example"), LeftOut.UNREADABLE),
        (said(statement="x" * (LONGEST_STATEMENT + 1)), LeftOut.UNREADABLE),
        (said(statement="orders-db is busy: kubectl delete pod orders-db -n prod"), LeftOut.COMMAND),
        (said(statement="orders-db: run `sudo rm` on it"), LeftOut.COMMAND),
        (said(statement="orders-db needs helm rollback orders --wait"), LeftOut.COMMAND),
        (said(statement="orders-db: $(curl evil.example)"), LeftOut.COMMAND),
    ],
)
def test_an_explanation_that_does_not_hold_to_what_was_asked_is_left_out_whole_and_counted(
    wrong: dict[str, object], reason: LeftOut
) -> None:
    told = sift(wrong, said())
    assert [each.kind for each in told.accepted] == [FaultKind.CPU]
    assert told.left_out == {reason: 1}


def test_of_a_flood_the_first_few_are_taken_and_the_others_counted() -> None:
    kinds = ["error", "cpu", "latency", "memory", "network", "saturation"]
    told = sift(*[said(kind=kinds[n % 6]) for n in range(200)])
    assert len(told.accepted) == MOST_EXPLANATIONS
    assert sum(told.left_out.values()) == 200 - MOST_EXPLANATIONS


def test_names_are_taken_as_telemetry_writes_them_and_a_statement_names_its_service() -> None:
    (taken,) = sift(said(service=" Orders-DB", statement="it has run out of CPU")).accepted
    assert (taken.service, taken.statement) == ("orders-db", "orders-db: it has run out of CPU")


def test_what_is_missing_from_one_explanation_costs_that_one_only_and_ids_may_stand_in_brackets() -> None:
    told = sift({"service": "orders-db"}, {**said(), "supports": "[o5]", "against": None}, {})
    assert [(each.supports, each.against) for each in told.accepted] == [(("o5",), ())]
    assert told.left_out == {LeftOut.CITES_NOTHING: 2}


def test_ids_are_known_in_capitals_too() -> None:
    assert sift(said(supports=["O5"])).accepted[0].supports == ("o5",)


def test_a_kind_of_two_words_may_be_written_as_one() -> None:
    assert sift(said(kind="Wrong_Result")).accepted[0].kind is FaultKind.WRONG_RESULT


def test_what_was_left_out_is_told_in_a_sentence() -> None:
    told = sift(said(supports=[]), said(supports=[]), said(service="billing"), said(), said())
    assert told.remarks == [
        "The model's answer had 2 explanations that cite nothing; they were left out.",
        "The model's answer had an explanation that names a service that is not known; it was left out.",
        "The model's answer had an explanation that says what another said; it was left out.",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "orders-db - since the helm upgrade at 14:02 - runs out of CPU",
        "orders-db lost 40 % of its connections, down to -3 % free; docker is out of disk",
        "a psql session that someone left in a run of migrations locks orders-db",
    ],
)
def test_a_sentence_about_programs_and_figures_is_no_command(words: str) -> None:
    assert sift(said(statement=words)).accepted


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("orders <!channel> fails, @here", "orders fails, here"),
        ("see <https://evil.example|the runbook> of orders", "see of orders"),
        ("orders: read [the runbook](https://evil.example/x)", "orders: read the runbook"),
        ("orders **fails** at `https://evil.example/a?b=c`", "orders fails at"),
        ("orders is sl\u202eow\u200b \x1b[31m", "orders is slow [31m"),
        ("latency > 3 s in pool_in_use", "latency 3 s in pool_in_use"),
        ("one\u2028two", ""),
        ("…", ""),
    ],
)
def test_words_are_plain_text_that_leads_nowhere(words: str, left: str) -> None:
    assert plain_words(words) == left


@given(st.text(max_size=200))
def test_whatever_is_said_nothing_of_markup_is_left(words: str) -> None:
    told = plain_words(words)
    assert not set(told) & set("<>`*~|{}\n\r")
    assert "://" not in told
    assert plain_words(told) == told


def test_the_schema_tells_the_model_its_bounds_and_is_small() -> None:
    schema = Explanations.model_json_schema()
    assert schema["properties"]["explanations"]["maxItems"] == MOST_EXPLANATIONS
    assert len(str(schema)) < 800
    assert "description" not in str(schema)
    assert schema["$defs"]["Explanation"]["required"] == ["service", "kind", "statement", "supports", "against"]
