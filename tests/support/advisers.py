"""Agents that ask others and are asked, as a test tells them. They implement the ports; nothing is mocked."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any

from orchestrator.clock import Clock
from orchestrator.model import Advice, Consultation, Hypothesis, Observation, Question
from orchestrator.ports import Briefing, Desk
from tests.support.agents import PricedAgent, Script, play
from tests.support.builders import hypothesis, observation
from tests.support.clock import settle

POOL = Question(text="Was the pool of orders-db exhausted at 14:03?", service="orders-db")
OTHER = Question(text="Was the pool of orders-db exhausted at 14:10?", service="orders-db")
ASKS = ("database", POOL)
NO = Advice(text="6 of 20, as always", supports=False, cites=("o2",))

Advises = Callable[[Question, Briefing], Awaitable[Advice]]


class AdvisingAgent(PricedAgent):
    """Implements Adviser and Consulting. `advice` is an answer, an exception, or an async function of question and briefing."""

    def __init__(self, agent_id: str = "database", advice: Advice | BaseException | Advises = NO, **more: Any) -> None:
        super().__init__(agent_id, **{"observes": [observation("pool 6 of 20", agent_id)], **more})
        self._advice = advice
        self.desk: Desk | None = None
        self.was_asked: list[Question] = []

    def use_desk(self, desk: Desk) -> None:
        self.desk = desk

    async def advise(self, question: Question, briefing: Briefing) -> Advice:
        self.was_asked.append(question)
        self.diary.asked.append(f"advise:{self.agent_id}")
        if isinstance(self._advice, BaseException):
            raise self._advice
        return await self._advice(question, briefing) if callable(self._advice) else self._advice


class AskingAgent(PricedAgent):
    """Implements Consulting: asks these questions, each of a type of specialist, and `then` forms hypotheses."""

    def __init__(
        self, *asks: tuple[str, Question], agent_id: str = "application", then: Script = None, **more: Any
    ) -> None:
        super().__init__(agent_id, **{"observes": [observation("slow", agent_id)], **more})
        self._asks = asks
        self._then = then or [hypothesis("it is this", 0.8, agent_id)]
        self.desk: Desk | None = None
        self.heard: list[Consultation] = []

    def use_desk(self, desk: Desk) -> None:
        self.desk = desk

    async def generate_hypothesis(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        self.diary.asked.append(f"hypothesise:{self.agent_id}")
        for specialist, question in self._asks:
            assert self.desk is not None
            self.heard.append(await self.desk.consult(specialist, question))
        return await play(self._then, observations)  # type: ignore[no-any-return]


def hangs(clock: Clock, told: list[str]) -> Advises:
    """Advice that takes longer than anybody waits; `told` learns when it was asked for and put down."""

    async def advise(question: Question, briefing: Briefing) -> Advice:
        told.append("asked")
        try:
            await clock.sleep(1000)
        finally:
            told.append("put down")
        return NO

    return advise


def spends(most: str, cost: str | None = None) -> Advises:
    """Advice that reserves `most` and costs `cost`."""

    async def advise(question: Question, briefing: Briefing) -> Advice:
        reservation = await briefing.account.reserve(Decimal(most), purpose="reads the pool", model="scripted")
        await reservation.settle(Decimal(cost or most))
        return NO

    return advise


async def until(true: Callable[[], bool]) -> None:
    """Within ten seconds of real time, since a database may have to answer first."""
    async with asyncio.timeout(10):
        while not true():
            await settle(1)
