"""Questions to humans, in the terminal: what is asked, what either answer does, and how it was answered."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.terminal.entries import clock_time
from bot.terminal.safe import safe
from orchestrator.events import InvestigationView
from orchestrator.model import AcceptedCost, Allowance, AllowanceKind, Gate, GateState, dollars, spent_of

_SETTLED = {
    GateState.APPROVED: "Approved",
    GateState.DENIED: "Denied",
    GateState.EXPIRED: "Nobody answered in time",
    GateState.SUPERSEDED: "Not asked any more",
}

_OF = {AllowanceKind.DAY: "", AllowanceKind.CHANNEL: "this channel ", AllowanceKind.USER: "you "}


def gate_lines(gate: Gate) -> list[str]:
    """The question, and what one has to know to answer it."""
    until = f"Ends itself {clock_time(gate.expires_at, beside=gate.opened_at)} UTC" if gate.expires_at else ""
    return [safe(each) for each in (gate.reason, *gate.context, until) if each]


def how_to_answer(gate: Gate) -> str:
    """The command that answers it."""
    return safe(f"Answer it: compass answer {gate.gate_id} yes|no   (yes: {gate.approve}, no: {gate.deny})")


def answer_line(gate: Gate) -> str:
    """How it was answered: `Extended by $5 · ben`."""
    extended = gate.state is GateState.APPROVED and gate.extend_by
    what = (
        f"Extended by {dollars(gate.extend_by).removesuffix('.00')}" if extended else _SETTLED.get(gate.state, "Open")
    )
    return safe(" · ".join(part for part in (what, str(gate.by) if gate.by else "", gate.said) if part))


def status_lines(views: Iterable[InvestigationView]) -> list[str]:
    """What is going on, a line a run, with what is asked under it."""
    return [line for view in views for line in (_run(view), *_asked(view.open_gates))]


def money_lines(cost: AcceptedCost | None, today: Sequence[tuple[Allowance, Decimal]]) -> list[str]:
    """What the last 30 days have cost, and what is spent of today's allowances."""
    spent = [f"{_OF[each.kind]}{spent_of(used, each.limit)}" for each, used in today]
    return [
        *([f"Last 30 days: {cost}"] if cost else []),
        *([f"Today (UTC): {', '.join(spent)}"] if spent else []),
    ]


def _run(view: InvestigationView) -> str:
    run = view.investigation
    spent = spent_of(view.cost.total, view.cost.limit)
    recorded = "  RECORDED DATA" if run.incident.recorded else ""
    state = view.state.value.replace("_", " ")
    return safe(f"{run.investigation_id}  {run.incident.incident_id}  {state}  {spent}{recorded}")


def _asked(gates: Sequence[Gate]) -> list[str]:
    return [f"    {line}" for gate in gates for line in (*gate_lines(gate), how_to_answer(gate))]
