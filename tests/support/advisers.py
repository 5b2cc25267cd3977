"""Agents that ask others and are asked, as a test tells them. They implement the ports; nothing is mocked."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from orchestrator.model import Advice, Consultation, Hypothesis, Observation, Question
from orchestrator.ports import Briefing, Desk
from tests.support.agents import PricedAgent, Script, play
from tests.support.builders import hypothesis, observation

POOL = Question(text="Was the pool of orders-db exhausted at 14:03?", service="orders-db")
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
