"""What people changed, as they told it: a row a change, by its id, its kind, its service and its environment."""

from sqlite_utils import Database

CHANGES = """
CREATE TABLE changes (
    workspace TEXT NOT NULL,
    change_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    service TEXT NOT NULL,
    at TEXT NOT NULL,
    summary TEXT NOT NULL,
    author TEXT NOT NULL,
    files TEXT NOT NULL CHECK (json_valid(files)),
    details TEXT NOT NULL,
    environment TEXT NOT NULL,
    PRIMARY KEY (workspace, change_id, kind, service, environment)
) STRICT
"""

BY_TIME = "CREATE INDEX changes_by_time ON changes (workspace, at)"


def change(db: Database) -> None:
    """Make the table and what finds its rows by time."""
    for statement in (CHANGES, BY_TIME):
        db.execute(statement)
