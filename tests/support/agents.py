"""Agents that do what a test tells them, and remember what they were asked. They implement the ports; nothing is mocked."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from orchestrator.model import ZERO, Hypothesis, Incident, Observation
from orchestrator.ports import Account, AgentKit, AgentSpec, Desk, TeamSpec

Script = Any
"""What a turn comes to: a value to answer with, an exception to raise, or an async function of what was given."""


async def play(script: Script, given: Any) -> Any:
    """Do what the script says."""
    if isinstance(script, BaseException):
        raise script
    return await script(given) if callable(script) else script


@dataclass
class Diary:
    """What was asked of the agents of all processes, and which calls were sent, in order."""

    asked: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)


class ScriptedAgent:
    """Implements Agent. `bills` is what it says that its turns cost: to observe, and to explain."""

    def __init__(
        self,
        agent_id: str,
        observes: Script = (),
        explains: Script = (),
        *,
        bills: Sequence[Decimal] = (),
        diary: Diary | None = None,
    ) -> None:
        self.agent_id = agent_id
        self._observes, self._explains = observes, explains
        self._bills = dict(zip(("observe", "hypothesise"), bills, strict=False))
        self.diary = diary or Diary()
        self.given: list[Any] = []
        self.told = ZERO

    @property
    def total_cost(self) -> Decimal:
        return self.told

    async def observe(self, incident: Incident) -> Sequence[Observation]:
        return await self._turn("observe", self._observes, incident)  # type: ignore[no-any-return]

    async def generate_hypothesis(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        return await self._turn("hypothesise", self._explains, observations)  # type: ignore[no-any-return]

    async def _turn(self, phase: str, script: Script, given: Any) -> Any:
        self.diary.asked.append(f"{phase}:{self.agent_id}")
        self.given.append(given)
        self.told += self._bills.get(phase, ZERO)
        return await play(script, given)


class PlainAgent(ScriptedAgent):
    """Implements PlainAnalyst too: `analyses` is what plain analysis has to say."""

    def __init__(self, agent_id: str, observes: Script = (), explains: Script = (), *, analyses: Script = ()) -> None:
        super().__init__(agent_id, observes, explains)
        self._analyses = analyses

    async def analyse(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        self.diary.asked.append(f"analyse:{self.agent_id}")
        self.given.append(observations)
        return await play(self._analyses, observations)  # type: ignore[no-any-return]


class Caller(ScriptedAgent):
    """Implements Consulting: asks humans while it observes."""

    def use_desk(self, desk: Desk) -> None:
        self.desk = desk

    async def observe(self, incident: Incident) -> Sequence[Observation]:
        await self.desk.escalate("May I look at the customers' table?", "It holds personal data.")
        return await super().observe(incident)


@dataclass(frozen=True)
class Call:
    """A priced call: the most it can cost, what it did cost (None: as much), and whether it was refused unbilled."""

    most: str
    cost: str | None = None
    refused: bool = False


class PricedAgent(ScriptedAgent):
    """Implements Spender and PlainAnalyst: each call is reserved, sent and settled, and makes one hypothesis.

    `on_sent` is awaited while a call is under way: there a test can wait, raise, or look around.
    """

    def __init__(
        self,
        agent_id: str,
        calls: Sequence[Call | str] = (),
        *,
        observes: Script = (),
        analyses: Script = (),
        diary: Diary | None = None,
        on_sent: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(agent_id, observes, self._think, diary=diary)
        self._calls = [Call(each) if isinstance(each, str) else each for each in calls]
        self._analyses, self._on_sent = analyses, on_sent
        self.account: Account | None = None

    @property
    def total_cost(self) -> Decimal:
        return self.account.spent if self.account else ZERO

    def use_account(self, account: Account) -> None:
        self.account = account

    async def analyse(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        self.diary.asked.append(f"analyse:{self.agent_id}")
        return await play(self._analyses, observations)  # type: ignore[no-any-return]

    async def _think(self, observations: Sequence[Observation]) -> list[Hypothesis]:
        return [await self._call(number, call) for number, call in enumerate(self._calls, start=1)]

    async def _call(self, number: int, call: Call) -> Hypothesis:
        assert self.account is not None
        reservation = await self.account.reserve(Decimal(call.most), purpose=f"review {number}", model="scripted")
        name = f"{self.agent_id}/{number}"
        self.diary.sent.append(name)
        if self._on_sent:
            await self._on_sent(name)
        if call.refused:
            await reservation.release()
        else:
            await reservation.settle(Decimal(call.cost or call.most), tokens_in=1000, tokens_out=100)
        return Hypothesis(agent_id=self.agent_id, statement=f"thought {name}", initial_confidence=0.5)


def team_of(*makers: Callable[[], ScriptedAgent]) -> TeamSpec:
    """A team of agents that are made anew for each run, as a real one's are."""

    def spec(make: Callable[[], ScriptedAgent]) -> AgentSpec:
        agent_id = make().agent_id
        return AgentSpec(agent_id=agent_id, title=agent_id.title(), build=lambda kit: _made(make, kit))

    return TeamSpec(name="incident", agents=tuple(spec(make) for make in makers))


def _made(make: Callable[[], ScriptedAgent], kit: AgentKit) -> ScriptedAgent:
    assert kit.clock is not None
    return make()
