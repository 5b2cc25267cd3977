"""What people are told of money beside the breakdown: before a run, while it spends, call by call, and over many runs."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from pydantic import Field

from orchestrator.model.base import Frozen
from orchestrator.model.cost import CallStatus, LedgerEntry, dollars, exact, side_by_side

MOST_AHEAD = 3
FEWEST_RUNS = 3


class Estimate(Frozen):
    """What earlier runs like this one have cost, in dollars: half of them at most `median`, nine of ten at most `most`."""

    runs: int = Field(ge=FEWEST_RUNS)
    median: Decimal
    most: Decimal

    @classmethod
    def of(cls, spent: Sequence[Decimal]) -> "Estimate | None":
        """From what each of them cost; None for fewer than three, which tell nothing, and where all were free.

        Percentiles by nearest rank: each is what one of the runs did cost
        (https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method).
        """
        if len(spent) < FEWEST_RUNS or not any(spent):
            return None
        ranked = sorted(spent)
        median, most = (ranked[-(-len(ranked) * percent // 100) - 1] for percent in (50, 90))
        return cls(runs=len(ranked), median=median, most=most)

    def __str__(self) -> str:
        """`Runs like this cost $0.03, at most $0.05 in 9 of 10 (23 runs)`."""
        median, most = side_by_side(self.median, self.most)
        return f"Runs like this cost {median}, at most {most} in 9 of 10 ({self.runs} runs)"


class BudgetNotice(Frozen):
    """That most of a run's money is spent, while there are agents (`ahead`) whose turn to explain has not come. In dollars."""

    spent: Decimal
    limit: Decimal
    ahead: tuple[str, ...] = ()


def notice_words(notice: BudgetNotice, title_of: Callable[[str], str]) -> str:
    """ "80 % of $5.00 is spent: $4.02. What is left may not cover Network." `title_of` as in `breakdown_lines`."""
    percent = int(notice.spent * 100 / notice.limit)
    spent, limit = side_by_side(notice.spent, notice.limit)
    told = f"{percent} % of {limit} is spent: {spent}."
    names, more = [title_of(each) for each in notice.ahead[:MOST_AHEAD]], len(notice.ahead) - MOST_AHEAD
    *first, last = [*names, *([f"{more} more"] if more > 0 else [])] or [""]
    ahead = f"{', '.join(first)} and {last}" if first else last
    return f"{told} What is left may not cover {ahead}." if ahead else told


def call_words(entry: LedgerEntry) -> str:
    """A call in a line: what for, which model, tokens, price. It is foreign text: safe to show only after escaping.

    `review the evidence · gpt-4o-mini · 1,204 in (1,024 cached), 96 out · $0.0003`
    """
    cached = f" ({entry.tokens_cached:,} cached)" if entry.tokens_cached else ""
    tokens = f"{entry.tokens_in:,} in{cached}, {entry.tokens_out:,} out" if entry.tokens_in or entry.tokens_out else ""
    return " · ".join(part for part in (entry.purpose, entry.model, tokens, _price(entry)) if part)


def _price(entry: LedgerEntry) -> str:
    if entry.status is CallStatus.RELEASED:
        return "not billed"
    if not entry.priced:
        return "price unknown"
    return (
        f"{exact(entry.amount)} put aside, no answer yet"
        if entry.status is CallStatus.RESERVED
        else exact(entry.amount)
    )


class AcceptedCost(Frozen):
    """What `runs` have cost together, in dollars, and how many of their hypotheses humans have accepted."""

    runs: int
    spent: Decimal
    accepted: int

    @classmethod
    def of(cls, runs: Iterable[tuple[Decimal, int]]) -> "AcceptedCost | None":
        """From what each cost and how many were accepted; None where nothing was spent."""
        told = list(runs)
        spent = sum((each for each, _ in told), Decimal(0))
        return cls(runs=len(told), spent=spent, accepted=sum(count for _, count in told)) if spent else None

    def __str__(self) -> str:
        """`$1.20 in 23 runs; 8 hypotheses accepted, $0.15 each`."""
        told = f"{dollars(self.spent)} in {self.runs} {'run' if self.runs == 1 else 'runs'}"
        if not self.accepted:
            return f"{told}; no hypothesis accepted"
        return (
            f"{told}; {self.accepted} {_hypotheses(self.accepted)} accepted, {dollars(self.spent / self.accepted)} each"
        )


def _hypotheses(count: int) -> str:
    return "hypothesis" if count == 1 else "hypotheses"
