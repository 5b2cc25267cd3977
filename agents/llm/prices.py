"""What tokens cost. A price is known exactly, or it is not known: nothing is guessed from a name that looks alike.

The law: all money is Decimal. The most that a call can cost is never less than what any answer within its limits will
cost; where the price depends on the length of the request, or on what the provider has in its cache, it is the dearest
of those that can apply.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a provider says of one call. `tokens_in` is all of the request: `cached`, `written` and `written_long` are parts.

    `cached` was known to the provider already, `written` was put into its cache, `written_long` for an hour.
    `tokens_out` has what a model thinks to itself, too. `in_one_country` is whether the model had to run in one.
    """

    tokens_in: int
    tokens_out: int
    cached: int = 0
    written: int = 0
    written_long: int = 0
    in_one_country: bool = False


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per million tokens. What has no price of its own costs as much as any other token of the request."""

    tokens_in: Decimal
    tokens_out: Decimal
    cached: Decimal | None = None
    written: Decimal | None = None
    written_long: Decimal | None = None

    @property
    def dearest_in(self) -> Decimal:
        """The most that a token of the request can cost."""
        own = (self.tokens_in, self.cached, self.written, self.written_long)
        return max(each for each in own if each is not None)

    def cost(self, usage: Usage) -> Decimal:
        """Dollars for that usage."""
        written = self.tokens_in if self.written is None else self.written
        parts = (
            (usage.cached, self.tokens_in if self.cached is None else self.cached),
            (usage.written, written),
            (usage.written_long, written if self.written_long is None else self.written_long),
            (usage.tokens_in - usage.cached - usage.written - usage.written_long, self.tokens_in),
            (usage.tokens_out, self.tokens_out),
        )
        return sum((number * rate for number, rate in parts), Decimal(0)) / MILLION


@dataclass(frozen=True, slots=True)
class Price:
    """The rates of a model. A request of more tokens than a tier's start is charged that tier's rates in whole.

    Tiers stand in rising order; that one tier's rates hold for all tokens of a call is how providers charge long requests
    (genai-prices, `TieredPrices`). `in_one_country` is what all of it is multiplied with where a model has to run in one.
    """

    rates: Rates
    tiers: Sequence[tuple[int, Rates]] = ()
    in_one_country: Decimal = Decimal(1)

    def cost(self, usage: Usage) -> Decimal:
        """Dollars for that usage."""
        rates = self.rates
        for start, tier in self.tiers:
            if usage.tokens_in > start:
                rates = tier
        return rates.cost(usage) * (self.in_one_country if usage.in_one_country else 1)

    def most(self, tokens_in: int, tokens_out: int) -> Decimal:
        """The most dollars that a call with at most so many tokens can cost."""
        within = [self.rates, *(tier for start, tier in self.tiers if tokens_in > start)]
        dearest_in = max(each.dearest_in for each in within)
        dearest_out = max(each.tokens_out for each in within)
        dearest = (tokens_in * dearest_in + tokens_out * dearest_out) / MILLION
        return dearest * max(self.in_one_country, Decimal(1))
