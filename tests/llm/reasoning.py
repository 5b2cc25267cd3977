"""A team whose agents ask a model twice, over a real wire, and the models they ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from agents.llm.choosing import Choice
from agents.llm.model import PydanticModel
from agents.llm.outgoing import kept
from agents.llm.prices import Price
from agents.llm.providers import Access, Providers
from agents.llm.wire.record import CallRecord
from orchestrator.clock import Clock
from orchestrator.model import AgentContext, Hypothesis, Observation, Prompt
from orchestrator.ports import (
    Account,
    AgentKit,
    AgentSpec,
    CallJournal,
    LanguageModel,
    PlainAnalyst,
    Request,
    TeamSpec,
    Tool,
)
from orchestrator.retry import BreakerPolicy, RetryPolicy
from tests.llm.asking import Ideas, Wish
from tests.llm.servers import LocalProvider
from tests.llm.servers.provider import KEY
from tests.llm.wiring import PRICE
from tests.support.agents import ScriptedAgent
from tests.support.builders import hypothesis, observation
from tests.support.clock import HurriedClock

if TYPE_CHECKING:
    pass

PROMPTS = (Prompt("explain", "Explain what was observed."), Prompt("refute", "Say what speaks against it."))
POOL = {"service": "checkout", "signal_name": "pool", "score": 0.9}


class Reasoning(ScriptedAgent):
    """Asks what explains the observations, then what speaks against the answer. Implements Spender and PlainAnalyst."""

    def __init__(
        self, agent_id: str, kit: AgentKit, prompts: Sequence[Prompt] = PROMPTS, *, looks: bool = False, told: str = ""
    ) -> None:
        super().__init__(agent_id, [observation(f"{agent_id} is slow", agent_id, **POOL)])
        self._kit, self._prompts, self._told = kit, prompts, told
        self._account: Account | None = None
        self._tools = (Tool("query_metric", "Look at a metric.", Wish, self._look),) if looks else ()

    async def _look(self, wish: Wish) -> str:
        """Anew each time, as a live store would."""
        self.diary.sent.append(wish.metric)
        return f"{wish.metric} as of {datetime.now(UTC)}"  # noqa: TID251

    def use_account(self, account: Account) -> None:
        self._account = account

    @property
    def total_cost(self) -> Decimal:
        return self._account.spent if self._account else Decimal(0)

    async def generate_hypothesis(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        assert self._kit.context is not None
        assert self._kit.incident is not None
        if self._kit.model is None:
            return await self.analyse(observations)
        known = await self._kit.context.assemble(self.agent_id, self._kit.incident, observations)
        said = ""
        for prompt in self._prompts:
            answer = await self._ask(prompt, [self.agent_id, *_lines(observations, known), self._told, said])
            said = answer.ideas[0].statement
        cites = tuple(answer.ideas[0].evidence_for)
        return [hypothesis(said, 0.8, self.agent_id, service=self.agent_id, supporting=cites)]

    async def analyse(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        return [hypothesis("plain", 0.4, self.agent_id)]

    async def _ask(self, prompt: Prompt, lines: Sequence[str]) -> Ideas:
        assert self._kit.model is not None
        assert self._account is not None
        asked = Request(
            prompt.name, prompt, "\n".join(lines), Ideas, most_tokens=100, names=("checkout",), tools=self._tools
        )
        return await self._kit.model.ask(asked, self._account)


def _lines(observations: Sequence[Observation], known: AgentContext) -> list[str]:
    facts = [f"{each.observation_id}: {each.summary}" for each in observations]
    return [*facts, f"alike: {', '.join(each.incident_id for each in known.similar)}"]


def reasoning_team(*agent_ids: str, **more: Any) -> TeamSpec:
    def spec(agent_id: str) -> AgentSpec:
        return AgentSpec(agent_id, agent_id.title(), lambda kit: Reasoning(agent_id, kit, **more))

    return TeamSpec("incident", tuple(spec(each) for each in agent_ids))


assert issubclass(Reasoning, PlainAnalyst)


@dataclass
class ServedModels:
    """Implements Models over a provider that is up. `journal` is where calls are kept: that of this process."""

    provider: LocalProvider
    journal: CallJournal
    name: str = "openai:gpt-4o-mini"
    path: str = "/v1"
    price: Price = PRICE
    pseudonyms: bool = False
    clock: Clock | None = None

    def __post_init__(self) -> None:
        self._clock, self._choice = self.clock or HurriedClock(), Choice.parse(self.name)
        access = {self._choice.provider: Access(SecretStr(KEY), self.provider.url + self.path, "2024-10-21")}
        retry, breaker = RetryPolicy(max_attempts=1), BreakerPolicy(failures=1000)
        self.providers = Providers(access, self._clock, Random(7), retry=retry, breaker=breaker)

    def model_for(self, workspace: str, investigation_id: str, agent_id: str) -> LanguageModel | None:
        return PydanticModel(
            name=self.name,
            model=lambda: self.providers.model(self._choice),
            price=lambda _: self.price,
            clock=self._clock,
            record=CallRecord(self.journal, workspace, investigation_id, agent_id, kept),
            settings=self.providers.settings(self._choice),
            pseudonyms=self.pseudonyms,
        )
