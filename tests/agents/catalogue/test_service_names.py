"""Labels as real exporters print them, and the service that they tell of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.catalogue import Corrections, MetricCorrection, belongs, canonical, scope_of, service_of
from orchestrator.model import Scope

OPERATOR = {"endpoint": "http", "namespace": "shop", "instance": "10.2.3.4:8080"}
CASES = {
    "OpenTelemetry's resource": ({"service_name": "Checkout", "job": "shop/checkout"}, "checkout"),
    "the same with dots": ({"service.name": "orders_db"}, "orders-db"),
    "a collector's exporter": ({"exported_job": "shop/orders", "job": "otel-collector"}, "orders"),
    "an unknown service": ({"service_name": "unknown_service:java", "deployment": "cart"}, "cart"),
    "Prometheus Operator": (
        {**OPERATOR, "service": "orders", "job": "orders", "pod": "orders-7d9c6b5f4-x2x4z", "container": "app"},
        "orders",
    ),
    "annotated pods": (
        {"app": "payment", "job": "kubernetes-pods", "kubernetes_pod_name": "payment-5f6b7c8d9-abcde"},
        "payment",
    ),
    "recommended labels": ({"app_kubernetes_io_name": "cart", "job": "kubernetes-pods"}, "cart"),
    "Micrometer": ({"application": "billing", "job": "spring", "instance": "billing:8080"}, "billing"),
    "a static job": ({"job": "prod/checkout", "instance": "web-1:8080"}, "checkout"),
    "a job for everything": ({"job": "static", "instance": "web-1.example.com:8080"}, "web-1.example.com"),
    "Istio, as the callee sees it": (
        {
            "__name__": "istio_requests_total",
            "app": "gateway",
            "job": "istio-mesh",
            "reporter": "source",
            "source_workload": "gateway",
            "destination_service": "orders.shop.svc.cluster.local",
            "destination_canonical_service": "orders",
            "destination_workload": "orders-v2",
        },
        "orders",
    ),
    "Istio, to nowhere it knows": (
        {
            "__name__": "istio_requests_total",
            "destination_service_name": "PassthroughCluster",
            "destination_workload": "unknown",
            "app": "gateway",
        },
        "gateway",
    ),
    "Traefik": ({"__name__": "traefik_service_requests_total", "service": "orders@docker", "job": "traefik"}, "orders"),
    "an ingress controller": (
        {"exported_service": "orders", "service": "ingress-nginx-controller-metrics", "job": "ingress-nginx"},
        "orders",
    ),
    "cAdvisor by the kubelet": (
        {
            "__name__": "container_memory_working_set_bytes",
            "job": "kubelet",
            "service": "prometheus-kubelet",
            "pod": "orders-7d9c6b5f4-x2x4z",
            "container": "app",
            "instance": "10.0.0.7:10250",
            "node": "worker-1",
        },
        "orders",
    ),
    "cAdvisor under Docker Compose": (
        {
            "__name__": "container_cpu_usage_seconds_total",
            "job": "cadvisor",
            "instance": "cadvisor:8080",
            "name": "shop-orders-1",
            "container_label_com_docker_compose_service": "orders",
        },
        "orders",
    ),
    "cAdvisor with a container's name only": (
        {"__name__": "container_cpu_usage_seconds_total", "job": "cadvisor", "name": "shop_orders_1"},
        "shop-orders",
    ),
    "kube-state-metrics, honouring labels": (
        {
            "__name__": "kube_pod_container_status_restarts_total",
            "job": "kube-state-metrics",
            "service": "prom-kube-state-metrics",
            "pod": "orders-db-0",
            "container": "postgres",
            "instance": "10.0.0.9:8080",
        },
        "orders-db",
    ),
    "kube-state-metrics, overwriting labels": (
        {
            "__name__": "kube_pod_status_ready",
            "job": "kube-state-metrics",
            "pod": "kube-state-metrics-6b9d8f7c5-zzzzz",
            "exported_pod": "cart-6b9d8f7c5-q4q5r",
        },
        "cart",
    ),
    "a deployment's replicas": (
        {"__name__": "kube_deployment_status_replicas_unavailable", "job": "kube-state-metrics", "deployment": "cart"},
        "cart",
    ),
    "the node exporter": (
        {"__name__": "node_load1", "job": "node-exporter", "instance": "worker-1.example.com:9100"},
        "worker-1.example.com",
    ),
    "the node exporter of an operator": (
        {"__name__": "node_load1", "job": "node-exporter", "service": "prom-node-exporter", "nodename": "worker-1"},
        "worker-1",
    ),
    "the blackbox exporter": (
        {"__name__": "probe_success", "job": "blackbox", "instance": "https://checkout.shop.svc:8443/health"},
        "checkout",
    ),
    "postgres_exporter beside its server": (
        {"__name__": "pg_stat_activity_count", "job": "postgres", "instance": "orders-db:9187", "datname": "orders"},
        "orders-db",
    ),
    "postgres_exporter that names the server": (
        {"__name__": "pg_up", "job": "postgres-exporter", "instance": "10.1.1.1:9187", "server": "orders-db:5432"},
        "orders-db",
    ),
    "postgres_exporter as a sidecar": (
        {**OPERATOR, "__name__": "pg_locks_count", "service": "orders-db-metrics", "pod": "orders-db-0"},
        "orders-db",
    ),
    "postgres_exporter that says nothing": (
        {"__name__": "pg_up", "job": "postgres-exporter", "instance": "postgres-exporter:9187"},
        "postgres",
    ),
    "redis_exporter for many": (
        {"__name__": "redis_connected_clients", "job": "redis_exporter", "instance": "redis://cart-redis:6379"},
        "cart-redis",
    ),
    "mysqld_exporter": (
        {"__name__": "mysql_global_status_threads_running", "job": "mysql", "instance": "users-db:9104"},
        "users-db",
    ),
    "an exporter's own process": (
        {"__name__": "go_goroutines", "job": "postgres-exporter", "instance": "postgres-exporter:9187"},
        "postgres-exporter",
    ),
    "Tempo's service graph": (
        {"__name__": "traces_service_graph_request_total", "client": "gateway", "server": "orders", "job": "tempo"},
        "orders",
    ),
    "Loki's own label": ({"service_name": "orders", "filename": "/var/log/x.log"}, "orders"),
    "Promtail in Kubernetes": (
        {"namespace": "shop", "pod": "orders-7d9c6b5f4-x2x4z", "container": "orders", "job": "shop/orders"},
        "orders",
    ),
    "a cron job's pod": ({"pod": "settle-28412345-x2x4z"}, "settle"),
    "a daemon set's pod": ({"pod": "fluent-bit-x2x4z"}, "fluent-bit"),
    "nothing": ({"le": "0.5", "job": "", "instance": "localhost:9090"}, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_labels_tell_of_a_service(case: str) -> None:
    labels, service = CASES[case]
    assert service_of(labels) == service


SPELLINGS = (
    "Orders_Service",
    "orders-service",
    "orders service",
    "shop/orders-service",
    "orders-service.shop.svc.cluster.local:8080",
    "orders-service:8080",
    "http://orders-service:8080/health",
    "orders-service.local",
)


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling_of_a_name_is_one_service(name: str) -> None:
    assert canonical(name) == "orders-service"


@given(st.from_regex(r"[a-z][a-z0-9-]{0,40}[a-z0-9]", fullmatch=True))
def test_a_name_of_dns_stays_as_it_is(name: str) -> None:
    assert canonical(name) in (name, "")
    assert canonical(f"{name.upper()}.shop.svc.cluster.local:80") == canonical(name)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=8))
def test_any_labels_are_answered(labels: dict[str, str]) -> None:
    assert isinstance(service_of(labels), str)


def test_corrections_go_before_what_was_discovered() -> None:
    corrections = Corrections(
        service_labels=("team_service",),
        ignore_services=("prom*",),
        rename={"orders-svc": "orders"},
        metrics={"acme_*": MetricCorrection(service_label="shop"), "beta_load": MetricCorrection(service="beta")},
    )
    assert service_of({"service": "Orders_svc"}, corrections) == "orders"
    assert service_of({"service": "x", "team_service": "cart"}, corrections) == "cart"
    assert service_of({"__name__": "acme_wait", "service": "x", "shop": "north"}, corrections) == "north"
    assert service_of({"__name__": "beta_load", "service": "x"}, corrections) == "beta"
    assert service_of({"job": "prometheus"}, corrections) == ""


def test_scopes_are_read_from_the_labels_of_every_store() -> None:
    labels = {
        "deployment.environment": "prod",
        "k8s_cluster_name": "eu-1",
        "exported_namespace": "shop",
        "namespace": "m",
    }
    assert scope_of(labels) == Scope(environment="prod", cluster="eu-1", namespace="shop")
    assert scope_of({"env": "lab"}) == Scope(environment="lab")


def test_what_is_not_said_keeps_nothing_out() -> None:
    assert belongs(Scope(), Scope(environment="prod"))
    assert belongs(Scope(environment="PROD", namespace="shop"), Scope(environment="prod"))
    assert not belongs(Scope(environment="prod", cluster="eu-1"), Scope(environment="prod", cluster="eu-2"))
