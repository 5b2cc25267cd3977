"""What is remembered of incidents, so that one which resembles a new one is found again.

One row an incident, of its newest run that was ranked. `tokens` are the features' fingerprints; the index over them is
SQLite's full-text search (https://sqlite.org/fts5.html, external content), kept equal by triggers, which also run when
an investigation is deleted and takes its row along.
"""

from sqlite_utils import Database

PAST = """
CREATE TABLE past (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    incident_key TEXT NOT NULL,
    past_no INTEGER NOT NULL UNIQUE,
    began TEXT NOT NULL,
    recorded INTEGER NOT NULL CHECK (recorded IN (0, 1)),
    features TEXT NOT NULL CHECK (json_valid(features)),
    tokens TEXT NOT NULL,
    PRIMARY KEY (workspace, incident_key),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

INDEX = "CREATE VIRTUAL TABLE past_index USING fts5(tokens, content='past', content_rowid='past_no', tokenize='ascii')"

ADDED = """
CREATE TRIGGER past_added AFTER INSERT ON past BEGIN
    INSERT INTO past_index (rowid, tokens) VALUES (new.past_no, new.tokens);
END
"""

REMOVED = """
CREATE TRIGGER past_removed AFTER DELETE ON past BEGIN
    INSERT INTO past_index (past_index, rowid, tokens) VALUES ('delete', old.past_no, old.tokens);
END
"""


SIMILAR = "ALTER TABLE investigations ADD COLUMN similar TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(similar))"

UNKNOWN = "ALTER TABLE investigations ADD COLUMN unknown TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(unknown))"

USE = tuple(
    f"ALTER TABLE steps ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0"
    for name in ("queries", "read_bytes", "series", "refused")
)


def change(db: Database) -> None:
    """Make the table, its index and what keeps the two equal, and give runs and steps what is kept of them now."""
    for statement in (PAST, INDEX, ADDED, REMOVED, SIMILAR, UNKNOWN, *USE):
        db.execute(statement)
