"""Which change is blamed: time, place, mechanism and words together, and what speaks for nobody's change."""

from agents.analyzers.departure import departure_of, rise_of
from agents.analyzers.graph import Graph
from agents.analyzers.meaning import meaning_of
from agents.analyzers.rollouts import rollouts
from agents.incident.blame import NAMED
from agents.incident.change_facts import change_facts
from agents.incident.explaining import explain
from agents.incident.outside import outside_causes
from agents.incident.phrases import FIRST
from agents.incident.reading import Reading
from agents.incident.symptoms import symptoms_of
from agents.incident.weighed import Weighed, weighed
from orchestrator.model import FaultKind, MetricSeries, Signal
from tests.agents.changes.builders import CALLS, START, change, diff, every, level, reading

ERRORS = {("orders", "error_ratio"): level((58, 0.01), (12, 0.6))}
SERVICES = ("orders", "shop", "stock")


def scored(seen: Reading, outside: float = 0.0) -> dict[str, Weighed]:
    assert seen.changes is not None
    placed = rollouts(seen.changes.changes, SERVICES)
    return {
        each.placed.change.change_id: each for each in weighed(placed, symptoms_of(seen, []), Graph(CALLS), outside)
    }


def left(series: MetricSeries) -> float | None:
    found = departure_of(series.metric, series.times, series.values, START, meaning_of(series.metric))
    return (found.onset - START) / 60 if found else None


def test_a_series_that_left_hours_before_the_alert_is_found_where_it_left() -> None:
    seen = reading(series={("orders", "rows_examined"): level((20, 50), (50, 9000))})
    assert seen.metrics is not None
    assert left(seen.metrics.series[0]) == -40


def test_one_that_wanders_or_comes_back_before_the_alert_has_not_left() -> None:
    seen = reading(
        series={("orders", "a_ms"): level((30, 50), (40, 60)), ("orders", "b_ms"): level((30, 50), (9, 900), (31, 50))}
    )
    assert seen.metrics is not None
    assert [left(each) for each in seen.metrics.series] == [None, None]


def test_lines_that_always_come_now_and_then_rise_only_where_they_really_do() -> None:
    steady = [float(at) for at in range(0, 3600, 300)]
    assert rise_of(steady, 0.0) is None
    assert rise_of([*steady, 3500.0], 0.0) is None
    assert rise_of(sorted([*steady, *(3001.0 + 5 * at for at in range(120))]), 0.0) == 3000.0


def test_the_change_that_went_live_before_is_blamed_and_not_the_one_after_trouble_began() -> None:
    taken = diff("-  timeout: 5s", "+  timeout: 1s")
    found = scored(reading([change("early", 240, details=taken), change("late", 30, details=taken)], series=ERRORS))
    assert found["early"].score > NAMED > found["late"].score
    assert found["late"].too_late


def test_of_two_changes_the_one_whose_mechanism_fits_is_blamed_though_it_is_older() -> None:
    slow = {
        ("orders", "latency_p99_ms"): level((58, 100), (12, 4000)),
        ("stock", "requests_rate"): level((58, 9), (12, 400)),
    }
    changes = [
        change("loop", 200, details=diff("  for item in items:", "+    found = client.get(item)")),
        change("tidy", 130, details=diff("-  res = decode(req)", "+  res = decode_order(req)")),
    ]
    found = scored(reading(changes, series=slow))
    assert found["loop"].score > NAMED > found["tidy"].score


def test_words_of_the_errors_find_the_change_that_took_them_away() -> None:
    lines = every(5, -100, 0, "orders", "ERROR", "cannot decode envelope {n}: missing required field 'meta'")
    changes = [
        change("rename", 200, details=diff('-  Meta `json:"meta"`', '+  Metadata `json:"metadata"`')),
        change("tidy", 120, details=diff("-  d = new(Decoder)", "+  d = make_decoder()")),
    ]
    found = scored(reading(changes, lines=lines))
    assert found["rename"].score > 2 * found["tidy"].score
    assert "meta" in found["rename"].shared.telling


def test_documentation_is_hardly_blamed_and_a_deploy_of_which_nothing_is_told_only_right_before() -> None:
    changes = [
        change("docs", 150, summary="docs: errors", files=("a.md",)),
        change("short", 140),
        change("long", 1800),
    ]
    found = scored(reading(changes, series=ERRORS))
    assert found["docs"].score < 0.1 < found["long"].score < NAMED < found["short"].score


def test_a_deploy_brings_the_commits_before_it_that_may_be_its_own() -> None:
    changes = [
        change("old", 9000, "", kind="commit", files=("lib/a.go",)),
        change("first", 8000),
        change("shared", 700, "", kind="commit", files=("lib/schema.go",)),
        change("others", 600, "", kind="commit", files=("services/stock/a.go",)),
        change("later", 10, "", kind="commit", files=("lib/b.go",)),
        change("second", 300),
    ]
    placed = rollouts(changes, SERVICES)
    carried = {each.change.change_id: each.by.change_id for each in placed if each.by}
    assert carried == {"old": "first", "shared": "second"}


def test_where_no_deploys_are_recorded_a_commit_is_live_when_it_was_made_at_the_service_its_files_name() -> None:
    placed = rollouts([change("a", 60, "", kind="commit", files=("services/stock-service/x.go",))], SERVICES)
    assert [(each.service, each.live) for each in placed] == [("stock", placed[0].change.at)]


def test_a_change_next_to_the_trouble_counts_less_than_one_in_it_and_one_far_away_least() -> None:
    same = {"details": diff("-  if total == 0:", "-    return")}
    found = scored(reading([change("in", 150, **same), change("next", 150, "stock", **same)], series=ERRORS))
    assert found["in"].score > found["next"].score > 0


def causes(**telemetry: object) -> list[str]:
    seen = reading(**telemetry)  # type: ignore[arg-type]
    return [each.says for each in outside_causes(symptoms_of(seen, []), Graph(CALLS), SERVICES)]


def test_a_call_to_a_party_outside_that_answers_badly_is_nobodys_change() -> None:
    lines = every(5, -60, 60, "orders", "ERROR", "POST https://api.example.com/v1/charges returned 503")
    assert causes(lines=lines) == ["calls to api.example.com fail, which is none of ours"]
    ours = every(5, -60, 60, "orders", "ERROR", "GET http://stock.prod.example.com/items returned 503")
    assert causes(lines=ours) == []


def test_one_record_that_comes_again_and_again_is_told_from_many_that_fail() -> None:
    again = every(5, -60, 60, "orders", "ERROR", "bad value; record_id=evt-8f3a offset=14882; redelivering")
    assert causes(lines=again) == ["one and the same input fails again and again"]
    many = every(5, -60, 60, "orders", "ERROR", "bad value; record_id=evt-{n} offset=1{n}; redelivering")
    assert causes(lines=many) == []


def test_names_that_resolve_nowhere_and_an_expired_certificate_are_told() -> None:
    lines = [
        line for name in SERVICES for line in every(5, -60, 60, name, "ERROR", "lookup db on 10.0.0.1: no such host")
    ]
    assert causes(lines=lines) == ["names no longer resolve, in 3 services at once"]
    expired = every(5, -60, 60, "orders", "ERROR", "x509: certificate has expired or is not yet valid")
    assert causes(lines=expired) == ["a certificate has expired"]


def test_a_surge_counts_where_the_system_is_entered_and_only_if_it_came_first() -> None:
    more, slow = level((57, 100), (13, 400)), level((58, 100), (12, 4000))
    assert causes(series={("shop", "requests_rate"): more, ("shop", "latency_ms"): slow}) == [
        "4.0 times as many requests as before"
    ]
    assert causes(series={("stock", "requests_rate"): more, ("stock", "latency_ms"): slow}) == []
    late = level((62, 100), (8, 400))
    assert causes(series={("shop", "requests_rate"): late, ("shop", "latency_ms"): slow}) == []


def test_what_speaks_for_a_cause_outside_does_not_acquit_a_change_that_could_do_just_that() -> None:
    changes = [
        change("limit", 150, details=diff("-  timeout: 5s", "+  timeout: 100ms")),
        change("tidy", 150, details=diff("-  a = b(c)", "+  a = d(c)")),
    ]
    lines = every(5, -60, 60, "orders", "ERROR", "call timed out")
    alone, beside = scored(reading(changes, lines=lines)), scored(reading(changes, lines=lines), 0.8)
    assert beside["limit"].score == alone["limit"].score
    assert beside["tidy"].score < alone["tidy"].score


def test_a_change_is_told_with_why_it_is_suspected_and_services_without_one_as_unchanged() -> None:
    taken = diff("-  timeout: 5s", "+  timeout: 1s")
    seen = reading(
        [change("v7", 240, details=taken, summary="v7: tune")],
        series={**ERRORS, ("shop", "error_ratio"): ERRORS["orders", "error_ratio"]},
    )
    told = [each.summary for each in change_facts(seen, [], SERVICES, Graph(CALLS))]
    assert told == [
        "No change is recorded of shop in the 60 min before",
        "orders deploy at 11:56: v7: tune · timeout is lowered from 5s to 1s · live 2 min before trouble began",
    ]


def test_where_no_change_explains_it_that_is_told_with_what_speaks_for_a_cause_outside() -> None:
    lines = every(5, -60, 60, "orders", "ERROR", "POST https://api.example.com/v1/charges returned 503")
    late = change("v7", 20, summary="v7: tune", details=diff("-  a = b(c)", "+  a = d(c)"))
    told = change_facts(reading([late], lines=lines), [], SERVICES, Graph(CALLS))
    assert [each.summary for each in told] == [
        "The one recorded change does not explain it; the likeliest, v7: tune, went live only after trouble began",
        "orders: calls to api.example.com fail, which is none of ours",
        "orders deploy at 11:59:40: v7: tune · went live only after trouble began",
    ]
    first = explain("application", told)[0]
    assert (first.fault_kind, first.change_id) == (FaultKind.EXTERNAL, "")
    assert first.statement.startswith("orders suffers from something that no recorded change explains since 11:59")
    assert "a rollback will hardly help" in FIRST[first.fault_kind]


def test_what_left_its_usual_with_a_blamed_change_long_before_the_alert_is_told() -> None:
    seen = reading(
        [change("v7", 2400, details=diff("-  SELECT a FROM t LIMIT 5", "+  SELECT a FROM t"))],
        series={("orders", "db_rows_examined"): level((20, 50), (50, 9000))},
    )
    told = [each for each in change_facts(seen, [], SERVICES, Graph(CALLS)) if each.signal is Signal.METRIC]
    assert [each.summary for each in told] == [
        "orders: db rows examined 8820 since 11:20, 51 until the deploy at 11:20"
    ]


def test_where_logs_reach_back_less_far_than_is_asked_nothing_rises_with_their_beginning() -> None:
    kept = [
        *every(2, -360, 600, "shop", "INFO", "served request {n}"),
        *every(15, -350, 600, "orders", "WARN", "card of customer {n} declined"),
        *every(4, 2, 600, "orders", "ERROR", "payment of order {n} timed out"),
    ]
    assert not scored(reading([change("mine", 1)], lines=kept))["mine"].too_late
