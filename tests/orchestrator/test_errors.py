"""The tree of errors is the one its module shows; each says what to do, and none carries what a foreign exception says."""

import re

import pytest

import orchestrator
from orchestrator import errors
from orchestrator.errors import MOST_SHOWN, OrchestratorError, ParameterExtractionError

OURS = sorted(
    (each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, OrchestratorError)),
    key=lambda each: each.__name__,
)


def test_the_tree_on_top_of_the_module_is_the_tree() -> None:
    shown = re.findall(r"[├└]── (\w+)\s+(\d{3})\s", errors.__doc__ or "")
    assert sorted(shown) == [(each.__name__, str(each.status)) for each in OURS if each is not OrchestratorError]


def test_every_error_has_a_kind_of_its_own() -> None:
    kinds = [each.kind for each in OURS]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("kind", [each for each in OURS if each is not ParameterExtractionError])
def test_every_error_has_a_remedy_also_where_nobody_wrote_one(kind: type[OrchestratorError]) -> None:
    error = kind("what happened")
    assert (str(error), error.message, error.remedy) == ("what happened", "what happened", kind.default_remedy)
    assert error.remedy
    assert kind("x", remedy="do this", details={"a": "b"}).remedy == "do this"
    assert 400 <= error.status < 600


def test_the_details_of_an_error_are_its_own() -> None:
    given = {"a": "b"}
    error = OrchestratorError("x", details=given)
    given.clear()
    assert error.details == {"a": "b"}


def test_a_refused_value_is_told_but_not_at_length() -> None:
    short = ParameterExtractionError("budget", "x" * MOST_SHOWN, "rule", "budget=10")
    long = ParameterExtractionError("budget", "x" * (MOST_SHOWN + 1), "rule", "budget=10")
    assert short.details == {"field": "budget", "value": "x" * MOST_SHOWN}
    assert long.value == long.details["value"] == "x" * (MOST_SHOWN - 1) + "…"
    assert (long.message, long.remedy) == ("budget: rule", "For example: budget=10")


def test_the_public_names_are_there() -> None:
    assert [name for name in orchestrator.__all__ if not hasattr(orchestrator, name)] == []
