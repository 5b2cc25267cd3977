"""Databases, caches and queues as their exporters print them, and the pools of connections in front of them."""

from agents.sources.prometheus.rules import (
    Rule,
    Tier,
    least_of,
    most_of,
    rate_of,
    ratio_of_rates,
    share_of,
    sum_of,
)

_MORE = Tier.TELLING


def _hits(told: str, hits: str, misses: str) -> Rule:
    """Which share of lookups a cache could not answer; more of them is worse."""
    hit, missed = (f"sum by ($by) (rate({{{{{each}}}}}[$rate]))" for each in (hits, misses))
    return Rule(told, f"{missed} / ({hit} + {missed})")


_POSTGRES = (
    sum_of("pg_connections", "pg_stat_activity_count"),
    sum_of("pg_active_connections", "pg_stat_activity_count", 'state="active"'),
    Rule(
        "pg_waiting_for_lock",
        'sum by ($by) (max_over_time({{pg_stat_activity_count|wait_event_type="Lock"}}[$step]))',
        counts=True,
    ),
    sum_of("pg_waiting_in_transaction", "pg_stat_activity_count", 'state=~"idle in transaction.*"'),
    Rule(
        "pg_connections_load_ratio",
        "sum by ($by) (max_over_time({{pg_stat_activity_count}}[$step]))"
        " / max by ($by) (max_over_time({{pg_settings_max_connections}}[$step]))",
    ),
    most_of("pg_longest_transaction_seconds", "pg_stat_activity_max_tx_duration", unit="s"),
    sum_of("pg_exclusive_locks", "pg_locks_count", 'mode=~"(?i).*exclusivelock"'),
    sum_of("pg_locks", "pg_locks_count", tier=_MORE),
    rate_of("pg_deadlocks_rate", "pg_stat_database_deadlocks"),
    rate_of("pg_commits_rate", "pg_stat_database_xact_commit"),
    rate_of("pg_rollbacks_rate", "pg_stat_database_xact_rollback"),
    _hits("pg_disk_read_ratio", "pg_stat_database_blks_hit", "pg_stat_database_blks_read"),
    rate_of("pg_disk_temp_bytes_rate", "pg_stat_database_temp_bytes", unit="B", tier=_MORE),
    rate_of("pg_rows_returned_rate", "pg_stat_database_tup_returned", tier=_MORE),
    rate_of("pg_sequential_scans_operations_rate", "pg_stat_user_tables_seq_scan", tier=_MORE),
    most_of("pg_replication_lag_seconds", "pg_replication_lag_seconds", unit="s"),
    most_of("pg_replication_lag_seconds", "pg_replication_lag", unit="s"),
    most_of("pg_dead_rows_backlog", "pg_stat_user_tables_n_dead_tup", tier=_MORE),
    least_of("pg_available", "pg_up"),
)
_MYSQL = (
    most_of("mysql_active_threads", "mysql_global_status_threads_running"),
    most_of("mysql_connections", "mysql_global_status_threads_connected"),
    share_of(
        "mysql_connections_load_ratio",
        "mysql_global_status_threads_connected",
        "mysql_global_variables_max_connections",
    ),
    rate_of("mysql_slow_queries_load_rate", "mysql_global_status_slow_queries"),
    rate_of("mysql_queries_rate", "mysql_global_status_queries"),
    rate_of("mysql_lock_waits_rate", "mysql_global_status_innodb_row_lock_waits"),
    most_of("mysql_lock_waiting", "mysql_global_status_innodb_row_lock_current_waits"),
    _hits(
        "mysql_disk_read_ratio",
        "mysql_global_status_innodb_buffer_pool_read_requests",
        "mysql_global_status_innodb_buffer_pool_reads",
    ),
    rate_of("mysql_aborted_connects_rate", "mysql_global_status_aborted_connects"),
    rate_of("mysql_connection_errors_rate", "mysql_global_status_connection_errors_total"),
    most_of("mysql_replication_lag_seconds", "mysql_slave_status_seconds_behind_master", unit="s"),
    least_of("mysql_available", "mysql_up"),
)
_REDIS = (
    most_of("redis_connections", "redis_connected_clients"),
    most_of("redis_waiting_clients", "redis_blocked_clients"),
    most_of("redis_memory_bytes", "redis_memory_used_bytes", unit="B"),
    share_of("redis_memory_of_limit_ratio", "redis_memory_used_bytes", "redis_memory_max_bytes"),
    _hits("redis_cache_misses_ratio", "redis_keyspace_hits_total", "redis_keyspace_misses_total"),
    rate_of("redis_memory_evicted_rate", "redis_evicted_keys_total"),
    rate_of("redis_rejected_connections_rate", "redis_rejected_connections_total"),
    rate_of("redis_commands_ops_rate", "redis_commands_processed_total"),
    ratio_of_rates(
        "redis_command_latency_seconds", "redis_commands_duration_seconds_total", "redis_commands_total", "s"
    ),
    most_of("redis_slow_log_backlog", "redis_slowlog_length", tier=_MORE),
    least_of("redis_link_available", "redis_master_link_up"),
    most_of("redis_replication_lag_seconds", "redis_connected_slave_lag_seconds", unit="s"),
    least_of("redis_available", "redis_up"),
)
_QUEUES = (
    sum_of("kafka_consumer_lag", "kafka_consumergroup_lag"),
    rate_of("kafka_produced_rate", "kafka_topic_partition_current_offset"),
    rate_of("kafka_consumed_rate", "kafka_consumergroup_current_offset"),
    sum_of("kafka_unavailable_replicas", "kafka_topic_partition_under_replicated_partition"),
    least_of("kafka_available_brokers", "kafka_brokers"),
    most_of("kafka_unavailable_replicas", "kafka_server_replicamanager_underreplicatedpartitions"),
    most_of("kafka_unavailable_partitions", "kafka_controller_kafkacontroller_offlinepartitionscount"),
    sum_of("rabbitmq_queue_ready", "rabbitmq_queue_messages_ready"),
    sum_of("rabbitmq_queue_unacknowledged", "rabbitmq_queue_messages_unacked"),
    sum_of("rabbitmq_consumers_available", "rabbitmq_queue_consumers"),
    most_of("rabbitmq_connections", "rabbitmq_connections"),
    rate_of("rabbitmq_published_rate", "rabbitmq_global_messages_received_total"),
    rate_of("rabbitmq_delivered_processed_rate", "rabbitmq_global_messages_delivered_total"),
    most_of("rabbitmq_memory_alarm", "rabbitmq_alarms_memory_used_watermark"),
    most_of("rabbitmq_disk_alarm", "rabbitmq_alarms_free_disk_space_watermark"),
)
_OTHERS = (
    sum_of("mongodb_connections", "mongodb_ss_connections", 'conn_type="current"'),
    sum_of("mongodb_lock_queue", "mongodb_ss_globalLock_currentQueue"),
    rate_of("mongodb_operations_rate", "mongodb_ss_opcounters"),
    ratio_of_rates(
        "mongodb_operation_latency_micros", "mongodb_ss_opLatencies_latency", "mongodb_ss_opLatencies_ops", "us"
    ),
    most_of("mongodb_replication_lag_seconds", "mongodb_mongod_replset_member_replication_lag", unit="s"),
    least_of("mongodb_available", "mongodb_up"),
    _hits(
        "memcached_cache_misses_ratio",
        'memcached_commands_total|command="get", status="hit"',
        'memcached_commands_total|command="get", status="miss"',
    ),
    rate_of("memcached_memory_evicted_rate", "memcached_items_evicted_total"),
    most_of("memcached_connections", "memcached_current_connections"),
    sum_of("elasticsearch_unhealthy_status_errors", "elasticsearch_cluster_health_status", 'color=~"red|yellow"'),
    sum_of("elasticsearch_queue", "elasticsearch_thread_pool_queue_count"),
    rate_of("elasticsearch_rejected_rate", "elasticsearch_thread_pool_rejected_count"),
    share_of("elasticsearch_heap_ratio", "elasticsearch_jvm_memory_used_bytes", "elasticsearch_jvm_memory_max_bytes"),
)
_POOLS = (
    share_of("pool_busy_ratio", "hikaricp_connections_active", "hikaricp_connections_max"),
    most_of("pool_connections_active", "hikaricp_connections_active"),
    most_of("pool_waiting", "hikaricp_connections_pending"),
    rate_of("pool_timeouts_rate", "hikaricp_connections_timeout_total"),
    ratio_of_rates(
        "pool_wait_seconds",
        "hikaricp_connections_acquire_seconds_sum",
        "hikaricp_connections_acquire_seconds_count",
        "s",
    ),
    ratio_of_rates(
        "pool_usage_time_seconds",
        "hikaricp_connections_usage_seconds_sum",
        "hikaricp_connections_usage_seconds_count",
        "s",
    ),
    sum_of("pool_waiting_clients", "pgbouncer_pools_client_waiting_connections"),
    sum_of("pool_connections_active", "pgbouncer_pools_server_active_connections"),
    most_of("pool_wait_seconds", "pgbouncer_pools_client_maxwait_seconds", unit="s"),
    share_of("pool_busy_ratio", "go_sql_in_use_connections", "go_sql_max_open_connections"),
    rate_of("pool_waits_rate", "go_sql_wait_count_total"),
    rate_of("pool_waited_per_s", "go_sql_wait_duration_seconds_total", unit=""),
    share_of("pool_busy_ratio", "jdbc_connections_active", "jdbc_connections_max"),
    most_of("pool_connections_active", "db_client_connections_usage", 'state="used"'),
    most_of("pool_waiting", "db_client_connections_pending_requests"),
    most_of("pool_connections_active", "db_client_connection_count", 'db_client_connection_state="used"?'),
    most_of("pool_waiting", "db_client_connection_pending_requests"),
)

RULES: tuple[Rule, ...] = (*_POSTGRES, *_MYSQL, *_REDIS, *_QUEUES, *_OTHERS, *_POOLS)
"""Connections and their limit, locks, lag, cache misses, queue depth, rejections, and whether the store answers at all."""
