"""Reads the rows back into the core's values, so that a test can hold them against the fold of the journal."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database
from sqlite_utils.db import Table

from orchestrator.events import InvestigationView, StepView
from orchestrator.model import (
    Advice,
    BudgetNotice,
    Consultation,
    CostLine,
    Decision,
    Gate,
    Hypothesis,
    Investigation,
    InvestigationState,
    LedgerEntry,
    Observation,
    Person,
    Phase,
    Question,
    Sketch,
    Step,
    StoreUse,
    Window,
    from_nano,
)

OF_RUN = "workspace = ? AND investigation_id = ?"
KEY = ("workspace", "investigation_id")


@contextmanager
def looking_into(path: Path) -> Iterator[Database]:
    """The file as somebody beside the bot sees it."""
    connection = sqlite3.connect(path)
    try:
        yield Database(connection)
    finally:
        connection.close()


def view_of(db: Database, investigation: Investigation) -> InvestigationView:
    """The view of that investigation as its rows tell it."""
    key = [investigation.workspace, investigation.investigation_id]
    run = _only(db, "investigations", key)
    stopped_by = run["stop_requested_by"]
    return InvestigationView(
        investigation=asked_of(db, investigation),
        seq=run["last_seq"],
        updated_at=run["updated_at"],
        state=InvestigationState(run["state"]),
        reason=run["reason"],
        steps=tuple(_step(db, key, row) for row in _rows(db, "steps", key, "started_seq")),
        ledger=tuple(_entry(row) for row in _rows(db, "costs", key, "first_seq, rowid")),
        similar=json.loads(run["similar"]),
        unknown=json.loads(run["unknown"]),
        ranked=_hypotheses(db, key, "ranking"),
        decisions=tuple(_decision(row) for row in _rows(db, "decisions", key, "decided_seq")),
        consultations=tuple(_consultation(row) for row in _rows(db, "consultations", key, "consulted_seq")),
        gates=tuple(_gate(row) for row in _rows(db, "gates", key, "opened_no")),
        taken_again=tuple(
            CostLine(agent_id=row["agent_id"], amount=from_nano(row["cost_nano"]))
            for row in _rows(db, "taken_again", key, "started_seq")
        ),
        notices=tuple(
            BudgetNotice(
                spent=from_nano(row["spent_nano"]), limit=from_nano(row["limit_nano"]), ahead=json.loads(row["ahead"])
            )
            for row in _rows(db, "budget_notices", key, "noticed_seq")
        ),
        stop_requested_by=Person(user_id=stopped_by, name=run["stop_requested_by_name"]) if stopped_by else None,
        started_at=run["started_at"],
        ended_at=run["ended_at"],
    )


def asked_of(db: Database, investigation: Investigation) -> Investigation:
    """What was asked for, with everything the run's own row holds read from there."""
    run = _only(db, "investigations", [investigation.workspace, investigation.investigation_id])
    incident = investigation.incident.model_copy(update={"incident_id": run["incident_id"], "title": run["title"]})
    return Investigation.model_validate(
        {
            "workspace": run["workspace"],
            "investigation_id": run["investigation_id"],
            "incident": incident,
            "team": run["team"],
            "agent_ids": json.loads(run["agent_ids"]),
            "budget": from_nano(run["budget_nano"]),
            "mode": run["mode"],
            "requested_by": {"user_id": run["requested_by"], "name": run["requested_by_name"]},
            "requested_at": run["requested_at"],
            "origin": {name: run[name] for name in ("surface", "place", "request_id")},
            "assumed": json.loads(run["assumed"]),
            "estimate": investigation.estimate,
        }
    )


def _rows(db: Database, table: str, key: list[str], order_by: str) -> list[dict[str, Any]]:
    return list(db.table(table).rows_where(OF_RUN, key, order_by=order_by))


def _only(db: Database, table: str, key: list[str]) -> dict[str, Any]:
    (row,) = _rows(db, table, key, "1")
    return row


def _step(db: Database, key: list[str], row: dict[str, Any]) -> StepView:
    return StepView(
        step=Step(phase=Phase(row["phase"]), agent_id=row["agent_id"]),
        started_at=datetime.fromisoformat(row["started_at"]),
        outcome=row["outcome"],
        duration_s=row["duration_s"],
        observations=tuple(
            _observation(one) for one in _rows(db, "observations", key, "position") if one["step"] == row["step"]
        ),
        hypotheses=_hypotheses(db, key, row["step"]),
        cost=from_nano(row["cost_nano"]),
        note=row["note"],
        remarks=json.loads(row["remarks"]),
        allowance=row["allowance"] or None,
        use=StoreUse(**{name: row[name] for name in StoreUse.model_fields}),
    )


def _observation(row: dict[str, Any]) -> Observation:
    plain = {name: value for name, value in row.items() if name not in (*KEY, "step", "position")}
    start, end = plain.pop("window_start"), plain.pop("window_end")
    sketch, calls = plain.pop("sketch"), plain.pop("calls")
    return Observation.model_validate(
        {
            **plain,
            "window": Window(start=start, end=end) if start else None,
            "calls": json.loads(calls),
            "sketch": Sketch.model_validate_json(sketch) if sketch else None,
        }
    )


def _hypotheses(db: Database, key: list[str], listed_in: str) -> tuple[Hypothesis, ...]:
    rows = [row for row in _rows(db, "hypotheses", key, "position") if row["listed_in"] == listed_in]
    lists = ("supporting", "refuting", "verify", "disprove")
    return tuple(
        Hypothesis.model_validate(
            {
                name: json.loads(value) if name in lists else value
                for name, value in row.items()
                if name not in (*KEY, "listed_in", "position")
            }
        )
        for row in rows
    )


def _entry(row: dict[str, Any]) -> LedgerEntry:
    plain = {name: value for name, value in row.items() if name not in (*KEY, "first_seq", "amount_nano")}
    return LedgerEntry.model_validate({**plain, "amount": from_nano(row["amount_nano"])})


def _decision(row: dict[str, Any]) -> Decision:
    return Decision.model_validate(
        {
            "hypothesis_id": row["hypothesis_id"],
            "verdict": row["verdict"],
            "by": {"user_id": row["decided_by"], "name": row["decided_by_name"]},
            "at": row["decided_at"],
            "reason": row["reason"],
        }
    )


def _consultation(row: dict[str, Any]) -> Consultation:
    return Consultation(
        asker=row["asker"],
        specialist=row["specialist"],
        question=Question(
            text=row["question"],
            service=row["service"],
            peer=row["peer"],
            aspect=row["aspect"],
            at=row["moment"],
        ),
        outcome=row["outcome"],
        advice=Advice(
            text=row["advice"],
            known=bool(row["known"]),
            supports=None if row["supports"] is None else bool(row["supports"]),
            cites=json.loads(row["cites"]),
        ),
        duration_s=row["duration_s"],
        cost=from_nano(row["cost_nano"]),
        depth=row["depth"],
    )


def _gate(row: dict[str, Any]) -> Gate:
    told = {name: value for name, value in row.items() if name not in (*KEY, "opened_no", "context", "approvers")}
    by, name, at = (told.pop(each) for each in ("settled_by", "settled_by_name", "settled_at"))
    extend_by = from_nano(told.pop("extend_nano"))
    return Gate.model_validate(
        {
            **told,
            "extend_by": extend_by,
            "context": json.loads(row["context"]),
            "approvers": json.loads(row["approvers"]),
            "by": {"user_id": by, "name": name} if by else None,
            "at": at,
        }
    )


def tables(db: Database) -> list[Table]:
    """The tables that Compass made: not SQLite's own, and not those behind its full-text search."""
    return [each for each in db.tables if not each.name.startswith(("_", "sqlite_", "past_index"))]
