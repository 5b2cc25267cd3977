"""What was drawn from the allowances: one row a call, under its day. Checked and kept in one statement.

SQLite lets one connection write at a time (https://sqlite.org/isolation.html), also among processes: between the sums and
the row that they let in nobody else's row comes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from orchestrator.model import Allowance, AllowanceKind, Draw, Shortage, from_nano
from storage import codec, rules
from storage.database import transaction

_SUMS = """
SELECT coalesce(sum(amount_nano), 0) AS day,
    coalesce(sum(CASE WHEN channel = :channel THEN amount_nano END), 0) AS channel,
    coalesce(sum(CASE WHEN user_id = :user_id THEN amount_nano END), 0) AS user
FROM draws WHERE workspace = :workspace AND day = :day
"""

_PUT_ASIDE = f"""
INSERT INTO draws (workspace, draw_no, day, channel, user_id, amount_nano)
SELECT :workspace, (SELECT coalesce(max(draw_no), 0) + 1 FROM draws WHERE workspace = :workspace),
    :day, :channel, :user_id, :amount
FROM ({_SUMS}) AS drawn
WHERE (:most_day IS NULL OR drawn.day <= :most_day - :amount)
    AND (:most_channel IS NULL OR drawn.channel <= :most_channel - :amount)
    AND (:most_user IS NULL OR drawn.user <= :most_user - :amount)
RETURNING draw_no
"""  # noqa: S608 - both parts stand above

_AMEND = "UPDATE draws SET amount_nano = :amount WHERE workspace = :workspace AND draw_no = :number"


def put_aside(db: Database, draw: Draw, allowances: Sequence[Allowance]) -> int | Shortage:
    """See `orchestrator.ports.AllowanceStore`."""
    limits = {each.kind: codec.most_nano(each.limit) for each in allowances}
    row = {
        **_whose(draw.workspace, draw.at, draw.channel, draw.user_id),
        "amount": codec.nano(draw.amount),
        **{f"most_{kind}": limits.get(kind) for kind in AllowanceKind},
    }
    with transaction(db):
        kept = db.execute(_PUT_ASIDE, row).fetchall()
        return int(kept[0][0]) if kept else _shortage(_sums(db, row), draw, allowances)


def amend(db: Database, workspace: str, number: int, amount: Decimal) -> None:
    """What the call behind that draw did cost."""
    with transaction(db):
        db.execute(_AMEND, {"workspace": workspace, "number": number, "amount": codec.nano(amount)})


def drawn(db: Database, workspace: str, at: datetime, channel: str, user_id: str) -> Mapping[AllowanceKind, Decimal]:
    """What was drawn on that day, in dollars."""
    return _sums(db, _whose(workspace, at, channel, user_id))


def _shortage(spent: Mapping[AllowanceKind, Decimal], draw: Draw, allowances: Sequence[Allowance]) -> Shortage:
    found = rules.shortage(spent, draw, allowances)
    if found is None:
        raise AssertionError("a draw that fits every allowance was not kept")
    return found


def _sums(db: Database, asked: Mapping[str, Any]) -> dict[AllowanceKind, Decimal]:
    row = next(iter(list(db.query(_SUMS, {name: asked[name] for name in ("workspace", "day", "channel", "user_id")}))))
    return {kind: from_nano(row[kind.value]) for kind in AllowanceKind}


def _whose(workspace: str, at: datetime, channel: str, user_id: str) -> dict[str, Any]:
    return {"workspace": workspace, "day": codec.day(at), "channel": channel, "user_id": user_id}
