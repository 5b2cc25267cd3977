"""The law of confidence: it comes from facts alone, grows with them, and never passes what plain analysis says."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from agents.incident.calibration import ONE_STEP
from agents.incident.explaining import suspected
from agents.incident.thinking.settling import Settling
from orchestrator.model import Aspect, Observation, Signal
from tests.agents.thinking.scene import CALLS, FACTS
from tests.support.clock import NOON

SERVICES = ("gateway", "orders", "orders-db", "catalogue")
SCORES = st.floats(min_value=0.0, max_value=1.0).map(lambda score: round(score, 2))


@st.composite
def observed(draw: st.DrawFn) -> list[Observation]:
    """What could have been observed of a few services that call each other."""
    count = draw(st.integers(min_value=1, max_value=12))
    found = []
    for number in range(count):
        signal = draw(st.sampled_from([Signal.METRIC, Signal.LOG, Signal.TRACE]))
        service = draw(st.sampled_from(SERVICES))
        others = [each for each in SERVICES if each != service]
        fact = Observation(
            agent_id=draw(st.sampled_from(["application", "database"])),
            summary=f"fact {number}",
            observation_id=f"o{number}",
            signal=signal,
            aspect=draw(st.sampled_from([Aspect.ERRORS, Aspect.LATENCY, Aspect.CPU, Aspect.SATURATION])),
            service=service,
            peer=draw(st.sampled_from(["", "", *others])),
            signal_name=f"signal {number}",
            score=draw(SCORES),
            onset=NOON + timedelta(seconds=draw(st.integers(min_value=0, max_value=300))),
            calls=CALLS,
        )
        found.append(fact)
    return found


@given(observed(), st.data())
def test_what_a_model_adds_is_never_surer_than_what_plain_analysis_makes_of_all_facts(
    facts: list[Observation], data: st.DataObject
) -> None:
    settling = Settling(facts)
    service = data.draw(st.sampled_from(SERVICES))
    cited = data.draw(st.sets(st.sampled_from([each.observation_id for each in facts])))
    sure = settling.added(service, cited)
    plain = {each.service: each.confidence for each in settling.ranked}
    assert 0.0 <= sure <= 1.0
    if plain:
        assert sure <= max(0.0, plain.get(service, min(plain.values())) - ONE_STEP)
        assert sure < settling.least_of_the_first()


@given(observed(), st.data())
def test_to_cite_more_never_makes_an_explanation_less_sure(facts: list[Observation], data: st.DataObject) -> None:
    settling = Settling(facts)
    ids = [each.observation_id for each in facts]
    service = data.draw(st.sampled_from(SERVICES))
    fewer = data.draw(st.sets(st.sampled_from(ids)))
    more = fewer | data.draw(st.sets(st.sampled_from(ids)))
    assert settling.added(service, fewer) <= settling.added(service, more)


@given(observed())
def test_the_first_keeps_its_place_however_much_it_is_doubted(facts: list[Observation]) -> None:
    settling = Settling(facts)
    assert settling.ranked == suspected(facts)
    for each in settling.ranked[1:]:
        assert each.confidence < settling.least_of_the_first()


def test_telling_evidence_is_worth_more_than_loud_noise() -> None:
    settling = Settling(FACTS)
    nothing, some, more = (settling.added("orders", cited) for cited in (["o6"], ["o2"], ["o2", "o3", "o4"]))
    assert nothing < some < more


def test_where_nothing_is_suspected_an_explanation_stays_at_the_least() -> None:
    assert Settling(FACTS[5:]).added("orders-db", ["o8"]) <= 0.03
