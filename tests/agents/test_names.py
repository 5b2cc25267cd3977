"""Names: taken apart into words, what a metric's name means, and which service a text is about."""

import pytest

from agents.analyzers.meaning import Reach, Worse, meaning_of
from agents.analyzers.words import Mentions, MetricPeers, words
from agents.incident.territory import APPLICATION, DATABASE, NETWORK, is_store, owner_of_line, owner_of_metric
from orchestrator.model import Aspect


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("http_server_5xx_rate_pct", ("http", "server", "5xx", "rate", "pct")),
        ("HTTPServer5xx", ("http", "server", "5xx")),
        ("latencyP99Ms", ("latency", "p99", "ms")),
        ("orders-db", ("orders", "db")),
        ("AWS::Lambda", ("aws", "lambda")),
    ],
)
def test_a_name_in_any_spelling_has_words(name: str, parts: tuple[str, ...]) -> None:
    assert words(name) == parts


@pytest.mark.parametrize(
    ("metric", "aspect", "worse"),
    [
        ("http_server_duration_p99_ms", Aspect.LATENCY, Worse.UP),
        ("http_server_5xx_rate_pct", Aspect.ERRORS, Worse.UP),
        ("availability_Average", Aspect.ERRORS, Worse.DOWN),
        ("success_rate_pct", Aspect.ERRORS, Worse.DOWN),
        ("container_cpu_usage_seconds_total", Aspect.CPU, Worse.UP),
        ("jvm_heap_used_bytes", Aspect.MEMORY, Worse.UP),
        ("node_filesystem_avail_bytes", Aspect.DISK, Worse.UP),
        ("pool_in_use", Aspect.SATURATION, Worse.UP),
        ("hikaricp_connections_idle", Aspect.SATURATION, Worse.DOWN),
        ("kafka_consumer_lag", Aspect.SATURATION, Worse.UP),
        ("deadlocks_total", Aspect.LOCKS, Worse.UP),
        ("tcp_retransmits", Aspect.NETWORK, Worse.UP),
        ("requests_per_sec", Aspect.TRAFFIC, Worse.EITHER),
        ("moon_phase", Aspect.OTHER, Worse.EITHER),
    ],
)
def test_a_metric_means_what_the_field_calls_it(metric: str, aspect: Aspect, worse: Worse) -> None:
    meaning = meaning_of(metric)
    assert (meaning.aspect, meaning.worse) == (aspect, worse)


def test_a_metric_knows_its_unit_and_how_far_it_reaches() -> None:
    assert meaning_of("client_orders_latency_p95_ms").reach is Reach.CALLS
    assert meaning_of("client_orders_latency_p95_ms").unit == "ms"
    assert meaning_of("node_cpu_pct").reach is Reach.HOST
    assert meaning_of("link_cart_probe_success").aspect is Aspect.NETWORK
    assert meaning_of("cpu_usage_m").step == 20.0
    assert meaning_of("db_query_count_per_request").unit == ""


def test_a_metric_names_the_other_end_by_the_longest_name_it_holds() -> None:
    peers = MetricPeers(["orders", "orders-db", "gateway", ""])
    assert peers.of("orders", "client_orders-db_latency_p95_ms") == "orders-db"
    assert peers.of("gateway", "client_orders_errors_rate") == "orders"
    assert peers.of("gateway", "latency_p95_ms") == ""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("call to payment failed", "payment"),
        ("dial tcp: lookup payment.shop.svc: i/o timeout", "payment"),
        ("POST http://payment:8080/charges exceeded deadline", "payment"),
        ("GET /payment/7/orders failed", ""),
        ("prepayments are late", ""),
        ("the cart is empty", ""),
        ("upstream cart answered 503", "cart"),
        ("orders complains about itself", ""),
        ("payment-v2 is unknown", ""),
    ],
)
def test_a_text_names_a_service_as_a_whole_word_where_a_name_is_meant(text: str, named: str) -> None:
    assert Mentions(["payment", "cart", "orders", "db"]).in_text(text, but="orders") == named


def test_where_nobody_is_known_nobody_is_named() -> None:
    assert Mentions([]).in_text("call to payment failed") == ""
    assert Mentions(["cart"]).in_text("nothing to see") == ""


@pytest.mark.parametrize(
    ("service", "metric", "peer", "owner"),
    [
        ("orders", "latency_p95_ms", "", APPLICATION),
        ("orders", "client_payment_latency_ms", "payment", APPLICATION),
        ("orders", "client_orders-db_latency_ms", "orders-db", DATABASE),
        ("orders", "pool_in_use", "", DATABASE),
        ("orders-db", "cpu_percent", "", DATABASE),
        ("orders", "link_payment_tcp_resets_rate", "payment", NETWORK),
        ("orders", "node_cpu_pct", "", NETWORK),
    ],
)
def test_every_metric_has_one_owner(service: str, metric: str, peer: str, owner: str) -> None:
    assert owner_of_metric(service, metric, peer) == owner


def test_every_line_has_one_owner() -> None:
    assert owner_of_line("orders", "unhandled KeyError") == APPLICATION
    assert owner_of_line("orders", "no connection of the pool was free") == DATABASE
    assert owner_of_line("orders-redis", "saved") == DATABASE
    assert owner_of_line("orders", "the clock was blocked") == APPLICATION
    assert owner_of_line("orders", "Connection reset by peer") == NETWORK
    assert is_store("rabbitmq")
    assert not is_store("dashboard")


def test_people_know_better_than_a_name() -> None:
    said = meaning_of("acme_basket_wait", Aspect.LATENCY)
    assert (said.aspect, said.worse) == (Aspect.LATENCY, Worse.UP)
    assert meaning_of("acme_basket_wait").aspect is Aspect.SATURATION
    assert meaning_of("acme_baskets", Aspect.TRAFFIC).worse is Worse.EITHER
    assert meaning_of("availability", Aspect.ERRORS).worse is Worse.DOWN, "its name says more than the correction"
