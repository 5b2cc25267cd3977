"""What is put aside is never less than what the call will cost."""

import json
from decimal import Decimal
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.prices import MILLION, Price, Rates, Usage
from agents.llm.wire.dialects import AnthropicMessages, OpenAIChat, most_tokens_in
from orchestrator.errors import ModelUnavailableError
from orchestrator.retry import RetryPolicy
from tests.llm.servers import Anthropic, LocalProvider, OpenAI, bytes_as_tokens, drops_after
from tests.llm.wiring import PRICE, body, line

rates = st.decimals(min_value=0, max_value=200, places=4)
maybe = st.none() | rates
tariffs = st.builds(Rates, rates, rates, maybe, maybe, maybe)
prices = st.builds(
    Price,
    tariffs,
    st.lists(st.tuples(st.integers(0, 400_000), tariffs), max_size=3).map(
        lambda each: sorted(each, key=lambda one: one[0])
    ),
    st.decimals(min_value="0.5", max_value=2, places=2),
)


@st.composite
def usages(draw: st.DrawFn, most_in: int, most_out: int) -> Usage:
    tokens_in = draw(st.integers(0, most_in))
    parts = sorted(draw(st.lists(st.integers(0, tokens_in), min_size=3, max_size=3)))
    cached, written, long = parts[0], parts[1] - parts[0], parts[2] - parts[1]
    return Usage(tokens_in, draw(st.integers(0, most_out)), cached, written, long, draw(st.booleans()))


@given(price=prices, most_in=st.integers(0, 500_000), most_out=st.integers(1, 100_000), data=st.data())
def test_no_usage_within_the_limits_costs_more_than_was_put_aside(
    price: Price, most_in: int, most_out: int, data: st.DataObject
) -> None:
    usage = data.draw(usages(most_in, most_out))
    assert price.cost(usage) <= price.most(most_in, most_out)


@given(tariff=tariffs, most_in=st.integers(0, 10_000), most_out=st.integers(1, 10_000))
def test_no_more_is_put_aside_than_the_dearest_tokens_cost(tariff: Rates, most_in: int, most_out: int) -> None:
    dearest = Price(tariff).most(most_in, most_out) * MILLION
    assert dearest == tariff.dearest_in * most_in + tariff.tokens_out * most_out


def test_a_tier_holds_for_all_tokens_of_a_request_that_is_longer_than_its_start() -> None:
    price = Price(Rates(Decimal(2), Decimal(8)), [(1000, Rates(Decimal(4), Decimal(12)))])
    assert price.cost(Usage(1000, 100)) == Decimal("0.0028")
    assert price.cost(Usage(1001, 100)) == Decimal("0.005204")
    assert price.most(1000, 100) == Decimal("0.0028")


words = st.text(max_size=200) | st.text("\ufdfa\u3316\u0344\u00e9 a", max_size=200)


def nfkc_bytes_as_tokens(text: str) -> int:
    """The worst that a vocabulary can do which brings a text into another form first."""
    return len(normalize("NFKC", text).encode("utf-8", "surrogatepass"))


@given(system=words, data=words, extra=st.dictionaries(words, words, max_size=3))
def test_no_vocabulary_makes_more_tokens_of_the_text_of_a_request_than_are_reckoned_with(
    system: str, data: str, extra: dict[str, str]
) -> None:
    asked: dict[str, Any] = {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": data}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": extra}}],
    }
    text = OpenAI().read(asked, {}).text
    for ascii_only in (True, False):
        sent = json.dumps(asked, ensure_ascii=ascii_only, separators=(",", ":")).encode("utf-8", "surrogatepass")
        assert len(sent) <= most_tokens_in(sent, asked)
        assert nfkc_bytes_as_tokens(text) <= most_tokens_in(sent, asked)
        assert len(text.encode("utf-8", "surrogatepass")) <= most_tokens_in(sent, asked)


@pytest.mark.parametrize("tokenizer", [bytes_as_tokens, nfkc_bytes_as_tokens])
@pytest.mark.parametrize("words", ["ünïcödé und 💥 ", "\ufdfa\u3316"])
async def test_the_worst_vocabulary_with_all_that_a_provider_may_add_stays_within(tokenizer: Any, words: str) -> None:
    wires = ((OpenAI(), OpenAIChat().overhead), (Anthropic(), AnthropicMessages().overhead))
    for wire, overhead in wires:
        provider = LocalProvider(wire, tokenizer=tokenizer, overhead=overhead, written_share=1.0)
        provider.nano_written = 188 if isinstance(wire, Anthropic) else provider.nano_in
        async with line(provider) as paid:
            await paid.ask(words * 50)
            sent = provider.bodies[0]
            reserved = PRICE.most(most_tokens_in(sent, json.loads(sent)) + overhead, 200)
            assert paid.ledger.account.spent == provider.billed <= reserved


async def test_enough_is_put_aside_for_a_text_that_grows_in_the_form_a_vocabulary_wants() -> None:
    provider = LocalProvider(Anthropic(), otherwise=drops_after, tokenizer=nfkc_bytes_as_tokens)
    async with line(provider, retry=RetryPolicy(max_attempts=1)) as paid:
        with pytest.raises(ModelUnavailableError):
            await paid.send(json.dumps(body("\ufdfa" * 500), ensure_ascii=False).encode())
        assert provider.billed <= paid.ledger.last.amount
