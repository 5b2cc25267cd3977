"""The ledger: one row a call, in whole nano-dollars. A reservation becomes what the call did cost, or is released.

A released call stays, as the record that nothing was billed; sums leave it out.
"""

from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from orchestrator.events import BudgetNoticed, CallReleased, CallReserved, CallSettled, InvestigationOpened, Recorded
from orchestrator.model import LedgerEntry, from_nano
from storage import codec

_FIRST_SEQ = """
SELECT first_seq FROM costs
WHERE workspace = :workspace AND investigation_id = :investigation_id AND call_id = :call_id
"""

_SPENT = """
SELECT coalesce(sum(nano), 0) FROM (
    SELECT max(sum(booked), sum(told)) AS nano FROM (
        SELECT agent_id, amount_nano AS booked, 0 AS told FROM costs
        WHERE workspace = :workspace AND investigation_id = :investigation_id AND status <> 'released'
        UNION ALL
        SELECT agent_id, 0, cost_nano FROM steps
        WHERE workspace = :workspace AND investigation_id = :investigation_id
        UNION ALL
        SELECT agent_id, 0, cost_nano FROM taken_again
        WHERE workspace = :workspace AND investigation_id = :investigation_id
    ) GROUP BY agent_id
)
"""


def reserved(db: Database, recorded: Recorded, event: CallReserved) -> None:
    """A call's row. Raises sqlite3.IntegrityError where its id was used before, which would hide that call's cost."""
    db.table("costs").insert(_row(recorded, event.entry, recorded.seq))


def paid_before(db: Database, recorded: Recorded, event: InvestigationOpened) -> None:
    """What a run's ledger begins with."""
    db.table("costs").insert_all([_row(recorded, each, recorded.seq) for each in event.paid])


def ended(db: Database, recorded: Recorded, event: CallSettled | CallReleased) -> None:
    """What is known of the call now, in place of what was known before."""
    first = db.execute(_FIRST_SEQ, {**codec.key(recorded), "call_id": event.entry.call_id}).fetchone()
    row = _row(recorded, event.entry, first[0] if first else recorded.seq)
    db.table("costs").upsert(row, pk=("workspace", "investigation_id", "call_id"))


def noticed(db: Database, recorded: Recorded, event: BudgetNoticed) -> None:
    """What people were told of the money that was left."""
    db.table("budget_notices").insert(
        {
            **codec.key(recorded),
            "noticed_seq": recorded.seq,
            "spent_nano": codec.nano(event.notice.spent),
            "limit_nano": codec.nano(event.notice.limit),
            "ahead": codec.texts(event.notice.ahead),
        }
    )


def spent(db: Database, workspace: str, investigation_id: str) -> Decimal:
    """What a run cost, in dollars: by agent what the ledger has, or what its turns say where that is more."""
    wanted = {"workspace": workspace, "investigation_id": investigation_id}
    return from_nano(db.execute(_SPENT, wanted).fetchone()[0])


def _row(recorded: Recorded, entry: LedgerEntry, first_seq: int) -> dict[str, Any]:
    return {
        **codec.key(recorded),
        "call_id": entry.call_id,
        "first_seq": first_seq,
        "agent_id": entry.agent_id,
        "purpose": entry.purpose,
        "step": entry.step,
        "model": entry.model,
        "tokens_in": entry.tokens_in,
        "tokens_out": entry.tokens_out,
        "tokens_cached": entry.tokens_cached,
        "priced": int(entry.priced),
        "amount_nano": codec.nano(entry.amount),
        "status": entry.status.value,
    }
