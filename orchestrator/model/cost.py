"""Money as people are told of it. Amounts are Decimals in US dollars, exact to a nano-dollar; floats never touch them."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum

from orchestrator.model.base import Frozen, Name

NANO = Decimal("0.000000001")
ZERO = Decimal(0)


def to_nano(amount: Decimal) -> int:
    """Whole nano-dollars, rounded up: what is kept is never less than what was spent."""
    return int((amount / NANO).to_integral_value(rounding=ROUND_UP))


def from_nano(nano: int) -> Decimal:
    """The amount in dollars of so many nano-dollars."""
    return (Decimal(nano) * NANO).normalize() + ZERO


def whole_nano(amount: Decimal) -> Decimal:
    """The amount, rounded up to a nano-dollar where it is finer, so that what is counted is what is kept."""
    return amount.quantize(NANO, rounding=ROUND_UP) if amount != from_nano(to_nano(amount)) else amount


def share(amount: Decimal, parts: int) -> Decimal:
    """One of `parts` equal shares, rounded down to a nano-dollar; the remainder is the caller's to give."""
    return (amount / parts).quantize(NANO, rounding=ROUND_DOWN)


class CallStatus(StrEnum):
    """Reserved: sent or about to be. Settled: what it cost is known. Released: certainly not billed."""

    RESERVED = "reserved"
    SETTLED = "settled"
    RELEASED = "released"


class LedgerEntry(Frozen):
    """One call that costs money. `amount` is the reservation until it is settled, then what it did cost."""

    call_id: Name
    agent_id: Name
    purpose: str = ""
    step: str = ""
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    amount: Decimal = ZERO
    status: CallStatus = CallStatus.RESERVED


class CostLine(Frozen):
    """What one agent cost."""

    agent_id: Name
    amount: Decimal = ZERO


class CostBreakdown(Frozen):
    """What a run cost, by agent, and how much of the limit that was."""

    lines: tuple[CostLine, ...] = ()
    limit: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Over all agents."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def utilization(self) -> Decimal:
        """Percent of the limit, one decimal; 0 where the limit is 0."""
        if not self.limit:
            return ZERO
        return (self.total * 100 / self.limit).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
