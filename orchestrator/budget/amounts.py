"""How amounts are told where a call is refused, and which amounts are money at all."""

from decimal import Decimal

MOST_MONEY = Decimal(9_000_000_000)
"""What still fits a 64-bit integer of nano-dollars."""


def in_cents(amount: Decimal, rounding: str) -> str:
    """For people, in cents. What is needed is rounded up and what is there down, so that a refusal never reads as fitting."""
    return f"${amount.quantize(Decimal('0.01'), rounding=rounding)}"


def money(what: str, amount: Decimal) -> Decimal:
    """The amount. Raises ValueError, about `what`, where it is none."""
    if not amount.is_finite() or not 0 <= amount <= MOST_MONEY:
        raise ValueError(f"{what} is a finite amount of dollars, from 0 to {MOST_MONEY:,}")
    return amount
