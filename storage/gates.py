"""Gates: a row each, by whichever door it came, opened once and settled once.

The row is what makes the second click find the first: who settles a gate reads it and changes it in one transaction.
"""

import json
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from orchestrator.events import GateOpened, GateSettled, Recorded
from orchestrator.model import Gate, Person, from_nano
from storage import codec, rules
from storage.database import transaction

_OPENED_NO = """
SELECT coalesce(max(opened_no), 0) + 1 FROM gates
WHERE workspace = :workspace AND investigation_id = :investigation_id
"""

_FIND = """
SELECT * FROM gates WHERE workspace = :workspace AND investigation_id = :investigation_id AND gate_id = :gate_id
"""

_OF_RUN = """
SELECT * FROM gates WHERE workspace = :workspace AND investigation_id = :investigation_id ORDER BY opened_no
"""

_SETTLE = """
UPDATE gates SET state = :state, settled_by = :settled_by, settled_by_name = :settled_by_name, settled_at = :settled_at,
    said = :said
WHERE workspace = :workspace AND investigation_id = :investigation_id AND gate_id = :gate_id
"""


def opened(db: Database, recorded: Recorded, event: GateOpened) -> None:
    """The gate's row. Raises ConflictError where there is one already."""
    _insert(db, codec.key(recorded), event.gate)


def settled(db: Database, recorded: Recorded, event: GateSettled) -> None:
    """The answer. Raises ConflictError where there is one already, InvestigationNotFoundError where there is no gate."""
    _update(db, codec.key(recorded), event, recorded.at)


def keep(db: Database, key: codec.RunKey, gate: Gate) -> Gate:
    """Open it without an event; see `opened`."""
    with transaction(db):
        return _insert(db, key, gate)


def settle(db: Database, key: codec.RunKey, answer: GateSettled, at: datetime) -> Gate:
    """Settle it without an event; see `settled`."""
    with transaction(db):
        return _update(db, key, answer, at)


def of_run(db: Database, key: codec.RunKey) -> list[Gate]:
    """All gates, in the order in which they were opened."""
    return [_gate(row) for row in db.query(_OF_RUN, key)]


def _insert(db: Database, key: codec.RunKey, gate: Gate) -> Gate:
    kept = rules.as_opened(gate)
    if _find(db, key, kept.gate_id):
        raise rules.gate_opened_before(kept.gate_id)
    opened_no = db.execute(_OPENED_NO, key).fetchone()[0]
    db.table("gates").insert({**key, "gate_id": kept.gate_id, "opened_no": opened_no, **_asked(kept), **_answer(kept)})
    return kept


def _update(db: Database, key: codec.RunKey, answer: GateSettled, at: datetime) -> Gate:
    gate = rules.settled(_find(db, key, answer.gate_id), answer, at)
    db.execute(_SETTLE, {**key, "gate_id": gate.gate_id, **_answer(gate)})
    return gate


def _find(db: Database, key: codec.RunKey, gate_id: str) -> Gate | None:
    rows = list(db.query(_FIND, {**key, "gate_id": gate_id}))
    return _gate(rows[0]) if rows else None


def _asked(gate: Gate) -> dict[str, Any]:
    return {
        "kind": gate.kind.value,
        "agent_id": gate.agent_id,
        "reason": gate.reason,
        "context": codec.texts(gate.context),
        "approve": gate.approve,
        "deny": gate.deny,
        "extend_nano": codec.nano(gate.extend_by),
        "approvers": gate.approvers.model_dump_json(),
        "opened_at": codec.moment(gate.opened_at),
        "expires_at": codec.maybe(gate.expires_at),
    }


def _answer(gate: Gate) -> dict[str, Any]:
    return {
        "state": gate.state.value,
        "settled_by": gate.by.user_id if gate.by else None,
        "settled_by_name": gate.by.name if gate.by else None,
        "settled_at": codec.maybe(gate.at),
        "said": gate.said,
    }


def _gate(row: dict[str, Any]) -> Gate:
    plain = ("gate_id", "kind", "agent_id", "reason", "approve", "deny", "opened_at", "expires_at", "state", "said")
    by = row["settled_by"]
    return Gate.model_validate(
        {
            **{name: row[name] for name in plain},
            "context": json.loads(row["context"]),
            "extend_by": from_nano(row["extend_nano"]),
            "approvers": json.loads(row["approvers"]),
            "by": Person(user_id=by, name=row["settled_by_name"]) if by is not None else None,
            "at": row["settled_at"],
        }
    )
