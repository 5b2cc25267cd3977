"""A run as it happens: one line for each thing worth keeping, and on a screen a line below that says what goes on now."""

from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.status import Status
from rich.text import Text

from bot.terminal.entries import DIM, STRONG, Entry, asked_line, confidence, entry, fact
from bot.terminal.gates import answer_line
from bot.terminal.printer import print_entries
from bot.terminal.report import header
from bot.terminal.safe import safe
from orchestrator.events import (
    BudgetNoticed,
    Consulted,
    GateOpened,
    GateSettled,
    HypothesesRanked,
    InvestigationOpened,
    InvestigationView,
    Recorded,
    StateChanged,
    StepEnded,
    StepStarted,
    StopRequested,
)
from orchestrator.model import (
    Consultation,
    ConsultOutcome,
    InvestigationState,
    Mode,
    Phase,
    Standing,
    Step,
    StepOutcome,
    dollars,
    notice_words,
    side_by_side,
    spent_of,
)

SHOWN_FACTS = 5
_DOING = {Phase.OBSERVE: "observes", Phase.HYPOTHESISE: "forms hypotheses"}
_DOING_TOGETHER = {Phase.OBSERVE: "observing", Phase.HYPOTHESISE: "forming hypotheses"}
_ENDED_BADLY = {
    StepOutcome.FAILED: "failed",
    StepOutcome.TIMED_OUT: "did not answer in time",
    StepOutcome.OVER_BUDGET: "stopped at the budget",
    StepOutcome.NOT_RUN: "did not run",
}


class Progress:
    """Prints the run that carries `request_id`, and one that it is told to follow.

    Implements `orchestrator.ports.Listener`; use it as a context manager.
    """

    def __init__(self, console: Console, title_of: Callable[[str], str], request_id: str | None = None) -> None:
        self._console, self._title_of, self._request_id = console, title_of, request_id
        self._followed = ""
        self._status: Status | None = Status("", console=console) if console.is_terminal else None

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def follow(self, investigation_id: str) -> None:
        """Show that run too, though somebody else had asked for it."""
        self._followed = investigation_id

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        """Print what is worth it. Runs of others are not ours to show."""
        if view.investigation.origin.request_id != self._request_id and recorded.investigation_id != self._followed:
            return
        print_entries(self._console, happened(recorded, view, self._title_of, started=self._status is None))
        if self._status:
            doing = doing_now(view, self._title_of)
            self._status.update(Text(doing))
            (self._status.start if doing else self._status.stop)()


def happened(
    recorded: Recorded, view: InvestigationView, title_of: Callable[[str], str], *, started: bool
) -> list[Entry]:
    """The lines of one event; none for most. `started`: also say that a turn began."""
    at = f"{recorded.at:%H:%M:%S}"
    match recorded.event:
        case InvestigationOpened():
            return [*header(view), *entry("Run", [_run(view)]), *entry("Budget", _budget(view, title_of))]
        case StepStarted(step=step):
            return entry(at, [f"{title_of(step.agent_id)} {_DOING[step.phase]} ..."] if started else [], DIM)
        case StepEnded():
            return _turn(at, recorded.event, title_of)
        case Consulted(consultation=told):
            return _asked(at, told, view, title_of)
        case GateOpened() | GateSettled() | BudgetNoticed():
            return entry(at, _said(recorded.event, view, title_of), STRONG)
        case HypothesesRanked(hypotheses=ranked):
            return entry(at, [f"Ranked {_count(len(ranked), 'hypothesis', 'hypotheses')}"])
        case StopRequested(by=by):
            return entry(at, [f"Stop asked for by {by}; ending with what was found"], STRONG)
        case StateChanged(
            after=InvestigationState.QUEUED | InvestigationState.RUNNING | InvestigationState.WAITING_APPROVAL
        ):
            return []
        case StateChanged(after=after, reason=reason):
            return entry(at, [f"{after.value.replace('_', ' ').capitalize()}{f': {reason}' if reason else ''}"], STRONG)
        case _:
            return []


def doing_now(view: InvestigationView, title_of: Callable[[str], str]) -> str:
    """What goes on at the moment, in a line; "" where nothing does."""
    if not view.running_steps or view.ended_at is not None:
        return ""
    spent = spent_of(view.cost.total, view.cost.limit)
    return safe(f"{_turns(view, title_of)} · {spent} · Ctrl-C stops the run")


def _turns(view: InvestigationView, title_of: Callable[[str], str]) -> str:
    """Whose turn it is; in parallel, who has had it and who is at work."""
    names = " + ".join(title_of(each.step.agent_id) for each in view.running_steps)
    phase, count = view.running_steps[-1].step.phase, len(view.investigation.agent_ids)
    if view.investigation.mode is Mode.PARALLEL:
        return f"{view.done_agents}/{count} done, {names}: {_DOING_TOGETHER[phase]}"
    return f"{view.done_agents + 1}/{count} {names} {_DOING[phase]}"


def _run(view: InvestigationView) -> str:
    together = " · in parallel" if view.investigation.mode is Mode.PARALLEL else ""
    return f"{view.investigation.investigation_id} · asked by {view.investigation.requested_by}{together}"


def _budget(view: InvestigationView, title_of: Callable[[str], str]) -> list[str]:
    run = view.investigation
    agents = ", ".join(title_of(each) for each in run.agent_ids)
    return [f"{side_by_side(run.budget)[0]} · {agents}", *([str(run.estimate)] if run.estimate else [])]


def _said(
    event: GateOpened | GateSettled | BudgetNoticed, view: InvestigationView, title_of: Callable[[str], str]
) -> list[str]:
    """What humans are asked or told, and what they answered."""
    match event:
        case GateOpened(gate=gate):
            return [f"Asks: {gate.reason}"]
        case GateSettled(gate_id=gate_id):
            return [answer_line(each) for each in view.gates if each.gate_id == gate_id]
        case BudgetNoticed(notice=notice):
            return [notice_words(notice, title_of)]


def _turn(at: str, ended: StepEnded, title_of: Callable[[str], str]) -> list[Entry]:
    if ended.outcome == StepOutcome.NOT_RUN and not ended.hypotheses:
        return []  # the report names all whose turn did not come, in one line
    name = title_of(ended.step.agent_id)
    took = f"{ended.duration_s:.1f} s" + (f" · {dollars(ended.cost)}" if ended.cost else "")
    bad = _ENDED_BADLY.get(ended.outcome, "")
    if bad:
        told = f"{name} {bad} ({ended.step.phase}, {took})" + (f": {ended.note}" if ended.note else "")
        return [*entry(at, [told], STRONG), *_found(ended)]
    return [*entry(at, [f"{name}: {_summary(ended.step, ended)} · {took}"]), *_found(ended)]


def _asked(at: str, told: Consultation, view: InvestigationView, title_of: Callable[[str], str]) -> list[Entry]:
    """A question that is asked again is not told again."""
    if told not in view.asked_by(told.asker) or told.outcome is ConsultOutcome.REPEATED:
        return []
    return entry(at, [f"{title_of(told.asker)} asked {asked_line(told, title_of)}"])


def _summary(step: Step, ended: StepEnded) -> str:
    if step.phase == Phase.HYPOTHESISE:
        return _count(len(ended.hypotheses), "hypothesis", "hypotheses")
    standings = [each.standing for each in ended.observations]
    told = {Standing.UNUSUAL: "unusual", Standing.NORMAL: "normal", Standing.NO_DATA: "not checked"}
    return ", ".join(f"{standings.count(each)} {word}" for each, word in told.items())


def _found(ended: StepEnded) -> list[Entry]:
    unusual = sorted(
        (each for each in ended.observations if each.standing == Standing.UNUSUAL), key=lambda each: -each.score
    )
    facts = [fact(each) for each in unusual[:SHOWN_FACTS]]
    more = [f"and {len(unusual) - SHOWN_FACTS} more"] if len(unusual) > SHOWN_FACTS else []
    best = max(ended.hypotheses, key=lambda each: each.initial_confidence, default=None)
    guesses = [f"{best.statement} · {confidence(best)}, provisional"] if best else []
    return entry(" ", [*facts, *more, *guesses, *ended.remarks])


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
