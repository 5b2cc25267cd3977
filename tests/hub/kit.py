"""A hub for tests, and agents that answer as a test tells them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from orchestrator.clock import Clock
from orchestrator.hub import AgentDesk, Hub, HubRules
from orchestrator.model import Advice, Consultation, Question
from orchestrator.ports import Briefing, HubStore
from storage.memory import MemoryStore
from tests.support.agents import Script, play
from tests.support.clock import NOON, ManualClock

RUN = ("T1", "inv-1")
POOL = Question(text="was the pool exhausted at 14:03?", service="orders-db", at=NOON)


class Specialist:
    """Implements Adviser. `says` is an Advice, an exception to raise, or an async function of the question."""

    def __init__(self, says: Script = None) -> None:
        self._says = says or Advice(text="yes, 20 of 20 were in use", supports=True)
        self.asked: list[Question] = []
        self.briefings: list[Briefing] = []

    async def advise(self, question: Question, briefing: Briefing) -> Advice:
        self.asked.append(question)
        self.briefings.append(briefing)
        return await play(self._says, question)  # type: ignore[no-any-return]


class Told:
    """Hears of every consultation."""

    def __init__(self) -> None:
        self.consultations: list[Consultation] = []

    async def __call__(self, consultation: Consultation) -> None:
        self.consultations.append(consultation)


async def opened(
    store: HubStore, *, clock: Clock | None = None, rules: HubRules | None = None, told: Told | None = None
) -> Hub:
    """A hub as a process opens it."""
    hub = Hub(RUN, store, clock or ManualClock(), rules, told or Told())
    await hub.open()
    return hub


async def with_agents(hub: Hub, *names: str, **advisers: Any) -> dict[str, AgentDesk]:
    """Register agents whose type is their name; those with an adviser answer questions. Their desks."""
    return {name: await hub.register_agent(name, name, advisers.get(name)) for name in (*names, *advisers)}


def about(text: str) -> Question:
    return Question(text=text)


def asks(desk: Callable[[], AgentDesk], kind: str, text: str = "and you?") -> Callable[[Question], Any]:
    """For a specialist who asks another one before it answers; it answers with what that one said."""

    async def advise(question: Question) -> Advice:
        return (await desk().consult(kind, about(text))).advice

    return advise


@asynccontextmanager
async def new_store() -> AsyncIterator[MemoryStore]:
    """For tests that play the same thing many times over."""
    store = MemoryStore()
    await store.open()
    yield store
    await store.aclose()
