"""Where a run can go from where it stands. One table; the diagram in the README is drawn from it."""

from orchestrator.errors import ConflictError
from orchestrator.model import InvestigationState as State

ARROWS: dict[State, tuple[State, ...]] = {
    State.QUEUED: (State.RUNNING, State.STOPPED, State.FAILED),
    State.RUNNING: (State.COMPLETED, State.WAITING_APPROVAL, State.STOPPED, State.FAILED),
    State.WAITING_APPROVAL: (State.RUNNING, State.STOPPED),
    State.COMPLETED: (),
    State.STOPPED: (),
    State.FAILED: (),
}

ENDED = frozenset(state for state, after in ARROWS.items() if not after)
"""The states in which nothing happens any more."""


def check_arrow(before: State, after: State) -> None:
    """Raises ConflictError where the table has no arrow from `before` to `after`."""
    if after not in ARROWS[before]:
        raise ConflictError(f"A run that is {before} cannot become {after}.")


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = [f"    {before} --> {after}" for before, targets in ARROWS.items() for after in targets]
    ends = [f"    {state} --> [*]" for state in ARROWS if state in ENDED]
    return "\n".join(["stateDiagram-v2", "    [*] --> queued", *lines, *ends])
