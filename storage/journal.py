"""The journal: what happened, numbered from 1 within an investigation, never changed after."""

from datetime import datetime

from sqlite_utils import Database

from orchestrator.events import Recorded
from storage import codec
from storage.errors import StorageUnreadableError

_READ = """
SELECT seq, at, payload FROM events
WHERE workspace = :workspace AND investigation_id = :investigation_id AND seq > :after
ORDER BY seq
"""


def write(db: Database, recorded: Recorded, payload: str) -> None:
    """One more event. Raises sqlite3.IntegrityError where its number is taken."""
    db.table("events").insert(
        {
            **codec.key(recorded),
            "seq": recorded.seq,
            "at": codec.moment(recorded.at),
            "type": recorded.event.type,
            "schema_version": recorded.event.schema_version,
            "payload": payload,
        }
    )


def read(db: Database, workspace: str, investigation_id: str, after: int) -> list[Recorded]:
    """The events numbered above `after`, in order. Raises StorageUnreadableError for one this program does not know."""
    rows = list(db.query(_READ, {"workspace": workspace, "investigation_id": investigation_id, "after": after}))
    try:
        return [
            Recorded(
                workspace=workspace,
                investigation_id=investigation_id,
                seq=row["seq"],
                at=datetime.fromisoformat(row["at"]),
                event=codec.read_event(row["payload"]),
            )
            for row in rows
        ]
    except ValueError as error:
        raise StorageUnreadableError(
            "The journal of this investigation holds an event that this version of Compass cannot read.",
            remedy="Update Compass to the version that wrote it.",
            details={"investigation_id": investigation_id},
        ) from error
