"""Hosts as the node exporter and the Windows exporter measure them: utilisation, saturation, errors (Gregg's USE)."""

from agents.sources.prometheus.rules import Rule, Tier, least_of, most_of, rate_of, share_of

_DISKS = 'device!~"loop.*|ram.*|dm-.*"'
_LINKS = 'device!~"lo|veth.*|cali.*|docker.*|br-.*"'
_FILES = 'fstype!~"tmpfs|overlay|squashfs|ramfs|nsfs|autofs|fuse.*"'

RULES: tuple[Rule, ...] = (
    Rule("node_cpu_used_ratio", '1 - avg by ($by) (rate({{node_cpu_seconds_total|mode="idle"}}[$rate]))'),
    Rule("node_cpu_iowait_ratio", 'avg by ($by) (rate({{node_cpu_seconds_total|mode="iowait"}}[$rate]))'),
    Rule("node_cpu_steal_ratio", 'avg by ($by) (rate({{node_cpu_seconds_total|mode="steal"}}[$rate]))'),
    most_of("node_load1", "node_load1"),
    Rule(
        "node_memory_used_ratio",
        "1 - min by ($by) (min_over_time({{node_memory_MemAvailable_bytes}}[$step])"
        " / max_over_time({{node_memory_MemTotal_bytes}}[$step]))",
    ),
    Rule("node_disk_time_ratio", f"max by ($by) (rate({{{{node_disk_io_time_seconds_total|{_DISKS}}}}}[$rate]))"),
    Rule(
        "node_disk_full_ratio",
        f"1 - min by ($by) (min_over_time({{{{node_filesystem_avail_bytes|{_FILES}}}}}[$step])"
        f" / max_over_time({{{{node_filesystem_size_bytes|{_FILES}}}}}[$step]))",
    ),
    Rule(
        "node_inodes_used_ratio",
        f"1 - min by ($by) (min_over_time({{{{node_filesystem_files_free|{_FILES}}}}}[$step])"
        f" / (max_over_time({{{{node_filesystem_files|{_FILES}}}}}[$step]) > 0))",
        tier=Tier.TELLING,
    ),
    rate_of("node_packets_receive_errors_rate", "node_network_receive_errs_total", _LINKS),
    rate_of("node_packets_send_errors_rate", "node_network_transmit_errs_total", _LINKS),
    rate_of("node_packets_dropped_rate", "node_network_receive_drop_total", _LINKS),
    rate_of("node_network_received_bytes_rate", "node_network_receive_bytes_total", _LINKS, "B", Tier.TELLING),
    rate_of("node_network_sent_bytes_rate", "node_network_transmit_bytes_total", _LINKS, "B", Tier.TELLING),
    rate_of("node_tcp_retransmits_rate", "node_netstat_Tcp_RetransSegs"),
    rate_of("node_tcp_listen_drops_rate", "node_netstat_TcpExt_ListenDrops"),
    share_of("node_conntrack_load_ratio", "node_nf_conntrack_entries", "node_nf_conntrack_entries_limit"),
    share_of("node_fds_load_ratio", "node_filefd_allocated", "node_filefd_maximum"),
    rate_of("node_oom_rate", "node_vmstat_oom_kill"),
    rate_of("node_memory_stalled_per_s", "node_pressure_memory_waiting_seconds_total", unit=""),
    rate_of("node_cpu_stalled_per_s", "node_pressure_cpu_waiting_seconds_total", unit=""),
    rate_of("node_disk_stalled_per_s", "node_pressure_io_waiting_seconds_total", unit=""),
    most_of("node_clock_offset_seconds", "node_timex_offset_seconds", unit="s", tier=Tier.TELLING),
    Rule("node_cpu_used_ratio", '1 - avg by ($by) (rate({{windows_cpu_time_total|mode="idle"}}[$rate]))'),
    least_of("node_memory_free_bytes", "windows_memory_available_bytes", unit="B"),
)
"""CPU, load, memory, disks, file systems, network interfaces, TCP, tables that fill up, pressure stalls."""
