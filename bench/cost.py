"""Write docs/cost.md: what the calls of one investigation weigh, and what they cost at each provider.

    python -m bench.cost            # print it
    python -m bench.cost --write    # write the page

The incident that comes with Compass is investigated whole, with a provider on loopback that speaks each wire format and
answers at length. Bytes are those of the requests as they left; tokens are counted by a rule of thumb, and bounded by bytes.
The rule was measured, once, on these very bodies with the vocabularies that the page names.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

from agents.llm.choosing import Choice
from agents.llm.prices import Price, Usage
from agents.llm.tariffs import table_price
from agents.llm.wire.dialects import AnthropicMessages, OpenAIChat
from bot.bootstrap import Compass
from bot.settings import load_settings
from orchestrator.events import InvestigationView
from orchestrator.model import Origin, Person
from orchestrator.parameters import Parameters
from orchestrator.ports import Compute
from storage import MemoryStore
from tests.llm.servers import Anthropic, Asked, Azure, LocalProvider, OpenAI, serving
from tests.llm.servers.provider import KEY, from_the_prompt

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cost.md"
INCIDENT = "INC-123"
MOST_BYTES, MOST_TOKENS = 18_000, 1_500
PRICED_AT = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = "checkout waits for orders, whose connections to orders-db are all taken since the deploy of the new query"
EXPLANATIONS = 4
MODELS = (
    *(
        "openai:gpt-4o-mini",
        "openai:gpt-4o",
        "openai:gpt-4.1-mini",
        "openai:gpt-5-nano",
        "openai:gpt-5-mini",
        "openai:gpt-5",
    ),
    *("anthropic:claude-haiku-4-5", "anthropic:claude-sonnet-4-5", "anthropic:claude-opus-4-5"),
)
INTRO = """\
# What a run costs

Without a language model: nothing. With one, each of the three specialists asks once what explains the evidence, and whoever
asserts the leading explanation asks once more what speaks against it. This page is written by `python -m bench.cost --write`
(`make cost`): it investigates {incident}, which comes with Compass, against a provider on loopback that speaks the real wire
formats and answers with as many explanations as it may give. A test holds the sizes to at most {most_bytes:,} bytes of
requests and {most_tokens:,} tokens of answers over all three agents.
"""
ENDING = """\
*Costs about* is for the tokens of this run, counted by a rule of thumb: ten bytes are three tokens. Of these requests and
answers, four vocabularies that are published (`cl100k_base` and `o200k_base` of OpenAI, Anthropic's of Claude 2, DeepSeek's)
make 2.7 to 3.0 tokens for ten bytes. Newer ones may make more, and so do log lines of ids and random characters (6 to 8), and
of rare scripts (10).

*At most* is the sum of what is put aside before the calls: every byte of a request counted as a token, and what a provider may
add to it by itself, at the dearest price that a token of it can have, and the longest answer that is allowed. A budget has to
have room for that; what was not needed is free again after each call.

Prices are those of [genai-prices](https://pypi.org/project/genai-prices/) {version}; how to set
others, and how budgets work, is told in [operating.md](operating.md) and [reasoning.md](reasoning.md).
"""


@dataclass(frozen=True)
class Weight:
    """What one run sent and got, over one wire."""

    wire: str
    calls: int
    sent_bytes: int
    tokens_in: int
    tokens_out: int
    most_out: int


async def weigh(kind: str = "openai", compute: Compute | None = None) -> Weight:
    """Investigate the incident over that wire, and weigh its calls."""
    provider = LocalProvider(
        {"openai": OpenAI, "azure": Azure, "anthropic": Anthropic}[kind](), answerer=at_length, tokenizer=about
    )
    async with serving(provider):
        view = await _investigated(_settings(kind, provider.url), compute)
    assert view.ledger, "no call was made"
    most = sum(_most_out(json.loads(each)) for each in provider.bodies)
    counts = [each.counts for each in provider.bills]
    tokens = sum(each.tokens_in for each in counts), sum(each.tokens_out for each in counts)
    return Weight(kind, len(provider.bodies), sum(map(len, provider.bodies)), *tokens, most)


def at_length(asked: Asked) -> tuple[str, Mapping[str, Any]]:
    """As many explanations as may be given, in sentences as long as they may be."""
    tool, answer = from_the_prompt(asked)
    explanations = [
        {**each, "statement": WORDS} for each in answer.get("explanations", ()) for _ in range(EXPLANATIONS)
    ]
    return tool, {**answer, **({"explanations": explanations} if explanations else {})}


def about(text: str) -> int:
    """Three tokens for ten bytes."""
    return -(-3 * len(text.encode()) // 10)


def _most_out(body: Mapping[str, Any]) -> int:
    return int(body.get("max_completion_tokens") or body["max_tokens"])


def _settings(kind: str, url: str) -> Any:
    names = {"openai": "openai:gpt-4o-mini", "azure": "azure:ours", "anthropic": "anthropic:claude-haiku-4-5"}
    own = {
        "openai": {"openai_api_key": KEY, "openai_base_url": url + "/v1"},
        "azure": {"azure_openai_api_key": KEY, "azure_openai_endpoint": url},
        "anthropic": {"anthropic_api_key": KEY, "anthropic_base_url": url},
    }
    return load_settings(model=names[kind], model_prices=f"{names[kind]}=0.15/0.60", **own[kind])


async def _investigated(settings: Any, compute: Compute | None) -> InvestigationView:
    program = Compass(settings, store=MemoryStore(), compute=compute)
    async with program.running() as service:
        wanted = Parameters(incident_id=INCIDENT)
        by, origin = Person(user_id="bench"), Origin()
        opened = await service.investigate(wanted, workspace="bench", by=by, origin=origin)
        return await service.ended("bench", opened.investigation.investigation_id)


async def page() -> str:
    """The whole page."""
    weights = [await weigh(kind) for kind in ("openai", "azure", "anthropic")]
    sizes = [
        f"| {each.wire} | {each.calls} | {each.sent_bytes:,} | {each.tokens_in:,} | {each.tokens_out:,} | {each.most_out:,} |"
        for each in weights
    ]
    by_wire = {each.wire: each for each in weights}
    costs = [line for name in MODELS if (line := _line(name, by_wire[name.partition(":")[0]]))]
    return "\n".join(
        [
            INTRO.format(incident=INCIDENT, most_bytes=MOST_BYTES, most_tokens=MOST_TOKENS),
            "## What leaves, and what comes back",
            "",
            "| wire | calls | bytes sent | tokens in, about | tokens out | tokens out at most |",
            "|---|---:|---:|---:|---:|---:|",
            *sizes,
            "",
            "## In dollars",
            "",
            "| model | in / out per million tokens | costs about | at most |",
            "|---|---:|---:|---:|",
            *costs,
            "",
            ENDING.format(version=version("genai-prices")),
        ]
    )


def _line(name: str, weight: Weight) -> str:
    price = table_price(Choice.parse(name), PRICED_AT)
    if price is None:
        return ""
    about = price.cost(Usage(weight.tokens_in, weight.tokens_out))
    most = _most(price, weight)
    rates = f"${price.rates.tokens_in:.2f} / ${price.rates.tokens_out:.2f}"
    return f"| `{name}` | {rates} | ${about:.4f} | ${most:.4f} |"


def _most(price: Price, weight: Weight) -> Decimal:
    dialect = AnthropicMessages() if weight.wire == "anthropic" else OpenAIChat()
    return price.most(weight.sent_bytes + weight.calls * dialect.overhead, weight.most_out)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write docs/cost.md.")
    parser.add_argument("--write", action="store_true", help="write the page instead of printing it")
    options = parser.parse_args(arguments)
    text = asyncio.run(page())
    if options.write:
        PAGE.write_text(text)
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
