"""What is put aside is never less than what the call will cost."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.llm.prices import MILLION, Price, Rates, Usage
from agents.llm.wire.dialects import AnthropicMessages, OpenAIChat
from tests.llm.servers import Anthropic, LocalProvider, OpenAI, bytes_as_tokens
from tests.llm.wiring import line

rates = st.decimals(min_value=0, max_value=200, places=4)
maybe = st.none() | rates
tariffs = st.builds(Rates, rates, rates, maybe, maybe, maybe)
prices = st.builds(
    Price,
    tariffs,
    st.lists(st.tuples(st.integers(0, 400_000), tariffs), max_size=3).map(
        lambda each: sorted(each, key=lambda one: one[0])
    ),
)


@st.composite
def usages(draw: st.DrawFn, most_in: int, most_out: int) -> Usage:
    tokens_in = draw(st.integers(0, most_in))
    parts = sorted(draw(st.lists(st.integers(0, tokens_in), min_size=3, max_size=3)))
    cached, written, long = parts[0], parts[1] - parts[0], parts[2] - parts[1]
    return Usage(tokens_in, draw(st.integers(0, most_out)), cached, written, long)


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


words = st.text(max_size=200)


@given(system=words, data=words, extra=st.dictionaries(words, words, max_size=3))
def test_a_body_has_at_least_as_many_bytes_as_all_text_in_it(system: str, data: str, extra: dict[str, str]) -> None:
    """So no byte-level vocabulary can make more tokens of a request than its body has bytes."""
    body: dict[str, Any] = {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": data}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": extra}}],
    }
    for ascii_only in (True, False):
        sent = json.dumps(body, ensure_ascii=ascii_only, separators=(",", ":")).encode("utf-8", "surrogatepass")
        text = OpenAI().read(body, {}).text
        assert len(text.encode("utf-8", "surrogatepass")) <= len(sent)


async def test_the_worst_vocabulary_with_all_that_a_provider_may_add_stays_within() -> None:
    wires = ((OpenAI(), OpenAIChat().overhead), (Anthropic(), AnthropicMessages().overhead))
    for wire, overhead in wires:
        provider = LocalProvider(wire, tokenizer=bytes_as_tokens, overhead=overhead, written_share=1.0)
        provider.nano_written = 188 if isinstance(wire, Anthropic) else provider.nano_in
        async with line(provider) as paid:
            await paid.ask("ünïcödé und 💥 " * 50)
            reserved = paid.price.most(len(provider.bodies[0]) + overhead, 200) if paid.price else Decimal(0)
            assert paid.ledger.account.spent == provider.billed <= reserved
