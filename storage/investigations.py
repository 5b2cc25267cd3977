"""Incidents as they were last told, and the investigations of them: what was asked for, and where each run stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from orchestrator.events import ContextGathered, InvestigationOpened, Recorded, StateChanged, StopRequested
from orchestrator.model import Incident, InvestigationState, Mode
from orchestrator.ports import InvestigationSummary
from storage import codec, costs, rules

_ADVANCE = """
UPDATE investigations SET last_seq = last_seq + 1, updated_at = :at
WHERE workspace = :workspace AND investigation_id = :investigation_id
RETURNING last_seq
"""

_STATE = "SELECT state FROM investigations WHERE workspace = :workspace AND investigation_id = :investigation_id"

_INCIDENT = """
SELECT incident_id FROM investigations WHERE workspace = :workspace AND investigation_id = :investigation_id
"""

_MOVE = """
UPDATE investigations SET state = :after, reason = :reason,
    started_at = CASE WHEN :runs THEN coalesce(started_at, :at) ELSE started_at END,
    ended_at = CASE WHEN :ends THEN :at ELSE ended_at END
WHERE workspace = :workspace AND investigation_id = :investigation_id
"""

_STOP = """
UPDATE investigations SET stop_requested_by = :by, stop_requested_by_name = :name
WHERE workspace = :workspace AND investigation_id = :investigation_id
"""

_CONTEXT = """
UPDATE investigations SET similar = :similar, unknown = :unknown
WHERE workspace = :workspace AND investigation_id = :investigation_id
"""

_UNFINISHED = """
SELECT workspace, investigation_id FROM investigations
WHERE state NOT IN ('completed', 'stopped', 'failed')
ORDER BY requested_at, opened_no
"""

_UNFINISHED_OF = """
SELECT investigation_id FROM investigations
WHERE workspace = :workspace AND incident_key = :incident_key AND state NOT IN ('completed', 'stopped', 'failed')
"""

_RECENT = """
SELECT asked.*, leading.statement, leading.initial_confidence,
    (SELECT count(*) FROM decisions AS d WHERE d.workspace = asked.workspace
        AND d.investigation_id = asked.investigation_id AND d.verdict = 'accepted') AS accepted,
    (SELECT count(*) FROM decisions AS d WHERE d.workspace = asked.workspace
        AND d.investigation_id = asked.investigation_id AND d.verdict = 'rejected') AS rejected,
    (SELECT count(*) FROM gates AS g WHERE g.workspace = asked.workspace
        AND g.investigation_id = asked.investigation_id AND g.state = 'open') AS open_gates,
    (SELECT count(*) FROM consultations AS c WHERE c.workspace = asked.workspace
        AND c.investigation_id = asked.investigation_id) AS consulted,
    (SELECT count(*) FROM costs AS c WHERE c.workspace = asked.workspace
        AND c.investigation_id = asked.investigation_id) AS calls,
    (SELECT json_extract(e.payload, '$.investigation.incident.recorded') FROM events AS e
        WHERE e.workspace = asked.workspace AND e.investigation_id = asked.investigation_id AND e.seq = 1) AS recorded
FROM investigations AS asked
LEFT JOIN hypotheses AS leading ON leading.workspace = asked.workspace
    AND leading.investigation_id = asked.investigation_id AND leading.listed_in = 'ranking' AND leading.position = 1
WHERE asked.workspace = :workspace AND (:incident_key = '' OR asked.incident_key = :incident_key)
ORDER BY asked.requested_at DESC, asked.opened_no DESC
LIMIT :limit
"""


def opened(db: Database, recorded: Recorded, event: InvestigationOpened) -> None:
    """The run's row, and its incident's as it was told this time.

    Raises sqlite3.IntegrityError where the run exists, or another one over the same incident has not ended.
    """
    asked = event.investigation
    db.table("incidents").upsert(_incident(asked.workspace, asked.incident), pk=("workspace", "incident_key"))
    db.table("investigations").insert(
        {
            **codec.key(recorded),
            "opened_no": db.execute("SELECT coalesce(max(opened_no), 0) + 1 FROM investigations").fetchone()[0],
            "incident_key": rules.incident_key(asked.incident.incident_id),
            "incident_id": asked.incident.incident_id,
            "title": asked.incident.title,
            "team": asked.team,
            "agent_ids": codec.texts(asked.agent_ids),
            "budget_nano": codec.nano(asked.budget),
            "mode": asked.mode,
            "requested_by": asked.requested_by.user_id,
            "requested_by_name": asked.requested_by.name,
            "requested_at": codec.moment(asked.requested_at),
            "surface": asked.origin.surface,
            "place": asked.origin.place,
            "request_id": asked.origin.request_id,
            "assumed": codec.texts(asked.assumed),
            "state": InvestigationState.QUEUED.value,
            "reason": "",
            "last_seq": recorded.seq,
            "updated_at": codec.moment(recorded.at),
        }
    )


def advance(db: Database, recorded: Recorded) -> int:
    """Take the run's next number. Raises InvestigationNotFoundError where there is no such run."""
    row = db.execute(_ADVANCE, {**codec.key(recorded), "at": codec.moment(recorded.at)}).fetchone()
    if row is None:
        raise rules.not_opened(recorded.investigation_id)
    return int(row[0])


def moved(db: Database, recorded: Recorded, event: StateChanged) -> None:
    """The run's new state. Raises ConflictError where it is no longer in the state that it should leave."""
    key = codec.key(recorded)
    now = InvestigationState(db.execute(_STATE, key).fetchone()[0])
    if now != event.before:
        raise rules.moved_on(event.before, now)
    change = {
        "after": event.after.value,
        "reason": event.reason,
        "at": codec.moment(recorded.at),
        "runs": event.after == InvestigationState.RUNNING,
        "ends": event.after in rules.ENDED,
    }
    db.execute(_MOVE, {**key, **change})


def stop_requested(db: Database, recorded: Recorded, event: StopRequested) -> None:
    """Who pressed Stop."""
    db.execute(_STOP, {**codec.key(recorded), "by": event.by.user_id, "name": event.by.name})


def context_gathered(db: Database, recorded: Recorded, event: ContextGathered) -> None:
    """What is known around the incident, in place of what was known before."""
    similar = f"[{','.join(each.model_dump_json() for each in event.similar)}]"
    db.execute(_CONTEXT, {**codec.key(recorded), "similar": similar, "unknown": codec.texts(event.unknown)})


def unfinished(db: Database) -> list[tuple[str, str]]:
    """Of all workspaces, oldest first."""
    return [(row["workspace"], row["investigation_id"]) for row in db.query(_UNFINISHED)]


def unfinished_of(db: Database, workspace: str, incident_id: str) -> str | None:
    """The one run over that incident that has not ended, if there is one."""
    wanted = {"workspace": workspace, "incident_key": rules.incident_key(incident_id)}
    return next((str(row["investigation_id"]) for row in list(db.query(_UNFINISHED_OF, wanted))), None)


def exists(db: Database, recorded: Recorded) -> bool:
    """Whether the run was opened."""
    return db.execute(_STATE, codec.key(recorded)).fetchone() is not None


def incident_of(db: Database, recorded: Recorded) -> str:
    """The incident of a run that was opened."""
    return str(db.execute(_INCIDENT, codec.key(recorded)).fetchone()[0])


def recent(db: Database, workspace: str, limit: int, incident_id: str) -> Sequence[InvestigationSummary]:
    """The newest runs, newest first; all incidents where `incident_id` is empty."""
    wanted = {"workspace": workspace, "incident_key": rules.incident_key(incident_id), "limit": max(0, limit)}
    return [_summary(db, row) for row in list(db.query(_RECENT, wanted))]


def _incident(workspace: str, told: Incident) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "incident_key": rules.incident_key(told.incident_id),
        "incident_id": told.incident_id,
        "title": told.title,
        "severity": told.severity.value,
        "start_time": codec.moment(told.start_time),
        "end_time": codec.maybe(told.end_time),
        "baseline_start": codec.maybe(told.baseline_start),
        "baseline_end": codec.maybe(told.baseline_end),
        "affected_services": codec.texts(told.affected_services),
        "environment": told.scope.environment,
        "cluster": told.scope.cluster,
        "namespace": told.scope.namespace,
        "recorded": int(told.recorded),
    }


def _summary(db: Database, row: dict[str, Any]) -> InvestigationSummary:
    return InvestigationSummary(
        workspace=row["workspace"],
        investigation_id=row["investigation_id"],
        incident_id=row["incident_id"],
        title=row["title"],
        state=InvestigationState(row["state"]),
        requested_at=datetime.fromisoformat(row["requested_at"]),
        requested_by=row["requested_by_name"] or row["requested_by"],
        place=row["place"],
        leading=row["statement"] or "",
        confidence=row["initial_confidence"],
        accepted=row["accepted"],
        rejected=row["rejected"],
        open_gates=row["open_gates"],
        consulted=row["consulted"],
        spent=costs.spent(db, row["workspace"], row["investigation_id"]),
        recorded=bool(row["recorded"]),
        team=row["team"],
        mode=Mode(row["mode"]),
        surface=row["surface"],
        calls=row["calls"],
    )
