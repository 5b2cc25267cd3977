"""What came of the engine's tasks: a row a task that has ended, by the execution that it belongs to.

`kept_no` counts what was kept first. An execution is any graph that was run under an id; it need be no investigation.
"""

from sqlite_utils import Database

TASK_RESULTS = """
CREATE TABLE task_results (
    workspace TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    kept_no INTEGER NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    duration_s REAL NOT NULL,
    attempts INTEGER NOT NULL,
    artifacts TEXT NOT NULL,
    errors TEXT NOT NULL CHECK (json_valid(errors)),
    cost_nano INTEGER NOT NULL,
    PRIMARY KEY (workspace, execution_id, task_id)
) STRICT
"""


def change(db: Database) -> None:
    """Make the table."""
    db.execute(TASK_RESULTS)
