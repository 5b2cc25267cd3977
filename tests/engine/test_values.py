"""What may be said of a task and of a policy; the rest is refused, by the name of the field."""

from decimal import Decimal
from typing import Any

import pytest

from orchestrator.engine import Answer, Assignment, Fairness, OrchestrationPolicy, Place, Running, TaskGraph, TaskSpec
from tests.engine.stage import nothing, task
from tests.support.clock import ManualClock


@pytest.mark.parametrize("cost", [Decimal(-1), Decimal("NaN"), Decimal("Infinity"), 0.1, 5, "1"])
def test_the_cost_of_a_task_is_an_amount_of_dollars(cost: Any) -> None:
    with pytest.raises(ValueError, match=r"cost is a Decimal of dollars, 0 or more \(task 'a'\)"):
        task("a", cost=cost)
    with pytest.raises(ValueError, match="cost_budget is a Decimal of dollars"):
        OrchestrationPolicy(cost_budget=cost)
    with pytest.raises(ValueError, match="the cost of an Answer is a Decimal"):
        Answer(cost=cost)
    with pytest.raises(ValueError, match="what was spent is a Decimal"):
        Assignment("a", "ann", "", {}, {}, 1).spend(cost)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_limits_are_seconds_above_nothing(seconds: float) -> None:
    with pytest.raises(ValueError, match=r"timeout_s is a number of seconds above 0 \(task 'a'\)"):
        task("a", timeout_s=seconds)
    for name in ("timeout_s", "total_timeout_s", "heartbeat_s"):
        with pytest.raises(ValueError, match=f"^{name} is a number of seconds above 0"):
            OrchestrationPolicy(**{name: seconds})


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_an_estimate_can_be_put_in_order(seconds: float) -> None:
    with pytest.raises(ValueError, match="estimate_s is a number of seconds, 0 or more"):
        task("a", estimate_s=seconds)


@pytest.mark.parametrize("name", ["max_concurrency", "max_unconsumed"])
def test_numbers_are_at_least_one(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is at least 1"):
        OrchestrationPolicy(**{name: 0})


def test_words_are_taken_as_what_they_name_and_others_are_refused_with_those_that_would_do() -> None:
    assert OrchestrationPolicy(fairness="shortest_first").fairness is Fairness.SHORTEST_FIRST  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cancellation is one of: cascading, isolated"):
        OrchestrationPolicy(cancellation="all")  # type: ignore[arg-type]


def test_a_place_may_be_said_by_its_word() -> None:
    assert task("a", place="process").place is Place.PROCESS
    with pytest.raises(ValueError, match="place is one of: auto, process"):
        task("a", place="moon")


def test_what_makes_no_agent_is_refused() -> None:
    with pytest.raises(TypeError, match="agent_factory makes the agent"):
        TaskSpec("agents:Look")  # type: ignore[arg-type]


def test_the_artifacts_of_an_answer_are_a_tuple() -> None:
    with pytest.raises(TypeError, match="artifacts of an Answer are a tuple"):
        Answer("text")  # type: ignore[arg-type]


async def test_an_execution_is_run_once() -> None:
    running = Running(TaskGraph([task("a", nothing)]), clock=ManualClock())
    await running.result()
    with pytest.raises(RuntimeError, match="run once"):
        await running.result()
