"""Money of language models: cached tokens, calls of unknown price, remarks, and what turns had cost that are taken again."""

from sqlite_utils import Database

TAKEN_AGAIN = """
CREATE TABLE taken_again (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    started_seq INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    cost_nano INTEGER NOT NULL,
    PRIMARY KEY (workspace, investigation_id, started_seq),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

COLUMNS = (
    "ALTER TABLE costs ADD COLUMN tokens_cached INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE costs ADD COLUMN priced INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE steps ADD COLUMN remarks TEXT NOT NULL DEFAULT '[]'",
)


def change(db: Database) -> None:
    """Make the table and add the columns."""
    for statement in (TAKEN_AGAIN, *COLUMNS):
        db.execute(statement)
