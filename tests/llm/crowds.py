"""Twenty at once on one account: every other one is in the middle of a call when the next one asks whether its own fits.

Beside it the limit that the library itself offers: it looks at what was spent before a request and after an answer, so what
is under way meanwhile is not seen.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import httpx2

from orchestrator.budget import AgentAccount, Budget
from orchestrator.errors import BudgetExceededError, ModelAnswerError, ModelUnavailableError
from orchestrator.model import LedgerEntry
from orchestrator.ports import Reservation
from tests.llm.asking import DATA, Ideas, request
from tests.llm.servers import LocalProvider, OpenAI, serving
from tests.llm.servers.provider import KEY
from tests.llm.wiring import NO_TLS
from tests.llm.worlds import BOASTS, AlarmClock, Troubled

AT_ONCE = 20
RESERVED = Decimal("0.0004")
"""About what is put aside for one question here, in dollars; it costs a fifth of that."""


@dataclass
class Refusing:
    """An account that holds every refusal against what was left. Implements Account."""

    account: AgentAccount
    refusals: int = 0
    due: int = 0

    @property
    def limit(self) -> Decimal:
        return self.account.limit

    @property
    def spent(self) -> Decimal:
        return self.account.spent

    @property
    def left(self) -> Decimal:
        return self.account.left

    async def reserve(self, most: Decimal, **more: Any) -> Reservation:
        left = self.account.limit - self.account.spent
        try:
            return await self.account.reserve(most, **more)
        except BudgetExceededError:
            self.refusals += 1
            self.due += most > left
            raise


async def crowd(seed: int) -> bool:
    """Twenty questions at once to a provider in trouble. Whether the limit was reached; the laws are held on the way."""
    dice = Random(seed)
    limit = (RESERVED * AT_ONCE * Decimal(0.2 + 1.6 * dice.random())).quantize(Decimal("0.00001"))
    entries: dict[str, LedgerEntry] = {}

    async def keep(entry: LedgerEntry) -> None:
        entries[entry.call_id] = entry

    account = Refusing(Budget(limit, ["a"], record=keep).account("a"))
    provider = Troubled("openai", dice, AlarmClock())

    async def ask(model: Any, number: int) -> None:
        with suppress(BudgetExceededError, ModelUnavailableError, ModelAnswerError):
            await model.ask(request(data=f"{DATA}\nQuestion {number}"), account)

    async with provider.asked() as model:
        await asyncio.gather(*(ask(model(None), number) for number in range(AT_ONCE)))
    billed, ledger = provider.server.billed, account.spent
    assert billed <= limit, f"billed {billed} of {limit}"
    assert billed <= ledger, f"billed {billed}, ledger {ledger}"
    boasted = any(provider.turns[name] for name in BOASTS)
    assert ledger <= limit or boasted, f"ledger {ledger}, limit {limit}"
    known = Counter((e.tokens_in, e.tokens_out, e.tokens_cached, e.amount) for e in entries.values() if e.tokens_in)
    told = Counter(provider.told)
    assert not known - told, "the ledger has what is on no bill"
    # Where time passes for a slow one it passes for all: who is cut off then hears of its bill no more.
    assert known == told or provider.turns["slow"], "what was told is not in the ledger"
    assert account.due == account.refusals, "what fits was not sent"
    return account.refusals > 0


def led_to(provider: LocalProvider) -> httpx2.AsyncClient:
    """A client that takes the local provider for OpenAI's own address: the library knows no price at any other."""
    local = httpx2.URL(provider.url)

    class Leading(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            request.url = request.url.copy_with(scheme="http", host=local.host, port=local.port)
            answer = await super().handle_async_request(request)
            body = (await answer.aread()).replace(b'"model": "m"', b'"model": "gpt-4o-mini"')
            await answer.aclose()
            return httpx2.Response(answer.status_code, headers={"content-type": "application/json"}, content=body)

    return httpx2.AsyncClient(transport=Leading(verify=NO_TLS))


async def naive(limit: Decimal, *, at_once: int = AT_ONCE) -> Decimal:
    """What pydantic-ai's own `cost_limit`, over a usage that all share, lets twenty at once spend, in dollars."""
    from openai import AsyncOpenAI
    from pydantic_ai import Agent, ToolOutput
    from pydantic_ai.exceptions import UsageLimitExceeded
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.usage import RunUsage, UsageLimits

    async with serving(LocalProvider(OpenAI())) as provider, led_to(provider) as client:
        sdk = AsyncOpenAI(api_key=KEY, max_retries=0, http_client=client)
        model = OpenAIChatModel("gpt-4o-mini", provider=OpenAIProvider(openai_client=sdk))
        agent = Agent(model, output_type=ToolOutput(Ideas, name="final_result"), model_settings={"max_tokens": 400})
        usage = RunUsage()

        async def ask(number: int) -> None:
            with suppress(UsageLimitExceeded):
                await agent.run(f"{DATA}\nQuestion {number}", usage=usage, usage_limits=UsageLimits(cost_limit=limit))

        await asyncio.gather(*(ask(number) for number in range(at_once)))
        return provider.billed
