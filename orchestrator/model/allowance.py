"""What may be spent beyond one investigation: so much a day in a workspace, in one of its channels, by one of its people.

A day is a day of UTC. Money belongs to the day on which it was put aside, whenever its call ends.
"""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from orchestrator.model.base import Frozen, Moment, Name


class AllowanceKind(StrEnum):
    """Whose money it is: everybody's, that of a channel, that of whoever asked."""

    DAY = "day"
    CHANNEL = "channel"
    USER = "user"


class Allowance(Frozen):
    """At most `limit` dollars a day."""

    kind: AllowanceKind
    limit: Decimal


class Allowances(Frozen):
    """In dollars a day. None: no limit."""

    per_day: Decimal | None = None
    per_channel: Decimal | None = None
    per_user: Decimal | None = None

    def that_bind(self, channel: str, user_id: str) -> tuple[Allowance, ...]:
        """Those that a call of theirs has to fit; what comes from no channel, or from nobody, has none of these."""
        limits = (
            (AllowanceKind.DAY, self.per_day),
            (AllowanceKind.CHANNEL, self.per_channel if channel else None),
            (AllowanceKind.USER, self.per_user if user_id else None),
        )
        return tuple(Allowance(kind=kind, limit=limit) for kind, limit in limits if limit is not None)


class Draw(Frozen):
    """Money put aside at that moment for a call, in a workspace, for a channel and whoever asked ("" for none)."""

    workspace: Name
    channel: str = ""
    user_id: str = ""
    at: Moment
    amount: Decimal


class Shortage(Frozen):
    """An allowance that a draw does not fit, and what was drawn from it that day, in dollars."""

    allowance: Allowance
    spent: Decimal


def next_day(at: datetime) -> datetime:
    """When the day of that moment is over."""
    return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
