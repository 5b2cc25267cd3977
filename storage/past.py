"""What is remembered of incidents: found again by full-text search over fingerprints of their features.

A fingerprint is a plain word for the search, whatever a title or a log line holds, so that nothing typed by anybody is ever
read as a query. SQLite ranks by bm25, hence a rare feature that two incidents share counts for more than a common one.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from orchestrator.events import HypothesesRanked, Recorded, replay
from orchestrator.model import FaultKind, Feature, PastIncident, Verdict, features_of
from orchestrator.ports import Remembered
from storage import codec, journal, rules
from storage.database import transaction

MOST_ASKED = 200

_FORGET = "DELETE FROM past WHERE workspace = :workspace AND incident_key = :incident_key"

_RESEMBLING = """
SELECT past.features, past.began, past.recorded, run.investigation_id, run.workspace, run.incident_id, run.title, run.place
FROM past_index
JOIN past ON past.past_no = past_index.rowid
JOIN investigations AS run USING (workspace, investigation_id)
WHERE past_index.tokens MATCH :query AND past.workspace = :workspace AND past.incident_key <> :but_not
    AND EXISTS (SELECT 1 FROM ranking WHERE ranking.workspace = run.workspace
        AND ranking.investigation_id = run.investigation_id)
ORDER BY bm25(past_index), past.past_no DESC
LIMIT :limit
"""

_CAUSE = """
SELECT * FROM ranking WHERE workspace = :workspace AND investigation_id = :investigation_id
ORDER BY coalesce(verdict, '') = 'accepted' DESC, rank LIMIT 1
"""

_NOT_REMEMBERED = """
SELECT workspace, investigation_id, requested_at FROM investigations AS run
WHERE EXISTS (SELECT 1 FROM hypotheses AS h WHERE h.workspace = run.workspace
        AND h.investigation_id = run.investigation_id AND h.listed_in = 'ranking')
    AND NOT EXISTS (SELECT 1 FROM past WHERE past.workspace = run.workspace AND past.incident_key = run.incident_key)
ORDER BY requested_at, opened_no
"""


def ranked(db: Database, recorded: Recorded, event: HypothesesRanked) -> None:
    """Remember the incident of this run, in place of what an earlier run over it had left. One without a cause is not."""
    if event.hypotheses:
        _remember(db, recorded.workspace, recorded.investigation_id)


def catch_up(db: Database) -> None:
    """Remember what an earlier version of Compass looked into, which knew nothing of likeness."""
    rows = list(db.query(_NOT_REMEMBERED))
    if rows:
        with transaction(db):
            for row in rows:
                _remember(db, row["workspace"], row["investigation_id"])


def resembling(
    db: Database, workspace: str, features: Sequence[Feature], but_not: str, limit: int
) -> Sequence[Remembered]:
    """See `orchestrator.ports.PastIncidents`."""
    wanted = {
        "query": " OR ".join(f'"{token}"' for token in _tokens(features[:MOST_ASKED])),
        "workspace": workspace,
        "but_not": rules.incident_key(but_not),
        "limit": max(0, limit),
    }
    if not wanted["query"]:
        return []
    return [_told(db, row) for row in list(db.query(_RESEMBLING, wanted))]


def _remember(db: Database, workspace: str, investigation_id: str) -> None:
    view = replay(journal.read(db, workspace, investigation_id, 0))
    if view is None:
        return
    incident = view.investigation.incident
    features = features_of(incident, view.observations)
    key = rules.incident_key(incident.incident_id)
    db.execute(_FORGET, {"workspace": workspace, "incident_key": key})
    row = {
        "workspace": workspace,
        "investigation_id": investigation_id,
        "incident_key": key,
        "past_no": db.execute("SELECT coalesce(max(past_no), 0) + 1 FROM past").fetchone()[0],
        "began": codec.moment(incident.start_time),
        "recorded": int(incident.recorded),
        "features": codec.texts(tuple((each.kind, each.name) for each in features)),
        "tokens": " ".join(_tokens(features)),
    }
    db.table("past").insert(row)


def _tokens(features: Iterable[Feature]) -> list[str]:
    return [
        "f" + hashlib.sha256(f"{each.kind} {each.name}".encode(errors="replace")).hexdigest()[:16] for each in features
    ]


def _told(db: Database, row: dict[str, Any]) -> Remembered:
    key = {"workspace": row["workspace"], "investigation_id": row["investigation_id"]}
    cause = next(iter(list(db.query(_CAUSE, key))))
    past = PastIncident(
        investigation_id=row["investigation_id"],
        incident_id=row["incident_id"],
        title=row["title"],
        began=datetime.fromisoformat(row["began"]),
        place=row["place"],
        recorded=bool(row["recorded"]),
        statement=cause["statement"],
        service=cause["service"],
        fault_kind=FaultKind(cause["fault_kind"]),
        confidence=cause["initial_confidence"],
        verdict=Verdict(cause["verdict"]) if cause["verdict"] else None,
        decided_by=cause["decided_by_name"] or "",
    )
    features = tuple(Feature(kind=kind, name=name) for kind, name in json.loads(row["features"]))
    return Remembered(past=past, features=features)
