"""The report in the terminal: the order of a thread at 3 a.m., on a screen and in a pipe."""

import io
from datetime import timedelta

from inline_snapshot import snapshot
from rich.console import Console

from bot.terminal import make_console, print_report
from orchestrator.events import Consulted
from orchestrator.model import Conclusion, CostBreakdown, Report, Verdict
from tests.support.builders import consultation, past_incident
from tests.support.clock import NOON
from tests.terminal.builders import (
    HOSTILE,
    ON_IT,
    POOL,
    RETRIES,
    decided,
    events,
    incident,
    investigation,
    report,
    title_of,
    told,
)

VIEW = told([*events(), decided(reason="saw it")])[-1][1]


def printed(view: object = VIEW, made: Report | None = None, *, everything: bool = False) -> str:
    stream = io.StringIO()
    print_report(make_console(stream=stream), view, made or report(view), title_of, everything=everything)  # type: ignore[arg-type]
    return stream.getvalue()


def test_the_report_of_a_likely_cause() -> None:
    assert printed() == snapshot("""\
RECORDED DATA. This is a replay of recorded telemetry; nothing here is happening now.
INC-123 checkout 5xx · SEV2 · prod/eu-1
  Window         2026-03-14 12:00:00–12:10:00 UTC, against 11:00:00–12:00:00
  Affected       checkout
  Assumed        budget, start time
  Run            inv-1 · completed in 11.0 s · asked by ana

Likely: orders v412 filled the orders-db pool · strong (0.86)
  Impact         o1  checkout errors 12 %, was 0.1 %
  Since          2026-03-14 12:00:00 UTC
  Do first       Consider rolling back orders v412
  Why            o2  deploy orders v412 at 11:59
                 o5  orders-db pool 20/20, was 6
                 o99
  Against        o3  CPU of orders as usual
  Wrong if       pool waits are 0
  Named by       Database, Application (h1 h2)
  Look next      count waiting connections
                 watch the retry rate
  Others         2. gateway retries · weak (0.31) · Network (h3)
  Ruled out      CPU of orders as usual
  Not checked    locks: no exporter
  Degraded       Network did not answer within 120 s
  Remarks        Database: The model did not answer: this is what plain analysis found.
  Data until     2026-03-14 12:09:00 UTC
  Decided        h1 accepted by ana at 2026-03-14 12:00:00 UTC: saw it
  Cost           Application: $0.0000
                 Database:    $2.3499
                 Network:     $0.0000
                 ─────────────────────
                 Total:       $2.3499 / $10.00
                 Utilization: 23.5%
  Calls          Database: m · $2.3499
""")


def test_no_clear_cause_says_what_to_look_at() -> None:
    view = told(events(ranked=(RETRIES.model_copy(update={"initial_confidence": 0.2}),)))[-1][1]
    text = printed(view, report(view, conclusion=Conclusion.NO_CLEAR_CAUSE, headline="No clear cause"))
    assert "Likely" not in text
    assert text.split("No clear cause\n")[1] == snapshot("""\
  Impact         o1  checkout errors 12 %, was 0.1 %
  Since          2026-03-14 12:00:00 UTC
  Stands out     o5  orders-db pool 20/20, was 6
                 o2  deploy orders v412 at 11:59
  Look at        count waiting connections
                 watch the retry rate
  Weak           1. gateway retries · weak (0.20) · Network (h3)
  Ruled out      CPU of orders as usual
  Not checked    locks: no exporter
  Degraded       Network did not answer within 120 s
  Remarks        Database: The model did not answer: this is what plain analysis found.
  Data until     2026-03-14 12:09:00 UTC
  Cost           Application: $0.0000
                 Database:    $2.3499
                 Network:     $0.0000
                 ─────────────────────
                 Total:       $2.3499 / $10.00
                 Utilization: 23.5%
  Calls          Database: m · $2.3499
""")


def test_what_did_not_happen_is_not_printed() -> None:
    view = told(events()[:2])[-1][1]
    empty = Report(conclusion=Conclusion.NOTHING_OBSERVED, headline="Nothing could be observed", cost=CostBreakdown())
    assert printed(view, empty).split("\n\n")[1] == snapshot("""\
Provisional. Nothing could be observed
  Cost           ─────────────────────
                 Total:       $0.0000 / $0.00
                 Utilization: 0.0%
""")


def test_a_report_before_the_end_is_provisional() -> None:
    view = told(events()[:-1])[-1][1]
    assert view.state == ON_IT
    assert "\nProvisional. Likely: orders v412" in printed(view)


def test_a_stopped_run_says_why_and_who_did_not_run() -> None:
    text = printed(VIEW, report(VIEW, stopped_because="Stopped by ana.", did_not_run=("Network",)))
    assert "  Did not run    Network\n" in text
    assert "  Stopped        Stopped by ana.\n" in text


def test_only_the_first_groups_are_shown_unless_all_are_asked_for() -> None:
    many = tuple(
        RETRIES.model_copy(update={"hypothesis_id": f"h{n}", "service": f"s{n}", "statement": f"cause {n}"})
        for n in range(1, 8)
    )
    view = told(events(ranked=(POOL, *many)))[-1][1]
    text = printed(view)
    assert [f"cause {n}" in text for n in range(1, 8)] == [True, True, *[False] * 5]
    assert "and 5 more; all of them: compass show inv-1 --all\n" in text
    assert all(f"cause {n}" in printed(view, everything=True) for n in range(1, 8))


def test_long_lists_are_cut_and_say_so() -> None:
    made = report(VIEW, not_checked=tuple(f"thing {n}" for n in range(9)))
    assert "and 3 more" in printed(VIEW, made)
    assert "thing 8" in printed(VIEW, made, everything=True)


def test_a_run_on_live_telemetry_does_not_say_recorded() -> None:
    live = [events()[0].model_copy(update={"investigation": investigation(incident=incident(recorded=False))})]
    assert "RECORDED" in printed()
    assert "RECORDED" not in printed(told([*live, *events()[1:]])[-1][1])


def test_a_window_that_crosses_midnight_names_the_day() -> None:
    late = incident(start_time=NOON + timedelta(hours=11, minutes=50), end_time=NOON + timedelta(hours=12, minutes=20))
    view = told([events()[0].model_copy(update={"investigation": investigation(incident=late)}), *events()[1:]])[-1][1]
    assert "2026-03-14 23:50:00–2026-03-15 00:20:00 UTC, against 22:50:00–23:50:00" in printed(view)


def test_hostile_text_harms_nobody() -> None:
    bad = POOL.model_copy(update={"statement": HOSTILE, "do_first": HOSTILE, "disprove": (HOSTILE,)})
    named = investigation(incident=incident(title=HOSTILE, affected_services=(HOSTILE,)))
    opened = events()[0].model_copy(update={"investigation": named})
    view = told([opened, *events(ranked=(bad,))[1:]])[-1][1]
    text = printed(view, report(view, ruled_out=(HOSTILE,), stopped_because=HOSTILE))
    assert not any(each in text for each in ("\x1b", "\x07", "\x9b", "\u202e"))
    assert "\nfake" not in text
    assert "[bold]line[/bold]" in text


def test_a_screen_gets_colours_and_wraps_beside_the_labels() -> None:
    stream = io.StringIO()
    console = Console(
        file=stream, force_terminal=True, width=60, color_system="standard", highlight=False, markup=False
    )
    print_report(console, VIEW, report(VIEW, not_checked=("word " * 20,)), title_of)
    lines = stream.getvalue().splitlines()
    assert "\x1b[" in stream.getvalue()
    wrapped = [line for line in lines if "word word" in line]
    assert len(wrapped) == 3
    assert wrapped[1].startswith(" " * 17 + "word")


def test_a_stream_that_lacks_a_character_shows_a_question_mark() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    make_console(stream=stream).print("a ─ b")
    stream.flush()
    assert raw.getvalue() == b"a ? b\n"


def test_an_earlier_incident_like_this_one_is_told_safely() -> None:
    past = past_incident(title=HOSTILE, verdict=Verdict.REJECTED, decided_by="ben")
    told_of = report(VIEW).model_copy(update={"seen_before": (past,)})
    shown = printed(made=told_of)
    assert "Seen before    INC-98" in shown
    assert "v390 filled the orders-db pool · rejected by ben · alike: orders pool_in_use" in " ".join(shown.split())
    assert "\x1b" not in shown


def test_what_agents_asked_each_other_stands_behind_the_explanation() -> None:
    view = told([*events(), Consulted(consultation=consultation())])[-1][1]
    text = printed(view)
    assert "Database, by Application: Was the pool exhausted at 14:03? Yes: 20 of 20" in " ".join(text.split())
    assert text.index("Wrong if") < text.index("Asked  ") < text.index("Cost  ")
