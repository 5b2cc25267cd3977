"""Decisions: one a hypothesis, for ever. The table's key is what makes the second click find the first."""

from datetime import datetime

from sqlite_utils import Database

from orchestrator.events import HypothesisDecided, Recorded
from orchestrator.model import Decision, Person, Verdict
from storage import codec

_FIND = """
SELECT * FROM decisions
WHERE workspace = :workspace AND investigation_id = :investigation_id AND hypothesis_id = :hypothesis_id
"""


def decided(db: Database, recorded: Recorded, event: HypothesisDecided) -> None:
    """Keep the decision. Raises sqlite3.IntegrityError where there is one already."""
    decision = event.decision
    db.table("decisions").insert(
        {
            **codec.key(recorded),
            "hypothesis_id": decision.hypothesis_id,
            "decided_seq": recorded.seq,
            "verdict": decision.verdict.value,
            "decided_by": decision.by.user_id,
            "decided_by_name": decision.by.name,
            "decided_at": codec.moment(decision.at),
            "reason": decision.reason,
        }
    )


def find(db: Database, recorded: Recorded, hypothesis_id: str) -> Decision | None:
    """What was decided of that hypothesis of the same run."""
    rows = list(db.query(_FIND, {**codec.key(recorded), "hypothesis_id": hypothesis_id}))
    return next((_decision(row) for row in rows), None)


def _decision(row: dict[str, str]) -> Decision:
    return Decision(
        hypothesis_id=row["hypothesis_id"],
        verdict=Verdict(row["verdict"]),
        by=Person(user_id=row["decided_by"], name=row["decided_by_name"]),
        at=datetime.fromisoformat(row["decided_at"]),
        reason=row["reason"],
    )
