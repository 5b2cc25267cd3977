"""What turns had cost that were taken again after humans had approved: the turn is forgotten, its money is not."""

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


def change(db: Database) -> None:
    """Make the table."""
    db.execute(TAKEN_AGAIN)
