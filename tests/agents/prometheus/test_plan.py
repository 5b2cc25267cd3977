"""What is found becomes queries, without a server: kinds, grouping, rules, budgets and rows put together."""

import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agents.analyzers.meaning import meaning_of
from agents.sources.catalogue import NO_CORRECTIONS, Corrections, MetricCorrection, parse_corrections, service_of
from agents.sources.prometheus import LookupLimits, Meaning, Series
from agents.sources.prometheus.assembling import Told, series_of
from agents.sources.prometheus.budget import answers_of, chosen_of
from agents.sources.prometheus.discovery import usual_interval
from agents.sources.prometheus.grouping import grouping_of
from agents.sources.prometheus.kinds import Kind, metrics_of
from agents.sources.prometheus.known import RULES
from agents.sources.prometheus.plan import Ask, Found, Plan, plan_of
from agents.sources.prometheus.promql import duration, one_of, selected
from agents.sources.prometheus.rules import STATUS_LABELS, Merge, Rule
from orchestrator.model import Aspect, Scope, Window
from orchestrator.ports import Lookup
from tests.support.clock import NOON

NOWHERE = Scope()
HISTOGRAM = ("http_request_duration_seconds_bucket", "http_request_duration_seconds_count")
HISTOGRAM += ("http_request_duration_seconds_sum",)
Rows = Mapping[str, Sequence[Mapping[str, str]]]


def rows(metric: str, *labels: Mapping[str, str]) -> dict[str, list[dict[str, str]]]:
    return {metric: [{"__name__": metric, **each} for each in labels]}


def lookup(seconds: float, **more: Any) -> Lookup:
    return Lookup("INC-1", Window(start=NOON, end=NOON + timedelta(seconds=seconds)), **more)


def planned(
    names: Sequence[str],
    found: Rows,
    *,
    described: Mapping[str, Meaning] | None = None,
    statuses: Mapping[str, str] | None = None,
    scrapes: Mapping[str, float] | None = None,
    corrections: Corrections = NO_CORRECTIONS,
) -> Plan:
    metrics = metrics_of(names, described or {})
    return plan_of(Found(metrics, found, statuses or {}, scrapes or {}), frozenset(names), corrections)


def queries(plan: Plan, step: float = 60.0, scope: Scope = NOWHERE) -> dict[str, str]:
    return {each.rule.told: each.query(step, scope) for each in plan.asks}


def test_kinds_are_known_by_metadata_and_else_by_suffixes() -> None:
    names = [
        *HISTOGRAM,
        "rpc_seconds_sum",
        "rpc_seconds_count",
        "rpc_seconds",
        "jobs_total",
        "temperature",
        "build_info",
    ]
    names += ["jobs_created", "events", "token_bucket", "latency_native"]
    described = {
        "events": Meaning("counter"),
        "latency_native": Meaning("histogram"),
        "jobs": Meaning("counter", "", "J."),
    }
    kinds = {each.name: each.kind for each in metrics_of(names, described)}
    assert kinds == {
        "http_request_duration_seconds": Kind.HISTOGRAM,
        "rpc_seconds": Kind.SUMMARY,
        "jobs_total": Kind.COUNTER,
        "events": Kind.COUNTER,
        "temperature": Kind.GAUGE,
        "token_bucket": Kind.GAUGE,
        "latency_native": Kind.NATIVE,
    }
    assert [each.help for each in metrics_of(["jobs_total"], described)] == ["J."]


def test_a_histogram_is_read_as_its_ninetieth_percentile_its_mean_its_rate_and_its_share_of_failures() -> None:
    counted = HISTOGRAM[1]
    plan = planned(
        HISTOGRAM,
        rows(counted, {"service": "orders", "job": "orders"}, {"service": "cart", "job": "cart"}),
        statuses={counted: "code"},
        scrapes={"orders": 15.0, "cart": 15.0},
    )
    told = queries(plan, 15.0)
    assert told["http_request_duration_seconds_p90"] == (
        "histogram_quantile(0.9, sum by (le, service) (rate(http_request_duration_seconds_bucket[1m])))"
    )
    assert told["http_request_rate"] == "sum by (service) (rate(http_request_duration_seconds_count[1m]))"
    assert 'code=~"' in told["http_request_error_ratio"]
    assert "http_request_duration_seconds_mean" in told
    assert {meaning_of(each).aspect for each in told} == {Aspect.LATENCY, Aspect.TRAFFIC, Aspect.ERRORS}


@pytest.mark.parametrize(
    ("label", "fails", "well"),
    [
        (
            "status",
            ("500", "503", "5xx", "SERVER_ERROR", "failed", "STATUS_CODE_ERROR"),
            ("200", "404", "2xx", "SUCCESS"),
        ),
        ("grpc_code", ("Unavailable", "DEADLINE_EXCEEDED", "14"), ("OK", "NotFound", "0", "5")),
        ("error_type", ("timeout", "503", "java.net.ConnectException"), ("", "none", "None", "ok")),
    ],
)
def test_which_values_mean_a_failure(label: str, fails: Sequence[str], well: Sequence[str]) -> None:
    kind, pattern = STATUS_LABELS[label][:2], STATUS_LABELS[label][3:-1]
    matches = {each: re.fullmatch(pattern, each) is not None for each in (*fails, *well)}
    failing = {each for each, found in matches.items() if found is (kind == "=~")}
    assert failing == set(fails)


def test_a_native_histogram_is_asked_without_buckets() -> None:
    plan = planned(
        ["rpc_duration_seconds"],
        rows("rpc_duration_seconds", {"service": "orders"}),
        described={"rpc_duration_seconds": Meaning("histogram")},
    )
    told = queries(plan)
    assert told["rpc_duration_seconds_p90"] == (
        "histogram_quantile(0.9, sum by (service) (rate(rpc_duration_seconds[4m])))"
    )
    assert told["rpc_rate"] == "histogram_count(sum by (service) (rate(rpc_duration_seconds[4m])))"


def test_a_rate_spans_four_scrapes_or_the_step_and_never_less() -> None:
    plan = planned(["jobs_total"], rows("jobs_total", {"job": "batch"}), scrapes={"batch": 30.0})
    assert "[2m]" in queries(plan, 30.0)["jobs_rate"]
    assert "[10m]" in queries(plan, 600.0)["jobs_rate"]


def test_a_gauge_is_read_over_just_less_than_a_step_so_that_no_point_counts_twice() -> None:
    plan = planned(["temperature"], rows("temperature", {"service": "oven"}))
    assert queries(plan, 60.0) == {"temperature": "avg by (service) (avg_over_time(temperature[59999ms]))"}


def test_names_with_dots_are_quoted_as_prometheus_3_wants_them() -> None:
    plan = planned(["queue.depth"], rows("queue.depth", {"service.name": "orders"}))
    assert queries(plan) == {"queue.depth": 'max by ("service.name") (max_over_time({"queue.depth"}[59999ms]))'}
    assert selected("a_b") == "a_b"
    assert one_of("x", ["a.b", "c"]) == 'x=~"a\\\\.b|c"'
    assert [duration(each) for each in (0.5, 59, 60, 3600, 5400)] == ["500ms", "59s", "1m", "1h", "90m"]


def test_the_scope_of_an_incident_becomes_matchers_as_the_server_spells_them() -> None:
    found = rows("temperature", {"service": "oven", "env": "Prod", "namespace": "shop"})
    plan = planned(["temperature"], found)
    asked = queries(plan, scope=Scope(environment="prod", cluster="eu-1"))["temperature"]
    assert 'temperature{env="Prod"}[' in asked, "no series says a cluster, so none is asked for"


def test_families_that_are_known_as_a_whole_are_read_by_their_rows_only() -> None:
    names = ["container_memory_working_set_bytes", "container_tasks_state", "kube_pod_info", "temperature"]
    labels = {"pod": "orders-7d9c6b5f4-x2x4z", "container": "app", "image": "i"}
    found = {**rows(names[0], labels), **rows(names[1], labels), **rows("temperature", {"service": "oven"})}
    told = queries(planned(names, found))
    assert set(told) == {"container_memory_bytes", "temperature"}
    assert 'container!="POD"' in told["container_memory_bytes"]


def test_a_mesh_and_a_service_graph_tell_who_calls_whom() -> None:
    mesh = {"destination_canonical_service": "orders", "reporter": "destination"}
    found = {
        **rows(
            "istio_requests_total", {**mesh, "source_canonical_service": "checkout"}, {**mesh, "source_app": "unknown"}
        ),
        **rows("traces_service_graph_request_total", {"client": "gateway", "server": "checkout"}),
    }
    plan = planned(list(found), found)
    assert plan.calls == (("checkout", "orders"), ("gateway", "checkout"))
    told = queries(plan)
    assert told["mesh_requests_rate"] == (
        'sum by (destination_canonical_service) (rate(istio_requests_total{reporter="destination"}[4m]))'
    )
    assert told["served_requests_rate"] == "sum by (server) (rate(traces_service_graph_request_total[4m]))"


def test_a_client_is_asked_for_each_that_it_calls() -> None:
    labels = {"service": "orders", "envoy_cluster_name": "outbound|5432||orders-db.shop.svc.cluster.local"}
    outside = {"service": "orders", "envoy_cluster_name": "10.0.0.7"}
    found = rows("envoy_cluster_upstream_cx_connect_fail", labels, outside)
    (asked,) = planned(list(found), found).asks
    assert (asked.callee, asked.rows_of(frozenset())) == ("envoy_cluster_name", 2)
    assert "sum by (service, envoy_cluster_name)" in asked.query(60.0, NOWHERE)
    (chosen,), _ = chosen_of(Plan((asked,)), lookup(60), LookupLimits())
    answer = [Series(each, array("d", [0]), array("d", [1])) for each in (labels, outside)]
    made = {each.metric for each in series_of([Told(chosen, "q", answer)], NO_CORRECTIONS)}
    assert made == {"orders-db_upstream_connect_failures_rate", "upstream_connect_failures_rate"}


def test_what_names_no_service_is_told_and_can_be_placed_by_people() -> None:
    found = rows("acme_sun_hours", {"region": "eu"})
    assert planned(["acme_sun_hours"], found).unplaced == ("acme_sun_hours",)
    corrections = parse_corrections('[metrics.acme_sun_hours]\naspect = "saturation"\nservice = "roof"\nunit = "h"')
    (ask,) = planned(["acme_sun_hours"], found, corrections=corrections).asks
    assert (ask.services, ask.aspect, ask.rule.unit) == (frozenset({"roof"}), Aspect.SATURATION, "h")


def test_what_people_ignore_is_not_asked_and_what_they_explain_goes_before_the_rows() -> None:
    names = ["redis_connected_clients", "go_goroutines"]
    found = {each: rows(each, {"instance": "cache:9121", "job": "cache"})[each] for each in names}
    ignoring = Corrections(ignore_metrics=("go_*",))
    assert set(queries(planned(names, found, corrections=ignoring))) == {"redis_connections"}
    saying = Corrections(metrics={"redis_connected_clients": MetricCorrection(aspect=Aspect.TRAFFIC)})
    explained = planned(names[:1], found, corrections=saying).asks
    assert [(each.rule.told, each.aspect) for each in explained] == [("redis_connected_clients", Aspect.TRAFFIC)]


def test_a_correction_of_a_histogram_is_about_what_it_measures_not_about_how_often() -> None:
    counted = HISTOGRAM[1]
    corrections = Corrections(metrics={"http_request_duration_seconds": MetricCorrection(aspect=Aspect.LOCKS)})
    plan = planned(HISTOGRAM, rows(counted, {"service": "orders"}), corrections=corrections)
    about = {each.rule.told: each.aspect for each in plan.asks}
    assert about["http_request_duration_seconds_p90"] is Aspect.LOCKS
    assert about["http_request_rate"] is None


@pytest.mark.parametrize(
    ("labels", "by"),
    [
        (
            [{"service": "a", "pod": "a-1"}, {"service": "a", "pod": "a-2"}, {"service": "b", "pod": "b-1"}],
            ("service",),
        ),
        ([{"job": "shop/a", "app": "a"}, {"job": "shop/b", "app": "b"}], ("app",)),
        ([{"pod": "a-0", "container": "app"}, {"pod": "b-0", "container": "app"}], ("pod",)),
        ([{"service": "one", "namespace": "shop"}], ("service",)),
        ([{"service": "exporter", "server": "db:5432", "__name__": "pg_up"}], ("server",)),
    ],
)
def test_the_fewest_labels_that_tell_services_apart_are_grouped_by(
    labels: list[dict[str, str]], by: Sequence[str]
) -> None:
    assert grouping_of(labels, service_of).by == tuple(by)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.told} of {rule.metrics[0]}")
def test_every_row_is_told_under_a_name_that_analysis_understands(rule: Rule) -> None:
    meaning = meaning_of(rule.told)
    assert meaning.aspect is not Aspect.OTHER
    unit = rule.unit or ("ratio" if rule.told.endswith("_ratio") else "")
    assert meaning.unit in ("", unit), "the figure is said in the unit that it has"
    assert not rule.told.endswith(("_total", "_count", "_sum", "_counter")) or rule.told == "replicas_wanted_count"
    assert re.fullmatch(r"[a-z][a-z0-9_]*", rule.told)


def ask(told: str, services: Mapping[str, str], tier: int = 1, **more: bool) -> Ask:
    labels = [{"service": raw} for raw in services]
    grouping = grouping_of(labels, lambda row: services[row["service"]])
    rule = Rule(told, "sum by ($by) (rate({{x_total}}[$rate]))", tier=tier, **more)  # type: ignore[arg-type]
    return Ask(rule, grouping, 15.0, {}, tuple(labels))


def test_what_does_not_fit_is_left_out_the_least_telling_first_and_said() -> None:
    plan = Plan(tuple(ask(f"m{number}", {"a": "a"}) for number in range(6)))
    kept, left_out = chosen_of(plan, lookup(3600), LookupLimits(asks=2))
    assert [each.ask.rule.told for each in kept] == ["m0", "m1"]
    assert left_out == "4 less telling metrics (m2, m3, m4, …)"


def test_a_long_window_has_a_longer_step_in_whole_scrapes() -> None:
    plan = Plan((ask("m", {"a": "a"}),))
    (kept,), _ = chosen_of(plan, lookup(86_400), LookupLimits(points_a_series=700))
    assert kept.step_s == 135.0
    assert kept.points <= 700


def test_what_is_scraped_seldom_is_asked_for_further_back_as_far_as_the_lookup_allows() -> None:
    often, seldom = ask("often", {"a": "a"}), replace(ask("seldom", {"a": "a"}), scrape_s=300.0)
    plan = Plan((often, seldom))
    kept, _ = chosen_of(plan, lookup(5400, further=timedelta(hours=5)), LookupLimits())
    assert [(each.step_s, each.further_s, each.points) for each in kept] == [(15.0, 0.0, 360), (300.0, 16_200.0, 72)]
    assert [len(group) for group in answers_of(kept, LookupLimits())] == [1, 1]
    bounded, _ = chosen_of(plan, lookup(5400, further=timedelta(hours=1)), LookupLimits())
    assert [each.further_s for each in bounded] == [0.0, 3600.0]
    assert [each.further_s for each in chosen_of(plan, lookup(5400), LookupLimits())[0]] == [0.0, 0.0]


def test_only_what_may_bring_a_metric_that_is_wanted_is_asked() -> None:
    plan = Plan(
        (ask("rate", {"a": "a"}), ask("rate_of_errors", {"a": "a"}), replace(ask("wait_ms", {"a": "a"}), callee="to"))
    )
    wanted = [
        [each.ask.rule.told for each in chosen_of(plan, lookup(60, metrics=metrics), LookupLimits())[0]]
        for metrics in (("rate",), ("orders_wait_ms", "other"), ())
    ]
    assert wanted == [["rate"], ["wait_ms"], ["rate", "rate_of_errors", "wait_ms"]]


def test_among_many_services_what_tells_little_is_asked_of_the_affected_only() -> None:
    many = {f"s{number}": f"s{number}" for number in range(100)}
    plan = Plan((ask("felt", many, 0), ask("other", many, 3), ask("elsewhere", {"s7": "s7"}, 3)))
    kept, left_out = chosen_of(plan, lookup(3600, affected=("s1",)), LookupLimits())
    assert [(each.ask.rule.told, len(each.services)) for each in kept] == [("felt", 0), ("other", 1)]
    assert 'service="s1"' in kept[1].ask.query(15.0, NOWHERE, kept[1].services)
    assert "of services other than the affected ones" in left_out


def test_answers_stay_small_and_each_has_one_step() -> None:
    plan = Plan(tuple(ask(f"m{number}", {"a": "a", "b": "b"}) for number in range(10)))
    kept, _ = chosen_of(plan, lookup(1500), LookupLimits())
    groups = list(answers_of(kept, LookupLimits(points_an_answer=600, asks_an_answer=4)))
    assert [len(group) for group in groups] == [3, 3, 3, 1]
    assert [len(group) for group in answers_of(kept, LookupLimits(series_an_answer=10))] == [5, 5]
    assert list(answers_of([], LookupLimits())) == []


def told(which: Ask, *found: tuple[str, list[float], list[float]]) -> Told:
    plan = Plan((which,))
    (chosen,), _ = chosen_of(plan, lookup(60), LookupLimits())
    series = [Series({"service": raw}, array("d", times), array("d", values)) for raw, times, values in found]
    return Told(chosen, "q", series)


def test_rows_of_one_service_become_one_series() -> None:
    both = ask("rate", {"a-v1": "a", "a-v2": "a"})
    (one,) = series_of([told(both, ("a-v1", [0, 15], [1, 2]), ("a-v2", [15, 30], [3, float("nan")]))], NO_CORRECTIONS)
    assert (one.service, list(one.times), list(one.values)) == ("a", [0, 15], [1, 5])
    assert [each.merge for each in RULES if each.told == "pg_available"] == [Merge.LEAST]


def test_a_service_that_appeared_since_discovery_is_named_by_its_labels() -> None:
    found = series_of([told(ask("rate", {"a": "a"}), ("Brand_New", [0], [1]))], NO_CORRECTIONS)
    assert [each.service for each in found] == ["brand-new"]


def test_a_counter_that_began_to_exist_had_not_counted_before_while_its_service_was_heard() -> None:
    errors, level = ask("errors_rate", {"a": "a"}, counts=True), ask("level", {"a": "a"})
    answers = [told(errors, ("a", [30, 45], [2, 2])), told(level, ("a", [0, 15, 30], [7, 7, 7]))]
    by_name = {each.metric: each for each in series_of(answers, NO_CORRECTIONS)}
    assert list(by_name["errors_rate"].times) == [0, 15, 30, 45]
    assert list(by_name["errors_rate"].values) == [0, 0, 2, 2]
    assert list(by_name["level"].times) == [0, 15, 30]


def test_two_asks_under_one_name_make_one_series() -> None:
    first, second = ask("pool_waiting", {"a": "a"}), ask("pool_waiting", {"a": "a"})
    (one,) = series_of([told(first, ("a", [0], [1])), told(second, ("a", [0], [9]))], NO_CORRECTIONS)
    assert list(one.values) == [1]


@pytest.mark.parametrize(("seen", "usual"), [(14.97, 15), (1.002, 1), (61, 60), (43, 43), (298, 300), (0.4, 1)])
def test_a_scrape_interval_is_the_one_that_people_configure(seen: float, usual: float) -> None:
    assert usual_interval(seen) == usual
