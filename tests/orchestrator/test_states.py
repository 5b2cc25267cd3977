"""The states are one table: what is not an arrow in it is refused, and the diagram is drawn from it."""

import itertools

import pytest

from orchestrator.errors import ConflictError
from orchestrator.investigation import ARROWS, ENDED, check_arrow, diagram
from orchestrator.model import InvestigationState as State

THE_TABLE = {
    ("queued", "running"),
    ("queued", "stopped"),
    ("queued", "failed"),
    ("running", "completed"),
    ("running", "waiting_approval"),
    ("running", "stopped"),
    ("running", "failed"),
    ("waiting_approval", "running"),
    ("waiting_approval", "stopped"),
}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State, State)))
def test_what_is_not_in_the_table_is_refused(before: State, after: State) -> None:
    if (before, after) in THE_TABLE:
        check_arrow(before, after)
        assert after in ARROWS[before]
    else:
        with pytest.raises(ConflictError) as refused:
            check_arrow(before, after)
        assert refused.value.message == f"A run that is {before} cannot become {after}."


def test_every_state_has_its_arrows_and_three_are_ends() -> None:
    assert set(ARROWS) == set(State)
    assert {State.COMPLETED, State.STOPPED, State.FAILED} == ENDED


def test_every_state_can_be_reached_and_leads_to_an_end() -> None:
    reached = {State.QUEUED}
    for _ in State:
        reached |= {after for before in reached for after in ARROWS[before]}
    assert reached == set(State)
    ending = set(ENDED)
    for _ in State:
        ending |= {before for before, targets in ARROWS.items() if set(targets) & ending}
    assert ending == set(State)


def test_the_diagram_draws_every_arrow_and_nothing_else() -> None:
    head, begin, *lines = diagram().splitlines()
    assert (head, begin) == ("stateDiagram-v2", "    [*] --> queued")
    drawn = {tuple(line.strip().split(" --> ")) for line in lines}
    assert drawn == THE_TABLE | {(state, "[*]") for state in ("completed", "stopped", "failed")}
    assert len(lines) == len(drawn)
