"""Trying again is a policy that returns decisions: the same seed gives the same waits, and nobody here waits."""

import itertools
import math
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orchestrator.retry import Breaker, BreakerPolicy, RetryPolicy

seconds = st.floats(0, 1e6)


@st.composite
def policies(draw: st.DrawFn) -> RetryPolicy:
    base, more = draw(seconds), draw(seconds)
    return RetryPolicy(
        max_attempts=draw(st.integers(1, 200)),
        backoff=draw(st.sampled_from(["exp", "fixed"])),
        base_s=base,
        cap_s=base + more,
        jitter=draw(st.floats(0, 1)),
    )


def waits(policy: RetryPolicy, seed: int) -> list[float]:
    dice, found = Random(seed), []
    for attempt in range(1, policy.max_attempts + 1):
        wait = policy.decide(attempt, dice)
        if wait is None:
            break
        found.append(wait)
    return found


@given(policies(), st.integers())
def test_every_attempt_but_the_last_is_followed_by_a_wait_within_the_cap(policy: RetryPolicy, seed: int) -> None:
    found = waits(policy, seed)
    assert len(found) == policy.max_attempts - 1
    assert all(0 <= each <= policy.cap_s for each in found)
    assert policy.decide(policy.max_attempts + 1, Random(seed)) is None


@given(policies(), st.integers())
def test_the_same_seed_gives_the_same_waits(policy: RetryPolicy, seed: int) -> None:
    assert waits(policy, seed) == waits(policy, seed)


@given(policies(), st.integers())
def test_chance_only_shortens_a_wait_and_by_no_more_than_its_share(policy: RetryPolicy, seed: int) -> None:
    plain = RetryPolicy(policy.max_attempts, policy.backoff, policy.base_s, policy.cap_s, jitter=0)
    for with_chance, without in zip(waits(policy, seed), waits(plain, seed), strict=True):
        assert without * (1 - policy.jitter) - 1e-9 <= with_chance <= without


@given(policies())
def test_without_chance_waits_double_up_to_the_cap_or_stay_as_they_are(policy: RetryPolicy) -> None:
    assume(policy.base_s > 0)
    found = waits(RetryPolicy(policy.max_attempts, policy.backoff, policy.base_s, policy.cap_s, jitter=0), 0)
    for earlier, later in itertools.pairwise(found):
        assert later == (earlier if policy.backoff == "fixed" else min(policy.cap_s, earlier * 2))


def test_whether_there_is_jitter_or_not_the_dice_are_thrown_alike() -> None:
    one, other = Random(4), Random(4)
    RetryPolicy(jitter=0).decide(1, one)
    RetryPolicy(jitter=1).decide(1, other)
    assert one.random() == other.random()


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"max_attempts": 0}, "max_attempts"),
        ({"backoff": "linear"}, "backoff"),
        ({"base_s": -1}, "base_s"),
        ({"base_s": 9, "cap_s": 8}, "base_s"),
        ({"cap_s": math.inf}, "cap_s"),
        ({"base_s": math.nan}, "base_s"),
        ({"jitter": 1.5}, "jitter"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_with_its_rule(given: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        RetryPolicy(**given)


def test_attempts_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        RetryPolicy().decide(0, Random(0))


@pytest.mark.parametrize(
    "given", [{"failures": 0}, {"rest_s": 0}, {"rest_s": 9, "longest_s": 8}, {"longest_s": math.inf}]
)
def test_a_breaker_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"failures|rest_s"):
        BreakerPolicy(**given)


def test_failures_in_a_row_open_the_breaker_and_a_success_in_between_does_not() -> None:
    breaker = Breaker(BreakerPolicy(failures=3, rest_s=30))
    for fails in (True, True, False, True, True):
        assert breaker.admits(0)
        if fails:
            breaker.failed(0)
        else:
            breaker.succeeded()
    assert breaker.admits(0)
    breaker.failed(0)
    assert not breaker.admits(29.9)
    assert breaker.resting_s(10) == 20


def test_after_the_rest_one_may_probe_and_the_others_wait_for_how_it_goes() -> None:
    breaker = Breaker(BreakerPolicy(failures=1, rest_s=30))
    breaker.failed(0)
    assert [breaker.admits(30), breaker.admits(30)] == [True, False]
    breaker.let_go()
    assert [breaker.admits(31), breaker.admits(31)] == [True, False]
    breaker.succeeded()
    assert [breaker.admits(31), breaker.admits(31)] == [True, True]


def test_each_failed_probe_doubles_the_rest_up_to_the_longest() -> None:
    breaker, now, rests = Breaker(BreakerPolicy(failures=2, rest_s=30, longest_s=100)), 0.0, []
    breaker.failed(now)
    for _ in range(4):
        assert breaker.admits(now)
        breaker.failed(now)
        rests.append(breaker.resting_s(now))
        now += rests[-1]
    assert rests == [30, 60, 100, 100]


def test_failures_that_were_under_way_when_the_rest_began_prolong_nothing() -> None:
    breaker = Breaker(BreakerPolicy(failures=1, rest_s=30))
    breaker.failed(0)
    breaker.failed(20)
    assert breaker.resting_s(20) == 10


def test_a_rest_that_was_asked_for_is_kept_but_not_for_ever() -> None:
    breaker = Breaker(BreakerPolicy(failures=5, rest_s=30, longest_s=300))
    breaker.rest(0, 120)
    assert breaker.resting_s(0) == 120
    breaker.rest(0, 1e9)
    assert breaker.resting_s(0) == 300


@given(st.lists(st.sampled_from(["fail", "succeed", "let go", "pass"]), max_size=60))
def test_whatever_happens_a_breaker_admits_somebody_after_its_longest_rest(events: list[str]) -> None:
    breaker, now = Breaker(BreakerPolicy(failures=2, rest_s=10, longest_s=40)), 0.0
    for event in events:
        if event == "pass":
            now += 7
        elif breaker.admits(now):
            {"fail": lambda: breaker.failed(now), "succeed": breaker.succeeded, "let go": breaker.let_go}[event]()  # noqa: B023
    assert breaker.admits(now + 40)
