"""Processes and language runtimes as their client libraries print them."""

from agents.sources.prometheus.rules import Rule, Tier, most_of, rate_of, ratio_of_rates, share_of, sum_of

_MORE = Tier.TELLING
_HEAP = 'area="heap"?'

RULES: tuple[Rule, ...] = (
    rate_of("process_cpu_cores", "process_cpu_seconds_total", unit="cores"),
    most_of("process_cpu_used_ratio", "process_cpu_usage"),
    most_of("process_memory_bytes", "process_resident_memory_bytes", unit="B"),
    share_of("process_fds_load_ratio", "process_open_fds", "process_max_fds"),
    share_of("process_fds_load_ratio", "process_files_open_files", "process_files_max_files"),
    Rule("process_restarts_in_10m", "sum by ($by) (changes({{process_start_time_seconds}}[10m]))"),
    most_of("go_threads_goroutines", "go_goroutines", tier=_MORE),
    most_of("go_memory_heap_bytes", "go_memstats_heap_inuse_bytes", unit="B", tier=_MORE),
    sum_of("jvm_memory_heap_bytes", "jvm_memory_used_bytes", _HEAP, "B"),
    Rule(
        "jvm_memory_heap_ratio",
        f"max by ($by) (max_over_time({{{{jvm_memory_used_bytes|{_HEAP}}}}}[$step])"
        f" / (max_over_time({{{{jvm_memory_max_bytes|{_HEAP}}}}}[$step]) > 0))",
        tier=_MORE,
    ),
    rate_of("jvm_memory_gc_per_s", "jvm_gc_pause_seconds_sum", unit=""),
    rate_of("jvm_memory_gc_per_s", "jvm_gc_collection_seconds_sum", unit=""),
    most_of("jvm_threads", "jvm_threads_live_threads", tier=_MORE),
    most_of("jvm_threads", "jvm_threads_current", tier=_MORE),
    sum_of("jvm_blocked_threads", "jvm_threads_states_threads", 'state="blocked"'),
    share_of("threads_busy_ratio", "tomcat_threads_busy_threads", "tomcat_threads_config_max_threads"),
    most_of("nodejs_event_loop_lag_seconds", "nodejs_eventloop_lag_p99_seconds", unit="s"),
    most_of("nodejs_memory_heap_bytes", "nodejs_heap_size_used_bytes", unit="B", tier=_MORE),
    rate_of("python_collections_rate", "python_gc_collections_total", tier=_MORE),
    rate_of("process_cpu_cores", "namedprocess_namegroup_cpu_seconds_total", unit="cores"),
    sum_of("process_memory_bytes", "namedprocess_namegroup_memory_bytes", 'memtype="resident"', "B"),
    most_of("process_fds_load_ratio", "namedprocess_namegroup_worst_fd_ratio"),
    sum_of("process_threads", "namedprocess_namegroup_num_threads", tier=_MORE),
    ratio_of_rates(
        "system_cpu_used_ratio", 'system_cpu_time_seconds_total|state!="idle"', "system_cpu_time_seconds_total"
    ),
)
"""CPU, memory, file descriptors, restarts; Go, JVM, Node.js, Python; process-exporter for
those that tell nothing of themselves; what OpenTelemetry's runtime metrics add."""
