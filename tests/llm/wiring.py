"""A wire to a local provider, an account that pays, and a question to send."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import httpx2

from agents.llm.prices import Price, Rates
from agents.llm.wire.asking import Asking, asking
from agents.llm.wire.dialects import AnthropicMessages, Dialect, OpenAIChat
from agents.llm.wire.record import CallRecord
from agents.llm.wire.refusals import Named
from agents.llm.wire.transport import PaidTransport
from orchestrator.budget import AgentAccount, Budget
from orchestrator.clock import Clock
from orchestrator.model import LedgerEntry, Prompt
from orchestrator.retry import Breaker, BreakerPolicy, RetryPolicy
from storage import MemoryStore
from tests.llm.servers import LocalProvider, serving
from tests.llm.servers.provider import KEY
from tests.support.clock import HurriedClock

NAMED = Named("OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL")
PRICE = Price(Rates(*map(Decimal, ("0.15", "0.60", "0.075", "0.188"))))
"""As the local provider charges."""
PROMPT = Prompt("hypothesise", "Explain what was observed.")
NO_TLS = SSLContext(PROTOCOL_TLS_CLIENT)
"""Nobody is trusted, and loopback needs none: to read the system's certificates takes longer than most tests."""
PATIENT = BreakerPolicy(failures=1000)


class Ledger:
    """An account of one agent, and the last word of each of its entries, kept when `hold` is set."""

    def __init__(self, limit: str = "1.00", *, agent_id: str = "database") -> None:
        self.entries: dict[str, LedgerEntry] = {}
        self.hold: asyncio.Event | None = None
        self.budget = Budget(Decimal(limit), [agent_id], record=self._keep)
        self.account: AgentAccount = self.budget.account(agent_id)

    async def _keep(self, entry: LedgerEntry) -> None:
        if self.hold is not None:
            await self.hold.wait()
        self.entries[entry.call_id] = entry

    @property
    def last(self) -> LedgerEntry:
        return list(self.entries.values())[-1]

    @property
    def states(self) -> list[str]:
        return [each.status.value for each in self.entries.values()]


@dataclass
class Line:
    """A client of a provider through the paid transport, as an SDK holds one."""

    client: httpx2.AsyncClient
    clock: Clock
    provider: LocalProvider
    ledger: Ledger
    breaker: Breaker
    record: CallRecord | None = None
    price: Price | None = PRICE
    limit_s: float = 60.0
    asked: list[Asking] = field(default_factory=list)

    async def ask(self, words: str = "Why? o1 and o2 say so.", **more: Any) -> httpx2.Response:
        """Send a question, as the provider's SDK would."""
        return await self.send(body(words, **more))

    async def send(self, content: Mapping[str, Any] | bytes) -> httpx2.Response:
        """Send those bytes, or that object."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        until = self.clock.monotonic() + self.limit_s
        question = Asking(
            self.ledger.account, "openai:gpt-4o-mini", "hypothesise", PROMPT, self.price, until, self.record
        )
        self.asked.append(question)
        with asking(question):
            return await self.client.post(self.url, content=raw, headers=headers())

    @property
    def url(self) -> str:
        return self.provider.url + self.provider.wire.route.format(deployment="gpt")


def body(words: str = "Why? o1 and o2 say so.", **more: Any) -> dict[str, Any]:
    """A question that fits either format."""
    return {"model": "gpt-4o-mini", "max_tokens": 200, "messages": [{"role": "user", "content": words}], **more}


def headers() -> dict[str, str]:
    """The key, as each of the providers wants it."""
    return {"authorization": f"Bearer {KEY}", "api-key": KEY, "x-api-key": KEY, "anthropic-version": "2023-06-01"}


@asynccontextmanager
async def line(
    provider: LocalProvider,
    *,
    limit: str = "1.00",
    clock: Clock | None = None,
    dialect: Dialect | None = None,
    wire: httpx2.AsyncBaseTransport | None = None,
    retry: RetryPolicy | None = None,
    breaker: BreakerPolicy = PATIENT,
) -> AsyncIterator[Line]:
    """The provider up, and a client of it."""
    ticking = clock or HurriedClock()
    store = MemoryStore()
    await store.open()
    record = CallRecord(store, "T1", "inv-1", "database", lambda text: text.replace("secret", "[…]"))
    guard = Breaker(breaker)
    transport = PaidTransport(
        wire or httpx2.AsyncHTTPTransport(verify=NO_TLS),
        provider=NAMED,
        dialect=dialect or dialect_of(provider),
        clock=ticking,
        breaker=guard,
        dice=Random(7),
        retry=retry,
    )
    async with serving(provider), httpx2.AsyncClient(transport=transport, timeout=None) as client:
        yield Line(client, ticking, provider, Ledger(limit), guard, record)


def dialect_of(provider: LocalProvider) -> Dialect:
    """The reader for what that provider speaks."""
    return AnthropicMessages() if provider.wire.route == "/v1/messages" else OpenAIChat()
