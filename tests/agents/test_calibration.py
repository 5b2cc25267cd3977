"""From strength to confidence: the order stays, the bounds hold, and what is kept as data is what is read."""

import json
from datetime import timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.incident.calibration import (
    LEAST_OF_THE_FIRST,
    Calibration,
    calibrated,
    confidences,
    from_data,
    kept_calibration,
    loudness,
)
from agents.incident.suspects import suspects
from orchestrator.model import Observation, Signal, Standing
from tests.support.clock import NOON

STEEP = Calibration(bias=0.0, strength=1.0, loudness=2.0, behind=1.0, other=1.0)
DATA = json.loads(files("agents.incident").joinpath("calibration.json").read_text())


def fact(service: str, score: float, after_s: float = 0.0, **more: Any) -> Observation:
    onset = NOON + timedelta(seconds=after_s)
    return Observation(agent_id="network", summary="x", service=service, score=score, onset=onset, **more)


@given(
    st.lists(st.floats(0.02, 1.0), min_size=1, max_size=100).map(lambda each: sorted(each, reverse=True)),
    st.floats(0.0, 4.0),
    st.sampled_from([STEEP, kept_calibration()]),
)
def test_the_order_never_changes_and_confidence_stays_within_bounds(
    strengths: list[float], heard: float, by: Calibration
) -> None:
    told = confidences(strengths, heard, by)
    assert len(told) == len(strengths)
    assert all(0.0 <= each <= 0.97 for each in told)
    assert all(round(before, 4) > round(after, 4) for before, after in pairwise(told))


@given(st.floats(0.02, 0.99), st.floats(0.0, 3.0))
def test_stronger_evidence_and_louder_facts_never_make_it_less_likely(strength: float, heard: float) -> None:
    told = confidences([strength], heard, kept_calibration())[0]
    assert confidences([min(1.0, strength * 1.2)], heard, kept_calibration())[0] >= told
    assert confidences([strength], heard + 0.5, kept_calibration())[0] >= told
    assert told >= LEAST_OF_THE_FIRST


def test_facts_are_loud_together_or_not_at_all() -> None:
    together = [fact("a", 0.9), fact("b", 0.9, 50.0), fact("c", 0.9, 60.0)]
    scattered = [fact("a", 0.9), fact("b", 0.9, 300.0), fact("c", 0.9, 900.0)]
    assert loudness(together) == pytest.approx(2.3026, abs=1e-4)
    assert loudness(scattered) == pytest.approx(2.3026 / 3, abs=1e-4)
    assert loudness([*together, fact("d", 0.2)]) == loudness(together)
    assert loudness([]) == 0.0


def test_changes_and_what_is_normal_are_not_heard() -> None:
    assert loudness([fact("a", 0.9, signal=Signal.CHANGE), fact("a", 0.9, standing=Standing.NORMAL)]) == 0.0
    assert loudness([Observation(agent_id="network", summary="x", service="a", score=0.9)]) == 0.0


def test_suspects_keep_all_but_their_confidence() -> None:
    seen = [fact("a", 0.9, aspect="cpu"), fact("b", 0.5, aspect="latency"), fact("c", 0.4, aspect="errors")]
    before = suspects(seen)
    after = calibrated(before, seen)
    assert [each.service for each in after] == [each.service for each in before]
    assert [each.words for each in after] == [each.words for each in before]
    assert [each.confidence for each in after] == confidences(
        [each.confidence for each in before], loudness(seen), kept_calibration()
    )
    assert calibrated([], seen) == []


def test_the_kept_data_is_what_is_read() -> None:
    read = kept_calibration()
    assert {name: getattr(read, name) for name in Calibration.__slots__} == DATA["weights"]
    assert kept_calibration() is read


def test_the_data_says_where_it_comes_from() -> None:
    assert {"method", "command", "date", "commit", "systems", "fitted_on_all", "fitted_on_the_others"} <= DATA.keys()
    assert len(DATA["systems"]) >= 4
    assert all(each["incidents"] > 0 for each in DATA["systems"].values())
    assert set(DATA["fitted_on_the_others"]) == {*DATA["systems"], "all", "all, telemetry missing or torn"}
    known = sum(each["incidents"] for each in DATA["systems"].values())
    assert DATA["fitted_on_the_others"]["all"]["incidents"] == known
    assert DATA["fitted_on_all"]["incidents"] == known


@pytest.mark.parametrize("weights", [{"loudness": -0.1}, {"other": -1.0}])
def test_weights_that_would_change_the_order_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"calibration\.json"):
        from_data({"weights": DATA["weights"] | weights})
