"""What an exporter beside the database tells: connections, waits, locks, transactions, rows read, processor time."""

import contextlib
from typing import Any

import psutil

from bench.lab.shop.meters import Scrape

ACTIVITY = """
SELECT count(*) AS connections,
  count(*) FILTER (WHERE state = 'active') AS active,
  count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle_in_transaction,
  count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting_for_lock,
  coalesce(max(extract(epoch FROM now() - xact_start)), 0)::float AS longest_transaction_s,
  coalesce(max(extract(epoch FROM now() - query_start)) FILTER (WHERE state = 'active'), 0)::float AS longest_query_s
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
DATABASE = """
SELECT xact_commit AS commits, xact_rollback AS rollbacks, deadlocks, blks_hit AS blocks_hit, blks_read AS blocks_read
FROM pg_stat_database WHERE datname = current_database()
"""
TABLES = """
SELECT coalesce(sum(seq_scan), 0)::bigint AS sequential_scans, coalesce(sum(seq_tup_read), 0)::bigint AS rows_read_by_scan,
  coalesce(sum(idx_tup_fetch), 0)::bigint AS rows_read_by_index
FROM pg_stat_user_tables
"""


class ProcessProbe:
    """Processor time and memory of processes, by id."""

    def __init__(self) -> None:
        self._spent: dict[int, float] = {}

    def gauges(self, pids: list[int], elapsed_s: float) -> dict[str, float]:
        """`cpu_pct` of one core since the last call (a process seen for the first time counts from now) and `memory_mib`."""
        cpu = memory = 0.0
        for pid in pids:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                process = psutil.Process(pid)
                times, info = process.cpu_times(), process.memory_info()
                spent = times.user + times.system
                cpu += spent - self._spent.get(pid, spent)
                self._spent[pid] = spent
                memory += info.rss
        return {"cpu_pct": 100 * cpu / elapsed_s, "memory_mib": memory / 2**20}


class DatabaseExporter:
    """Reads one cluster over a connection of its own."""

    def __init__(self, connection: Any, pid: int) -> None:
        self._connection = connection
        self._pid = pid
        self._processes = ProcessProbe()

    async def scrape(self, elapsed_s: float) -> Scrape:
        """Counters and gauges of this moment; shared memory is counted once, with the server process."""
        counters: dict[str, float] = {}
        for statement in (DATABASE, TABLES):
            counters |= {name: float(value) for name, value in (await self._connection.fetchrow(statement)).items()}
        activity = await self._connection.fetchrow(ACTIVITY)
        gauges = {name: float(value) for name, value in activity.items()}
        server = psutil.Process(self._pid)
        load = self._processes.gauges([self._pid, *(child.pid for child in server.children())], elapsed_s)
        gauges["cpu_pct"] = load["cpu_pct"]
        gauges["memory_mib"] = server.memory_info().rss / 2**20 + sum(_own_memory(child) for child in server.children())
        return {"counters": counters, "gauges": gauges, "samples": {}}


def _own_memory(process: psutil.Process) -> float:
    try:
        info = process.memory_info()
    except psutil.NoSuchProcess:
        return 0.0
    return max(0.0, float(info.rss - info.shared) / 2**20)
