"""What proxies and meshes measure between services, and what probes see from outside.

Istio counts every request twice, at either end (`reporter`); the callee's word counts. Envoy's own counters stand with
the caller: its cluster is whom it calls.
"""

from agents.sources.prometheus.rules import Rule, Tier, least_of, most_of, rate_of, ratio_of_rates, sum_of

_AT_CALLEE = 'reporter="destination"?'
_FELT = Tier.FELT


def _spread(told: str, metric: str, unit: str, matchers: str = "") -> Rule:
    inner = f"sum by (le, $by) (rate({{{{{metric}_bucket|{matchers}}}}}[$rate]))"
    return Rule(told, f"histogram_quantile(0.9, {inner})", unit, _FELT)


def _failing(told: str, metric: str, bad: str, matchers: str = "") -> Rule:
    part = f"sum by ($by) (rate({{{{{metric}|{bad}, {matchers}}}}}[$rate]))"
    whole = f"sum by ($by) (rate({{{{{metric}|{matchers}}}}}[$rate]))"
    return Rule(told, f"({part} or {whole} * 0) / {whole}", "", _FELT)


RULES: tuple[Rule, ...] = (
    rate_of("mesh_requests_rate", "istio_requests_total", _AT_CALLEE, tier=_FELT),
    _failing("mesh_error_ratio", "istio_requests_total", 'response_code=~"5..|0"', _AT_CALLEE),
    _spread("mesh_request_duration_p90_ms", "istio_request_duration_milliseconds", "ms", _AT_CALLEE),
    rate_of("served_requests_rate", "traces_service_graph_request_total", tier=_FELT),
    Rule(
        "served_error_ratio",
        "(sum by ($by) (rate({{traces_service_graph_request_failed_total}}[$rate]))"
        " or sum by ($by) (rate({{traces_service_graph_request_total}}[$rate])) * 0)"
        " / sum by ($by) (rate({{traces_service_graph_request_total}}[$rate]))",
        "",
        _FELT,
    ),
    _spread("served_request_duration_p90_s", "traces_service_graph_request_server_seconds", "s"),
    _failing("upstream_error_ratio", "envoy_cluster_upstream_rq_xx", 'envoy_response_code_class="5"'),
    _spread("upstream_request_duration_p90_ms", "envoy_cluster_upstream_rq_time", "ms"),
    rate_of("upstream_connect_failures_rate", "envoy_cluster_upstream_cx_connect_fail"),
    rate_of("upstream_tcp_resets_rate", "envoy_cluster_upstream_cx_destroy_with_active_rq"),
    rate_of("upstream_timeouts_rate", "envoy_cluster_upstream_rq_timeout"),
    rate_of("upstream_retries_rate", "envoy_cluster_upstream_rq_retry"),
    sum_of("upstream_connections_active", "envoy_cluster_upstream_cx_active"),
    sum_of("upstream_requests_pending", "envoy_cluster_upstream_rq_pending_active"),
    sum_of("upstream_outliers_unavailable", "envoy_cluster_outlier_detection_ejections_active"),
    rate_of("upstream_requests_rate", "envoy_cluster_upstream_rq_total", tier=Tier.TELLING),
    rate_of("upstream_pending_overflow_rate", "envoy_cluster_upstream_rq_pending_overflow"),
    ratio_of_rates(
        "proxy_error_ratio",
        'haproxy_backend_http_responses_total|code="5xx"',
        "haproxy_backend_http_responses_total",
        tier=_FELT,
    ),
    most_of("proxy_queue", "haproxy_backend_current_queue"),
    least_of("probe_success", "probe_success", tier=_FELT),
    most_of("probe_duration_seconds", "probe_duration_seconds", unit="s", tier=_FELT),
    least_of("available_instances_ratio", "up", tier=_FELT),
)
"""Istio, Tempo's or the collector's service graph, Envoy, HAProxy, the blackbox exporter, and Prometheus' own `up`."""
