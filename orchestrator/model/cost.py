"""Money as people are told of it. Amounts are Decimals in US dollars, exact to a nano-dollar; floats never touch them."""

from collections.abc import Callable, Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum

from pydantic import Field

from orchestrator.model.base import Frozen, Name

NANO = Decimal("0.000000001")
ZERO = Decimal(0)
CENT = Decimal("0.01")
TO_ADD_UP = Decimal("0.0001")
DIME = Decimal("0.10")
RULE = 21
MOST_LINES = 30
WORDS = "words"
"""Under this name stands in a ledger what was paid before there was an agent: a model that read what somebody typed."""


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
    """One call that costs money. `amount` is the reservation until it is settled, then what it did cost.

    `tokens_cached` are those of `tokens_in` that the provider knew already. Where a call is not `priced` nobody knows what
    it cost: the amount says nothing.
    """

    call_id: Name
    agent_id: Name
    purpose: str = ""
    step: str = ""
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    priced: bool = True
    amount: Decimal = ZERO
    status: CallStatus = CallStatus.RESERVED


def paid_for_words(entries: Iterable[LedgerEntry]) -> tuple[LedgerEntry, ...]:
    """What was paid to read what somebody typed, as the ledger of the run begins with it.

    A call of which nothing more can be heard is settled at what was put aside for it.
    """
    ends = {CallStatus.RESERVED: CallStatus.SETTLED}
    return tuple(
        each.model_copy(
            update={"call_id": f"{WORDS}-{number}", "agent_id": WORDS, "status": ends.get(each.status, each.status)}
        )
        for number, each in enumerate(entries, start=1)
    )


class StoreUse(Frozen):
    """What was asked of the telemetry stores: requests sent, bytes read, series in them, and questions that were not sent.

    It stands beside the money, because somebody pays for it, and a store that is asked too much fails when it is needed.
    """

    queries: int = Field(default=0, ge=0)
    read_bytes: int = Field(default=0, ge=0)
    series: int = Field(default=0, ge=0)
    refused: int = Field(default=0, ge=0)

    def __add__(self, other: "StoreUse") -> "StoreUse":
        return StoreUse(
            queries=self.queries + other.queries,
            read_bytes=self.read_bytes + other.read_bytes,
            series=self.series + other.series,
            refused=self.refused + other.refused,
        )

    def __str__(self) -> str:
        """`34 queries, 1.2 MB`; "" where nothing was asked."""
        if not self.queries and not self.refused:
            return ""
        size = f"{self.read_bytes / 1e6:.1f} MB" if self.read_bytes >= 1e5 else f"{self.read_bytes / 1e3:.1f} kB"
        refused = f"; {self.refused} not sent" if self.refused else ""
        return f"{self.queries} {'query' if self.queries == 1 else 'queries'}, {size}{refused}"


class CostLine(Frozen):
    """What one agent cost."""

    agent_id: Name
    amount: Decimal = ZERO


class CostBreakdown(Frozen):
    """What a run cost, by agent, how much of the limit that was, and what it asked of the telemetry stores.

    `unpriced` calls are in it of which nobody knows the price: their amounts say nothing.
    """

    lines: tuple[CostLine, ...] = ()
    limit: Decimal = ZERO
    use: StoreUse = StoreUse()
    unpriced: int = 0

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


def breakdown_lines(cost: CostBreakdown, title_of: Callable[[str], str]) -> tuple[str, ...]:
    """A line for each agent, a rule, the total against the limit, and how much of it that is; aligned, four decimals.

    Where there are calls whose price is unknown, and where telemetry stores were asked, lines say how many and how much.

    `title_of` gives an agent's name as that surface may show it. Agents beyond the first thirty share one line.
    """
    rows = [(title_of(line.agent_id), line.amount) for line in cost.lines]
    rest = rows[MOST_LINES:]
    rows = rows[:MOST_LINES] + ([(f"+{len(rest)}", sum((amount for _, amount in rest), ZERO))] if rest else [])
    width = max(len(label) for label in (*(label for label, _ in rows), "Utilization")) + 1
    agents = [f"{label + ':':<{width}} {exact(amount)}" for label, amount in rows]
    return (
        *agents,
        "─" * max([RULE, *(len(line) for line in agents)]),
        f"{'Total:':<{width}} {exact(cost.total)} / {_limit(cost.limit)}",
        f"{'Utilization:':<{width}} {cost.utilization:.1f}%",
        *([f"{'Unknown:':<{width}} the price of {_calls(cost.unpriced)}"] if cost.unpriced else []),
        *([f"{'Asked:':<{width}} {cost.use}"] if str(cost.use) else []),
    )


def dollars(amount: Decimal) -> str:
    """`$1.25`. What is more than nothing is never shown as nothing."""
    if 0 < amount < CENT / 2:
        return "under $0.01"
    return f"${amount.quantize(CENT, rounding=ROUND_HALF_UP)}"


def smallest_told(*amounts: Decimal) -> Decimal:
    """What these are rounded to where they are read beside each other: cents.

    A hundredth of one, where all are under ten cents and some are not whole cents: else `$0.01; $0.00 is left` would be told.
    """
    small = max(amounts) < DIME and any(each != each.quantize(CENT) for each in amounts)
    return TO_ADD_UP if small else CENT


def side_by_side(*amounts: Decimal) -> tuple[str, ...]:
    """`$1.25` each; where cents would tell nothing of any, `$0.0018`."""
    return tuple(map(exact if smallest_told(*amounts) == TO_ADD_UP else dollars, amounts))


def spent_of(spent: Decimal, limit: Decimal) -> str:
    """`$0.40 of $10.00`, `$0.0018 of $0.0020`."""
    return " of ".join(side_by_side(spent, limit))


def _calls(count: int) -> str:
    return f"{count} {'call' if count == 1 else 'calls'}"


def exact(amount: Decimal) -> str:
    """`$1.2500`, to be added up."""
    return f"${amount.quantize(TO_ADD_UP, rounding=ROUND_HALF_UP)}"


def _limit(amount: Decimal) -> str:
    return f"${amount.quantize(CENT)}" if amount == amount.quantize(CENT) else exact(amount)
