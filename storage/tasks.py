"""What came of the engine's tasks, in SQLite: one transaction a group, and so one wait for the disk."""

import sqlite3
from collections.abc import Sequence

from sqlite_utils import Database

from orchestrator.model import TaskResult
from storage import rules, task_rows
from storage.database import OwnedDatabase, breaks_uniqueness, transaction
from storage.task_rows import Row

_KEEP = """
INSERT INTO task_results (kept_no, workspace, execution_id, task_id, agent, status, started_at, finished_at, duration_s,
    attempts, artifacts, errors, cost_nano) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_LAST = "SELECT coalesce(max(kept_no), 0) FROM task_results"

_KEPT = """
SELECT task_id, agent, status, started_at, finished_at, duration_s, attempts, artifacts, errors, cost_nano
FROM task_results WHERE workspace = ? AND execution_id = ? ORDER BY kept_no
"""


class SqliteTasks:
    """Implements `orchestrator.ports.TaskJournal` for one execution, over an open database."""

    def __init__(self, database: OwnedDatabase, workspace: str, execution_id: str) -> None:
        self._database = database
        self._key = (workspace, execution_id)

    async def kept(self) -> Sequence[TaskResult]:
        """See `TaskJournal.kept`."""
        return await self._database.run(self._kept)

    async def keep(self, results: Sequence[TaskResult]) -> None:
        """See `TaskJournal.keep`."""
        await self._database.run(lambda db: self._keep(db, task_rows.written(results)))

    def _kept(self, db: Database) -> list[TaskResult]:
        return [task_rows.read(row) for row in db.conn.execute(_KEPT, self._key)]

    def _keep(self, db: Database, rows: Sequence[Row]) -> None:
        with transaction(db):
            last: int = db.conn.execute(_LAST).fetchone()[0]
            for number, row in enumerate(rows, start=last + 1):
                try:
                    db.conn.execute(_KEEP, (number, *self._key, *row))
                except sqlite3.IntegrityError as error:
                    if not breaks_uniqueness(error):
                        raise
                    raise rules.kept_before(self._key[1], row[0]) from error
