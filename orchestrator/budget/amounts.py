"""How amounts are told where a call is refused, and which amounts are money at all."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal

from orchestrator.model import smallest_told

MOST_MONEY = Decimal(9_000_000_000)
"""What still fits a 64-bit integer of nano-dollars."""


def refusing(needed: Decimal, there: Decimal, *spent: Decimal) -> tuple[str, ...]:
    """These for people, as precise as they have to be beside each other.

    What is there is rounded down and all else up, so that a refusal never reads as fitting.
    """
    unit = smallest_told(needed, there, *spent)
    return tuple(
        f"${each.quantize(unit, rounding=ROUND_DOWN if place == 1 else ROUND_UP)}"
        for place, each in enumerate((needed, there, *spent))
    )


def money(what: str, amount: Decimal) -> Decimal:
    """The amount. Raises ValueError, about `what`, where it is none."""
    if not amount.is_finite() or not 0 <= amount <= MOST_MONEY:
        raise ValueError(f"{what} is a finite amount of dollars, from 0 to {MOST_MONEY:,}")
    return amount
