"""The outbox: what was posted where, by purpose, so that a repeat edits instead of posting twice."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from orchestrator.ports import OutboxEntry
from storage import codec
from storage.database import transaction

_KEPT_NO = """
SELECT coalesce(
    (SELECT kept_no FROM posts WHERE workspace = :workspace AND key = :key),
    (SELECT coalesce(max(kept_no), 0) + 1 FROM posts)
)
"""

_FIND = "SELECT * FROM posts WHERE workspace = :workspace AND key = :key"

_FIND_MESSAGE = """
SELECT * FROM posts WHERE workspace = :workspace AND place = :place AND message_id = :message_id AND message_id <> ''
ORDER BY kept_no LIMIT 1
"""

_OF_INVESTIGATION = """
SELECT * FROM posts WHERE workspace = :workspace AND investigation_id = :investigation_id ORDER BY kept_no
"""


def keep(db: Database, entry: OutboxEntry) -> None:
    """Store the entry in place of an earlier one of its key; its place in the order is that of the first."""
    where = {"workspace": entry.workspace, "key": entry.key}
    with transaction(db):
        row = {
            **entry.model_dump(exclude={"status", "updated_at"}),
            "kept_no": db.execute(_KEPT_NO, where).fetchone()[0],
            "status": entry.status.value,
            "updated_at": codec.moment(entry.updated_at),
        }
        db.table("posts").upsert(row, pk=("workspace", "key"))


def find(db: Database, workspace: str, key: str) -> OutboxEntry | None:
    """What is known of the message with that purpose."""
    return _first(db.query(_FIND, {"workspace": workspace, "key": key}))


def find_message(db: Database, workspace: str, place: str, message_id: str) -> OutboxEntry | None:
    """Whose message that is. An empty id is nobody's."""
    return _first(db.query(_FIND_MESSAGE, {"workspace": workspace, "place": place, "message_id": message_id}))


def of_investigation(db: Database, workspace: str, investigation_id: str) -> list[OutboxEntry]:
    """All messages of a run, in the order in which they were first kept."""
    wanted = {"workspace": workspace, "investigation_id": investigation_id}
    return [_entry(row) for row in db.query(_OF_INVESTIGATION, wanted)]


def _first(rows: Iterable[dict[str, Any]]) -> OutboxEntry | None:
    return next((_entry(row) for row in list(rows)), None)


def _entry(row: dict[str, Any]) -> OutboxEntry:
    return OutboxEntry.model_validate({name: value for name, value in row.items() if name != "kept_no"})
