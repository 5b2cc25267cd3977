"""What people said they changed: kept by id, found by time, and never more than is of use."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from orchestrator.model import Change
from orchestrator.ports import MOST_CHANGES
from storage import codec
from storage.database import transaction

_KNOWN = """
SELECT at FROM changes WHERE workspace = :workspace AND change_id = :change_id AND kind = :kind AND service = :service
    AND environment = :environment
"""

_TOO_MANY = """
DELETE FROM changes WHERE workspace = :workspace AND rowid NOT IN (
    SELECT rowid FROM changes WHERE workspace = :workspace ORDER BY at DESC, change_id DESC LIMIT :most
)
"""

_BETWEEN = """
SELECT * FROM changes WHERE workspace = :workspace AND at >= :start AND at < :end
ORDER BY at, change_id, kind, service, environment
"""


def keep(db: Database, workspace: str, changes: Sequence[Change]) -> int:
    """Store them in place of earlier ones of their keys; how many were new."""
    new = 0
    with transaction(db):
        for each in changes:
            row = _row(workspace, each)
            known = db.execute(_KNOWN, row).fetchone()
            new += known is None
            row["at"] = min(row["at"], known[0]) if known else row["at"]
            db.table("changes").upsert(row, pk=("workspace", "change_id", "kind", "service", "environment"))
        db.execute(_TOO_MANY, {"workspace": workspace, "most": MOST_CHANGES})
    return new


def between(db: Database, workspace: str, start: datetime, end: datetime) -> list[Change]:
    """The changes of that time, ascending."""
    asked = {"workspace": workspace, "start": codec.moment(start), "end": codec.moment(end)}
    return [_change(row) for row in db.query(_BETWEEN, asked)]


def _row(workspace: str, each: Change) -> dict[str, str]:
    return {
        "workspace": workspace,
        "change_id": each.change_id,
        "kind": each.kind,
        "service": each.service,
        "at": codec.moment(each.at),
        "summary": each.summary,
        "author": each.author,
        "files": codec.texts(each.files),
        "details": each.details,
        "environment": each.environment,
    }


def _change(row: dict[str, str]) -> Change:
    told = {name: value for name, value in row.items() if name not in ("workspace", "at", "files")}
    return Change(**told, at=datetime.fromisoformat(row["at"]), files=tuple(json.loads(row["files"])))
