"""What the three specialists have in common; they differ in what they look at.

Each asks the others where an answer would tell something new of the leading explanation, and answers what it is asked. Where
it is handed a language model it reasons with that over what plain analysis found, and spends for that only.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from agents.incident.advising import answer, concerned
from agents.incident.asking import questions, with_answer
from agents.incident.explaining import explain, suspected, told_by
from agents.incident.lookups import Remit, offered
from agents.incident.reading import read
from agents.incident.seasons import seasons_of
from agents.incident.sending import Look, looked_at
from agents.incident.suspect import Suspect
from agents.incident.territory import owner_of_metric
from agents.incident.thinking import Evidence, Thinker
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import (
    ZERO,
    Advice,
    AgentContext,
    Baseline,
    Consultation,
    Hypothesis,
    Incident,
    Metrics,
    Observation,
    Question,
)
from orchestrator.ports import Account, AgentKit, AgentSpec, Briefing, Desk, Lookup, Tool


class Specialist:
    """An agent by plain analysis: asks its sources once, and has what they answer looked at in another process."""

    def __init__(self, agent_id: str, look: Look, kit: AgentKit) -> None:
        self._agent_id = agent_id
        self._look = look
        self._kit = kit
        self._incident = kit.incident
        self._account: Account | None = None
        self._desk: Desk | None = None
        self._metrics: Metrics | None = None
        self._read_at: datetime | None = None
        self._remarks: list[str] = []

    @property
    def agent_id(self) -> str:
        """Who this is."""
        return self._agent_id

    @property
    def total_cost(self) -> Decimal:
        """What its account has paid for: calls to a model, and nothing without one."""
        return self._account.spent if self._account else ZERO

    async def observe(self, incident: Incident) -> Sequence[Observation]:
        """What stands out, what is normal, and what could not be checked.

        What stands out against the hour before may be as ever at that time of the day: where earlier days say so, all is
        looked at once more with that in mind.
        Raises SourceUnavailableError if no source of telemetry answers.
        """
        self._incident = incident
        telemetry, compute = self._kit.telemetry, self._kit.compute
        self._read_at = self._kit.clock.now()
        reading = await read(self._agent_id, telemetry, incident, self._read_at)
        self._metrics = reading.metrics
        facts = await looked_at(compute, self._look, reading)
        seasons = await seasons_of(reading, facts, telemetry.metrics)
        if not any(each.days for each in seasons.values()):
            return facts
        return await looked_at(compute, self._look, replace(reading, seasons=seasons))

    async def generate_hypothesis(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        """The explanations that this agent's own telemetry decides, the leading one with what others answered."""
        ranked = suspected(observations)
        formed, asked = told_by(self._agent_id, ranked), list[Consultation]()
        if self._desk is not None:
            for ask in questions(self._agent_id, ranked, observations):
                told = await self._desk.consult(ask.specialist, ask.question)
                formed[0] = with_answer(formed[0], told, observations)
                asked.append(told)
        if self._kit.model is None or self._account is None or not observations:
            return formed
        context = await self._context(observations)
        evidence = Evidence(self._agent_id, observations, ranked, self._incident, context, asked)
        tools = await self._tools(observations, ranked)
        thought = await Thinker(self._kit.model, self._account, tools).think(evidence, formed)
        self._remarks += thought.remarks
        return thought.hypotheses

    async def analyse(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        """What plain analysis alone says, without asking anybody."""
        return explain(self._agent_id, observations)

    def use_account(self, account: Account) -> None:
        """The money for its questions to a model."""
        self._account = account

    def take_remarks(self) -> Sequence[str]:
        """What there is to say of the model's part since the last time."""
        taken, self._remarks = self._remarks, []
        return taken

    def use_desk(self, desk: Desk) -> None:
        """The place from which it asks others."""
        self._desk = desk

    async def advise(self, question: Question, briefing: Briefing) -> Advice:
        """What its metrics say, read anew only where this process has not read them. Costs nothing."""
        if briefing.incident is None:
            return Advice(text="Cannot tell: nobody said of which incident.", known=False)
        try:
            metrics = self._metrics or await self._read_again(briefing.incident)
        except SourceUnavailableError as unavailable:
            return Advice(text=f"Cannot tell: metrics could not be read: {unavailable.message}"[:2000], known=False)
        if metrics is None:
            return Advice(text="Cannot tell: no source of metrics is configured.", known=False)
        mine = concerned(self._agent_id, question, metrics.series)
        split = briefing.incident.window(self._kit.clock.now()).start.timestamp()
        return await self._kit.compute.run(
            answer, self._agent_id, question, mine, split, [_thin(each) for each in briefing.observations]
        )

    async def _context(self, observations: Sequence[Observation]) -> AgentContext | None:
        if self._kit.context is None or self._incident is None:
            return None
        return await self._kit.context.assemble(self._agent_id, self._incident, observations)

    async def _tools(self, observations: Sequence[Observation], ranked: Sequence[Suspect]) -> Sequence[Tool]:
        """What the model may look up, where that is allowed and may change something."""
        kit = self._kit
        if kit.tools is None or self._incident is None:
            return ()
        ends = [each.window.end for each in observations if each.window and each.agent_id == self._agent_id]
        at = self._read_at or max(ends, default=kit.clock.now())
        remit = Remit(self._agent_id, self._incident, kit.telemetry, kit.clock, at, observations, self._desk)
        further = await offered(remit, ranked, kit.tools)
        self._remarks += further.remarks
        return further.tools

    async def _read_again(self, incident: Incident) -> Metrics | None:
        source = self._kit.telemetry.metrics
        return await source.read_metrics(Lookup.whole(incident, self._kit.clock.now())) if source else None


def _thin(fact: Observation) -> Observation:
    """Without what is large and not needed for an answer, since it goes to another process."""
    return fact.model_copy(update={"sketch": None, "calls": ()})


def specialist(agent_id: str, title: str, look: Look) -> AgentSpec:
    """How the team makes that agent."""

    def concerns(baseline: Baseline) -> bool:
        return owner_of_metric(baseline.service, baseline.metric, "") == agent_id

    return AgentSpec(agent_id, title, lambda kit: Specialist(agent_id, look, kit), concerns)
