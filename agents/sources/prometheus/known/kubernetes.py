"""Containers as cAdvisor measures them, and workloads as kube-state-metrics knows them.

cAdvisor has a series for each container, for their sandbox and for the groups around them; counting only named containers
counts each thing once.
"""

from dataclasses import replace

from agents.sources.prometheus.rules import Rule, Tier, most_of, rate_of, ratio_of_rates, sum_of

_REAL = 'container!=""?, container!="POD"?, image!=""?'
_RESTARTS = "kube_pod_container_status_restarts_total"
_STUCK = "CrashLoopBackOff|ImagePullBackOff|ErrImagePull|CreateContainerConfigError|RunContainerError"


def _if_any(told: str, metric: str, matchers: str) -> Rule:
    """A state that has a series only while something is in it."""
    return replace(sum_of(told, metric, matchers), counts=True)


RULES: tuple[Rule, ...] = (
    rate_of("container_cpu_cores", "container_cpu_usage_seconds_total", _REAL, "cores"),
    ratio_of_rates(
        "container_cpu_throttle_ratio",
        f"container_cpu_cfs_throttled_periods_total|{_REAL}",
        f"container_cpu_cfs_periods_total|{_REAL}",
    ),
    most_of("container_memory_bytes", "container_memory_working_set_bytes", _REAL, "B"),
    Rule(
        "container_memory_of_limit_ratio",
        f"max by ($by) (max_over_time({{{{container_memory_working_set_bytes|{_REAL}}}}}[$step])"
        f" / (max_over_time({{{{container_spec_memory_limit_bytes|{_REAL}}}}}[$step]) > 0))",
    ),
    rate_of("container_oom_rate", "container_oom_events_total", _REAL),
    rate_of("container_disk_written_bytes_rate", "container_fs_writes_bytes_total", _REAL, "B", Tier.TELLING),
    rate_of("container_disk_read_bytes_rate", "container_fs_reads_bytes_total", _REAL, "B", Tier.TELLING),
    most_of("container_threads", "container_threads", _REAL, tier=Tier.TELLING),
    rate_of("container_network_errors_rate", "container_network_receive_errors_total"),
    rate_of("container_network_dropped_packets_rate", "container_network_receive_packets_dropped_total"),
    rate_of("container_received_bytes_rate", "container_network_receive_bytes_total", unit="B", tier=Tier.TELLING),
    rate_of("container_sent_bytes_rate", "container_network_transmit_bytes_total", unit="B", tier=Tier.TELLING),
    Rule("container_restarts_in_10m", f"sum by ($by) (increase({{{{{_RESTARTS}}}}}[10m]))", counts=True),
    _if_any("container_oom_killed", "kube_pod_container_status_last_terminated_reason", 'reason="OOMKilled"'),
    _if_any("containers_unavailable", "kube_pod_container_status_waiting_reason", f'reason=~"{_STUCK}"'),
    sum_of("pods_unavailable", "kube_pod_status_ready", 'condition="false"'),
    sum_of("pods_failed_or_pending", "kube_pod_status_phase", 'phase=~"Failed|Pending|Unknown"'),
    sum_of("replicas_unavailable", "kube_deployment_status_replicas_unavailable"),
    sum_of("replicas_wanted_count", "kube_deployment_spec_replicas", tier=Tier.TELLING),
    Rule(
        "replicas_unavailable_of_set",
        "sum by ($by) (max_over_time({{kube_statefulset_replicas}}[$step])"
        " - max_over_time({{kube_statefulset_status_replicas_ready}}[$step]))",
    ),
    Rule(
        "autoscaler_saturation_ratio",
        "max by ($by) (max_over_time({{kube_horizontalpodautoscaler_status_current_replicas}}[$step])"
        " / max_over_time({{kube_horizontalpodautoscaler_spec_max_replicas}}[$step]))",
    ),
    sum_of("node_unavailable", "kube_node_status_condition", 'condition="Ready", status="false"'),
    sum_of("node_pressure_load", "kube_node_status_condition", 'condition=~".*Pressure", status="true"'),
    sum_of("job_failed", "kube_job_status_failed"),
)
"""CPU, throttling, memory, OOM kills, network, restarts, replicas, pods that are not ready, nodes under pressure."""
