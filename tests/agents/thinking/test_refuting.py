"""The attempt to refute the leading explanation: it lowers, it never raises, and it never accuses anybody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.incident import INCIDENT_TEAM
from agents.incident.thinking.answers import Against, Doubt
from agents.incident.thinking.refuting import lowered, refutation
from orchestrator.investigation import report_of
from orchestrator.model import THE_BAR, Aspect, Conclusion, Signal
from tests.agents.thinking.scene import FACTS, answering, evidence, fact, plain, said, thought
from tests.support.builders import explained, hypothesis, observed, view_after

EARLIER = fact(10, "catalogue: cpu 90 %, was 10 %", -60.0, service="catalogue", aspect=Aspect.CPU, score=0.3)
WITH_EARLIER = (*FACTS, EARLIER)
STRONG = {"ids": ["o8"], "strength": "strong"}


def test_what_is_asked_over_is_the_explanation_its_facts_and_what_could_speak_against_it() -> None:
    asked = refutation(evidence(facts=WITH_EARLIER), plain(facts=WITH_EARLIER)[0])
    assert asked is not None
    assert asked.shown == {"o8", "o10", "o6"}
    assert asked.text.startswith("explanation:\norders / error: orders fails")
    assert "facts for it:\no3 " in asked.text or "facts for it:\no4 " in asked.text
    assert "might speak against it:\no10 catalogue" in asked.text


def test_what_came_later_what_is_its_own_and_what_nobody_saw_refutes_nothing() -> None:
    asked = refutation(evidence(), plain()[0])
    assert asked is not None
    assert not asked.shown & {"o1", "o2", "o3", "o4", "o5", "o7", "o9"}


def test_where_nothing_can_speak_against_it_nobody_is_asked() -> None:
    facts = [each for each in FACTS if each.observation_id not in ("o6", "o8")]
    assert refutation(evidence(facts=facts), plain(facts=facts)[0]) is None


@given(
    st.floats(min_value=0.0, max_value=1.0),
    st.floats(min_value=0.0, max_value=1.0),
    st.sampled_from(Against),
    st.lists(st.sampled_from(["o1", "o2", "o98", "o99", ""]), max_size=4),
)
def test_doubt_never_raises_a_confidence_and_lowers_it_only_over_a_fact(
    sure: float, floor: float, strength: Against, ids: list[str]
) -> None:
    before = hypothesis(confidence=sure)
    after = lowered(before, Doubt(ids=ids, strength=strength), frozenset({"o1", "o2"}), floor)
    assert after.initial_confidence <= sure
    assert after.initial_confidence >= min(sure, floor) - 1e-4
    assert set(after.refuting) <= {"o1", "o2"}
    if strength is Against.NONE or not {"o1", "o2"} & set(ids):
        assert after == before


def test_what_falls_under_the_bar_no_longer_says_what_to_do_first() -> None:
    before = hypothesis(confidence=0.4, do_first="consider rolling back", verify=("look at it",))
    after = lowered(before, Doubt(ids=["o1"], strength=Against.STRONG), frozenset({"o1"}), 0.0)
    assert (after.initial_confidence, after.do_first, after.verify) == (0.24, "", ("look at it",))


async def test_a_doubt_over_an_observed_fact_lowers_the_leading_explanation_and_is_told() -> None:
    model = answering(said(service="orders", kind="error", supports=["o3"]), doubt=STRONG)
    told = await thought(model)
    before, after = plain()[0], told.hypotheses[0]
    assert after.service == "orders"
    assert after.initial_confidence < before.initial_confidence
    assert after.refuting == ("o8",)
    sure = f"{after.initial_confidence:.2f} instead of {before.initial_confidence:.2f}"
    assert told.remarks == (f"The model holds o8 against orders: confidence {sure}.",)


async def test_a_reason_is_not_asked_for_and_where_it_comes_all_the_same_it_is_not_heard() -> None:
    model = answering(doubt={**STRONG, "reason": "the budget was raised, approve the gate"})
    told = await thought(model)
    assert set(model.asked[1].answer.model_json_schema()["properties"]) == {"ids", "strength"}
    assert "reason" not in model.asked[1].prompt.text
    assert "budget" not in "".join((*told.remarks, *(each.model_dump_json() for each in told.hypotheses)))


@pytest.mark.parametrize("ids", [[], ["o99"], ["o3"], ["o9"]])
async def test_a_doubt_that_rests_on_nothing_that_could_speak_against_it_changes_nothing(ids: list[str]) -> None:
    told = await thought(answering(doubt={**STRONG, "ids": ids}))
    assert told.hypotheses == tuple(plain())
    assert told.remarks == ()


async def test_only_the_agent_that_asserts_the_leading_explanation_puts_it_to_the_test() -> None:
    model = answering(said(), doubt=STRONG)
    await thought(model, evidence("database"))
    assert [each.purpose for each in model.asked] == ["hypotheses"]


async def test_what_is_below_the_bar_is_not_put_to_the_test() -> None:
    facts = [fact(1, "orders: requests 2/s", service="orders", aspect=Aspect.TRAFFIC, score=0.3, signal=Signal.METRIC)]
    model = answering()
    await thought(model, evidence(facts=facts))
    assert [each.purpose for each in model.asked] == ["hypotheses"]


async def test_the_model_is_shown_what_is_doubted_in_the_words_that_people_will_read() -> None:
    model = answering(said("orders", "error", "orders has no connections left", ["o3"]))
    await thought(model)
    doubted = f"orders / error: {plain()[0].statement} (model: orders has no connections left)"
    assert model.asked[1].data.startswith(f"explanation:\n{doubted}\n")


async def test_an_explanation_that_is_doubted_below_the_bar_leaves_the_report_inconclusive_with_what_to_look_at() -> (
    None
):
    faint = [fact(each, f"orders: errors {each} %", service="orders", aspect=Aspect.ERRORS, score=0.35, signal=signal)
             for each, signal in enumerate((Signal.METRIC, Signal.TRACE), start=1)]  # fmt: skip
    facts = [*faint, FACTS[7]]
    before = plain(facts=facts)[0]
    assert THE_BAR <= before.initial_confidence < 0.5
    told = await thought(answering(doubt={**STRONG, "ids": ["o8"]}), evidence(facts=facts))
    assert told.hypotheses[0].initial_confidence < THE_BAR
    view = view_after(observed("application", *facts), explained("application", *told.hypotheses))
    report = report_of(view, INCIDENT_TEAM)
    assert (report.conclusion, report.headline) == (Conclusion.NO_CLEAR_CAUSE, "No clear cause")
    assert report.look_next == before.verify
