"""A price is known exactly or not at all."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from agents.llm.choosing import Choice, Provider
from agents.llm.prices import Price, Rates, Usage
from agents.llm.tariffs import Tariffs, table_price
from orchestrator.errors import ModelUnavailableError

AT = datetime(2026, 11, 1, tzinfo=UTC)
CHEAP = Price(Rates(Decimal("0.1"), Decimal("0.2")))


def listed(name: str, at: datetime = AT) -> Price | None:
    return table_price(Choice.parse(name), at)


def test_a_listed_model_has_its_listed_price() -> None:
    price = listed("openai:gpt-4o-mini")
    assert price == Price(Rates(Decimal("0.15"), Decimal("0.6"), Decimal("0.075")), [])
    assert price.cost(Usage(1000, 100, cached=400)) == Decimal("0.00018")


@pytest.mark.parametrize(
    ("dated", "name"),
    [
        ("openai:gpt-4o-mini-2024-07-18", "openai:gpt-4o-mini"),
        ("openai:gpt-5-nano-2025-08-07", "openai:gpt-5-nano"),
        ("anthropic:claude-haiku-4-5-20251001", "anthropic:claude-haiku-4-5"),
    ],
)
def test_a_model_of_a_date_costs_what_the_model_costs(dated: str, name: str) -> None:
    assert listed(dated) == listed(name) is not None


def test_a_date_that_is_listed_by_itself_has_its_own_price() -> None:
    assert listed("openai:gpt-4o-2024-05-13") != listed("openai:gpt-4o")


@pytest.mark.parametrize(
    "name",
    [
        "openai:gpt-5-nano-custom",
        "openai:gpt-4o-mini-2",
        "openai:gpt-4o-mini-finetuned-2024-07-18",
        "openai:our-gpt-4o-mini",
        "openai:ft:gpt-4o-mini:acme::1",
        "openai:claude-haiku-4-5",
        "openai:text-embedding-3-small",
        "openai:gpt-4o-mini-search-preview",
        "openai:o3-deep-research",
        "anthropic:claude-haiku-4-5-turbo",
        "anthropic:gpt-4o",
        "azure:gpt-4o-mini",
    ],
)
def test_a_name_that_only_looks_alike_has_no_price(name: str) -> None:
    with pytest.raises(ModelUnavailableError, match="Nobody knows what") as refused:
        Tariffs({}).price(Choice.parse(name), AT)
    assert f"COMPASS_MODEL_PRICES={name}=" in refused.value.remedy
    assert "COMPASS_MODEL_UNPRICED=true" in refused.value.remedy


def test_a_long_request_costs_the_rates_of_its_tier_and_its_bound_too() -> None:
    price = listed("anthropic:claude-sonnet-4-5")
    assert price is not None
    assert price.cost(Usage(200_000, 0)) == Decimal("0.6")
    assert price.cost(Usage(200_001, 0)) == Decimal("1.200006")
    assert price.most(200_001, 0) == Decimal("0.200001") * 12 * price.in_one_country


def test_a_price_that_changed_is_the_one_of_that_day() -> None:
    before, after = (listed("openai:o3", datetime(2025, 6, day, tzinfo=UTC)) for day in (9, 10))
    assert before is not None
    assert after is not None
    assert before.rates.tokens_in == 5 * after.rates.tokens_in


def test_what_has_to_run_in_one_country_is_dearer_by_the_list_and_not_by_the_settings() -> None:
    """Who set a price has said what it costs where the models of that contract run."""
    there = Usage(1000, 100, in_one_country=True)
    price = listed("anthropic:claude-haiku-4-5")
    assert price is not None
    assert price.cost(there) == price.cost(Usage(1000, 100)) * Decimal("1.1")
    own = Price(Rates(Decimal(1), Decimal(5)))
    assert own.cost(there) == own.cost(Usage(1000, 100))


def test_what_the_settings_say_comes_first() -> None:
    tariffs = Tariffs({"openai:gpt-4o-mini": CHEAP, "azure:ours": CHEAP})
    for name in ("openai:gpt-4o-mini", "azure:ours"):
        assert tariffs.price(Choice.parse(name), AT) == CHEAP


def test_a_providers_prices_hold_at_its_own_address_only() -> None:
    choice = Choice.parse("openai:gpt-4o-mini")
    with pytest.raises(ModelUnavailableError):
        Tariffs({}).price(choice, AT, listed=False)
    assert Tariffs({"openai:gpt-4o-mini": CHEAP}).price(choice, AT, listed=False) == CHEAP


def test_an_unknown_price_is_unknown_and_not_zero_where_that_is_allowed() -> None:
    assert Tariffs({}, unpriced=True).price(Choice.parse("openai:local"), AT) is None


@pytest.mark.parametrize("text", ["", "gpt-4o", "openai:", ":x", "ollama:x", "openai:two words"])
def test_a_choice_names_a_provider_and_a_model(text: str) -> None:
    with pytest.raises(ValueError, match="openai, azure, anthropic"):
        Choice.parse(text)


def test_a_choice_reads_as_it_was_written() -> None:
    assert str(Choice.parse(" OpenAI:ft:gpt-4o:acme ")) == "openai:ft:gpt-4o:acme"
    assert Choice.parse("azure:x") == Choice(Provider.AZURE, "x")
