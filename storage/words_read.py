"""What was made of words about which something was asked, of the newest questions."""

from sqlite_utils import Database

from orchestrator.ports import MOST_WORDS_READ, WordsRead
from storage import codec
from storage.database import transaction

_KEEP = """
INSERT OR IGNORE INTO words_read (workspace, investigation_id, at, made_of_them)
VALUES (:workspace, :investigation_id, :at, :made_of_them)
"""

_FORGET = """
DELETE FROM words_read WHERE workspace = :workspace AND rowid NOT IN (
    SELECT rowid FROM words_read WHERE workspace = :workspace ORDER BY at DESC, rowid DESC LIMIT :most
)
"""

_FIND = """
SELECT made_of_them FROM words_read WHERE workspace = :workspace AND investigation_id = :investigation_id
"""


def keep(db: Database, key: codec.RunKey, read: WordsRead) -> None:
    """Store it, where nothing is stored for that run, and forget the oldest."""
    row = {**key, "at": codec.moment(read.at), "made_of_them": codec.kept(read).model_dump_json()}
    with transaction(db):
        db.execute(_KEEP, row)
        db.execute(_FORGET, {"workspace": key["workspace"], "most": MOST_WORDS_READ})


def find(db: Database, key: codec.RunKey) -> WordsRead | None:
    """What was made of the words of that run."""
    found = db.execute(_FIND, key).fetchone()
    return WordsRead.model_validate_json(found[0]) if found else None
