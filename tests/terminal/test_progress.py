"""Progress: plain lines as things happen, and on a screen a line below that says what goes on."""

import io
from decimal import Decimal

from inline_snapshot import snapshot
from rich.console import Console

from bot.terminal import Progress, make_console
from bot.terminal.progress import doing_now
from orchestrator.events import (
    BudgetNoticed,
    Consulted,
    Heartbeat,
    InvestigationOpened,
    StateChanged,
    StepEnded,
    StepStarted,
    StopRequested,
)
from orchestrator.model import (
    BudgetNotice,
    ConsultOutcome,
    InvestigationState,
    Mode,
    Observation,
    Phase,
    Step,
    StepOutcome,
)
from orchestrator.ports import Listener
from tests.support.builders import consultation
from tests.terminal.builders import ANA, HOSTILE, ON_IT, POOL, events, title_of, told


def printed(happenings: list[object], request_id: str = "r1") -> str:
    stream = io.StringIO()
    with Progress(make_console(stream=stream), title_of, request_id) as progress:
        listener: Listener = progress
        for recorded, view in told(happenings):  # type: ignore[arg-type]
            listener.heard(recorded, view)
    return stream.getvalue()


def test_a_run_in_a_pipe() -> None:
    assert printed(list(events())) == snapshot("""\
RECORDED DATA. This is a replay of recorded telemetry; nothing here is happening now.
INC-123 checkout 5xx · SEV2 · prod/eu-1
  Window         2026-03-14 12:00:00–12:10:00 UTC, against 11:00:00–12:00:00
  Affected       checkout
  Assumed        budget, start time
  Run            inv-1 · asked by ana
  Budget         $10.00 · Application, Database, Network
  12:00:03       Application observes ...
  12:00:04       Application: 2 unusual, 1 normal, 0 not checked · 1.9 s
                 o2  deploy orders v412 at 11:59
                 o1  checkout errors 12 %, was 0.1 %
  12:00:05       Database observes ...
  12:00:06       Database: 1 unusual, 0 normal, 1 not checked · 0.4 s
                 o5  orders-db pool 20/20, was 6
  12:00:07       Network observes ...
  12:00:08       Network did not answer in time (observe, 120.0 s): did not answer within 120 s
  12:00:09       Database forms hypotheses ...
  12:00:11       Database: 1 hypothesis · 2.0 s · $2.35
                 orders v412 filled the orders-db pool · strong (0.86), provisional
  12:00:12       Ranked 3 hypotheses
  12:00:13       Completed
""")


def test_the_runs_of_others_are_not_shown() -> None:
    assert printed(list(events()), request_id="another") == ""


def test_a_stop_and_its_reason_are_told() -> None:
    stopped = StateChanged(before=ON_IT, after=InvestigationState.STOPPED, reason="Stopped by ana.")
    text = printed([*events()[:3], Heartbeat(), StopRequested(by=ANA), stopped])
    assert text.splitlines()[-2:] == snapshot(
        [
            "  12:00:05       Stop asked for by ana; ending with what was found",
            "  12:00:06       Stopped: Stopped by ana.",
        ]
    )


def test_a_turn_that_did_not_finish_says_so_with_what_it_found() -> None:
    step = Step(phase=Phase.OBSERVE, agent_id="network")
    facts = tuple(Observation(agent_id="network", summary=f"fact {n}", score=n / 10) for n in range(8))
    ended = StepEnded(step=step, outcome=StepOutcome.OVER_BUDGET, observations=facts, note=HOSTILE)
    text = printed([*events()[:2], ended])
    assert text.split("Network ")[-1] == snapshot("""\
stopped at the budget (observe, 0.0 s): pool\\x1b[2J\\x1b]0;owned\\x07 full\\u202e fake: [bold]line[/bold] \\x9b31m 🙂 日本
                 fact 7
                 fact 6
                 fact 5
                 fact 4
                 fact 3
                 and 3 more
""")
    assert "\x1b" not in text


def test_a_turn_that_never_came_is_told_only_where_it_brought_something() -> None:
    step = Step(phase=Phase.HYPOTHESISE, agent_id="network")
    empty = StepEnded(step=step, outcome=StepOutcome.NOT_RUN, note="did not get to its turn")
    assert "Network did not run" not in printed([*events()[:2], empty])
    brought = empty.model_copy(update={"hypotheses": (POOL,)})
    assert "Network did not run (hypothesise, 0.0 s)" in printed([*events()[:2], brought])


def test_a_screen_shows_what_goes_on_and_keeps_nothing_of_it() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, color_system=None, highlight=False, markup=False)
    with Progress(console, title_of, "r1") as progress:
        for recorded, view in told(events()):
            progress.heard(recorded, view)
    assert "1/3 Application observes · $0.00 of $10.00 · Ctrl-C stops the run" in stream.getvalue()
    assert "observes ..." not in stream.getvalue()
    assert "12:00:13" in stream.getvalue()


def test_nothing_goes_on_before_the_first_turn_and_after_the_end() -> None:
    heard = told(events())
    assert doing_now(heard[1][1], title_of) == ""
    assert doing_now(heard[-1][1], title_of) == ""
    assert doing_now(heard[8][1], title_of).startswith("1/3 Database forms hypotheses")


def test_in_parallel_a_screen_names_everybody_who_is_at_work() -> None:
    begun = [StepStarted(step=Step(phase=Phase.OBSERVE, agent_id=name)) for name in ("application", "database")]
    ended = StepEnded(step=begun[0].step)
    opened, *_ = events()
    assert isinstance(opened, InvestigationOpened)
    at_once = opened.investigation.model_copy(update={"mode": Mode.PARALLEL})
    heard = told([InvestigationOpened(investigation=at_once), *begun, ended])
    assert doing_now(heard[-2][1], title_of).startswith("0/3 done, Application + Database: observing · $0.00")
    assert doing_now(heard[-1][1], title_of).startswith("1/3 done, Database: observing · $0.00")
    assert "inv-1 · asked by ana · in parallel" in printed([InvestigationOpened(investigation=at_once)])


def test_a_question_to_another_agent_is_told_once_as_it_is_answered() -> None:
    asked = [
        consultation(cost=Decimal("0.25")),
        consultation(outcome=ConsultOutcome.REPEATED),
        consultation("database", "network", depth=2),
    ]
    text = printed([*events(), *(Consulted(consultation=each) for each in asked)])
    assert [each.split("  ")[-1].strip() for each in text.splitlines() if "asked Database" in each] == [
        "Application asked Database: Was the pool exhausted at 14:03? Yes: 20 of 20 since 14:01. · $0.25"
    ]
    assert "asked Network" not in text


def test_that_most_of_the_money_is_spent() -> None:
    notice = BudgetNotice(spent=Decimal("4.02"), limit=Decimal(5), ahead=("network",))
    assert "80 % of $5.00 is spent: $4.02. What is left may not cover Network." in printed(
        [*list(events())[:1], BudgetNoticed(notice=notice)]
    )
