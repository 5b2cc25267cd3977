"""Questions to a model behind the port: over every provider's wire, with its SDK, and over the scripted one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from pydantic import BaseModel, Field, SecretStr

from agents.llm.choosing import Choice
from agents.llm.model import PydanticModel, Times
from agents.llm.providers import Access, Providers
from agents.llm.wire.record import CallRecord
from orchestrator.clock import Clock
from orchestrator.model import Prompt
from orchestrator.ports import LanguageModel, Request, Tool
from orchestrator.retry import BreakerPolicy, RetryPolicy
from storage import MemoryStore
from tests.llm.servers import Anthropic, Azure, LocalProvider, OpenAI, serving
from tests.llm.servers.provider import from_the_prompt
from tests.llm.wiring import PRICE, Ledger
from tests.support.clock import HurriedClock

PROMPT = Prompt("explain", "Explain what was observed, and cite the ids of observations.")
DATA = "o1: orders-db refuses connections\no2: checkout is slow\no3: nothing else"


class Idea(BaseModel):
    statement: str = Field(min_length=1)
    evidence_for: list[str]
    evidence_against: list[str] = []


class Ideas(BaseModel):
    ideas: list[Idea]


def request(**more: Any) -> Request[Ideas]:
    return Request(
        **{"purpose": "hypothesise", "prompt": PROMPT, "data": DATA, "answer": Ideas, "most_tokens": 400, **more}
    )


@dataclass
class Asked:
    """A model, whoever serves it, and who pays."""

    model: LanguageModel
    provider: LocalProvider
    clock: Clock
    store: MemoryStore
    providers: Providers
    ledger: Ledger = field(default_factory=Ledger)

    async def ask(self, **more: Any) -> Ideas:
        return await self.model.ask(request(**more), self.ledger.account)


CHOICES = {
    "openai": (OpenAI, "openai:gpt-4o-mini", "/v1"),
    "azure": (Azure, "azure:our-deployment", ""),
    "anthropic": (Anthropic, "anthropic:claude-haiku-4-5", ""),
}


@asynccontextmanager
async def asked(
    kind: str, *turns: Any, clock: Clock | None = None, limit: str = "1.00", **more: Any
) -> AsyncIterator[Asked]:
    """The provider of that kind, up, and a model behind the port that asks it."""
    wire, name, path = CHOICES[kind]
    ticking, choice, store = clock or HurriedClock(), Choice.parse(name), MemoryStore()
    await store.open()
    async with serving(LocalProvider(wire(), list(turns), **more)) as provider:
        providers = Providers(
            {choice.provider: Access(SecretStr(provider.key), provider.url + path, "2024-10-21")},
            ticking,
            Random(7),
            retry=RetryPolicy(max_attempts=2),
            breaker=BreakerPolicy(failures=1000),
        )
        model = PydanticModel(
            name=name,
            model=lambda: providers.model(choice),
            price=lambda at: PRICE,
            clock=ticking,
            record=CallRecord(store, "T1", "inv-1", "database", lambda text: text),
            times=Times(question_s=60.0, lookup_s=20.0),
            settings=providers.settings(choice),  # type: ignore[arg-type]
        )
        try:
            yield Asked(model, provider, ticking, store, providers, Ledger(limit))
        finally:
            await providers.aclose()


class Wish(BaseModel):
    metric: str


def tool(run: Any, name: str = "query_metric") -> Tool:
    return Tool(name, "Look at a metric.", Wish, run)


def looking_up(wishes: Sequence[dict[str, Any]], name: str = "query_metric") -> Any:
    """A model that looks these up, one after the other, and then answers."""
    todo = list(wishes)

    def answerer(question: Any) -> Any:
        offered = [each for each, _ in question.tools]
        return (name, todo.pop(0)) if todo and name in offered else from_the_prompt(question)

    return answerer
