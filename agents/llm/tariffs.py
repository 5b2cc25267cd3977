"""Where prices come from: what the settings say, then the table of genai-prices, for models that it lists by name.

The law: a name is in the table or it is not. The table itself matches generously, so that `gpt-5-nano-custom` would cost
what gpt-5-nano does; here only a name that it spells out counts, and such a name with a date behind it. What a deployment
on Azure costs, or a model at another address than the provider's own, stands in no table: only the settings can say it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agents.llm.choosing import Choice, Provider
from agents.llm.prices import Price, Rates
from orchestrator.errors import ModelUnavailableError

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

_DATED = re.compile(r"(?P<name>.+?)-(?:\d{4}-\d{2}-\d{2}|\d{8})")
_SEARCHES = "search"
"""Models of this name search the web by themselves, and charge for each search: no request of theirs has a bound."""
_IN_ONE_COUNTRY = {Provider.ANTHROPIC: Decimal("1.1")}
"""What is charged more where a workspace has its models run in one country (Anthropic, Data residency, "Pricing")."""
_RATES = {
    "tokens_in": ("input_mtok",),
    "tokens_out": ("output_mtok",),
    "cached": ("cache_read_mtok",),
    "written": ("cache_write_5m_mtok", "cache_write_mtok"),
    "written_long": ("cache_write_1h_mtok",),
}


@dataclass(frozen=True)
class Tariffs:
    """Prices by the name of the choice. `own` come from the settings; `unpriced` is whether unknown prices are allowed."""

    own: Mapping[str, Price]
    unpriced: bool = False

    def price(self, choice: Choice, at: datetime, *, listed: bool = True) -> Price | None:
        """What that model costs at that time; None: nobody knows, and that is allowed.

        `listed` is whether the provider's own prices hold where it is asked. Raises ModelUnavailableError where nobody
        knows and that is not allowed.
        """
        found = self.own.get(str(choice))
        if found is None and listed and choice.provider != Provider.AZURE:
            found = table_price(choice, at)
        if found is None and not self.unpriced:
            raise ModelUnavailableError(
                f"Nobody knows what {choice} costs, so it is not asked: a budget could not be kept.",
                remedy=f"Set COMPASS_MODEL_PRICES={choice}=IN/OUT, its dollars per million tokens (0/0 where it is free), "
                "or COMPASS_MODEL_UNPRICED=true to spend without counting.",
            )
        return found


def table_price(choice: Choice, at: datetime) -> Price | None:
    """By genai-prices' table, which comes with it and is not updated over the network."""
    from genai_prices.data import providers  # a fifth of a second, and only for who has chosen a model

    if _SEARCHES in choice.name.lower():
        return None
    models = next(each for each in providers if each.id == choice.provider.value).models
    dated = _DATED.fullmatch(choice.name.lower())
    for name in (choice.name.lower(), *([dated["name"]] if dated else [])):
        for model in models:
            if name in _spelled(model) and model.is_match(choice.name):
                return _price(model.get_prices(at), _IN_ONE_COUNTRY.get(choice.provider, Decimal(1)))
    return None


def _spelled(model: "ModelInfo") -> set[str]:
    return {model.id.lower(), *(each.lower() for each in _literals(model.match))}


def _literals(clause: Any) -> Iterator[str]:
    """The names that a rule spells out: those that are to be equal, and those that are to stand at the beginning."""
    for each in getattr(clause, "or_", ()):
        yield from _literals(each)
    for kind in ("equals", "starts_with"):
        if isinstance(named := getattr(clause, kind, None), str):
            yield named.rstrip("-")


def _price(told: "ModelPrice", in_one_country: Decimal) -> Price | None:
    """In our terms. None where the table lists the model and not what its text costs."""
    columns = {
        ours: next((v for name in theirs if (v := getattr(told, name, None)) is not None), None)
        for ours, theirs in _RATES.items()
    }
    if columns["tokens_in"] is None or columns["tokens_out"] is None:
        return None
    starts = sorted({tier.start for each in columns.values() for tier in getattr(each, "tiers", ())})
    tiers = [(start, _rates(columns, start)) for start in starts]
    return Price(_rates(columns, -1), tiers, in_one_country)


def _rates(columns: Mapping[str, Any], start: int) -> Rates:
    """The rates for requests of more than `start` tokens."""

    def at(told: Any) -> Decimal | None:
        if not hasattr(told, "tiers"):
            return None if told is None else Decimal(told)
        reached = [tier.price for tier in told.tiers if tier.start <= start]
        return Decimal(reached[-1] if reached else told.base)

    return Rates(**{name: at(told) for name, told in columns.items()})  # type: ignore[arg-type]
