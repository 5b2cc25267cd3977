"""Questions to specialists, asked and answered within the asking agent's own turn.

The laws: a question is never queued behind its asker. Chains of questions are bounded in depth, and nobody is asked who is
waiting for an answer further up the chain. The same question is answered from the record. Three failures in a row escalate.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass

from orchestrator.clock import Clock
from orchestrator.engine import attempt
from orchestrator.errors import BudgetExceededError
from orchestrator.hub.registry import AgentRegistry, Registration
from orchestrator.model import Advice, AgentStatus, Consultation, ConsultOutcome, Question

MOST_DEPTH = 2
MOST_QUESTIONS = 8
MOST_FAILURES = 3
ADVICE_TIMEOUT_S = 30.0

_asking: ContextVar[tuple[str, ...]] = ContextVar("asking", default=())
"""Who waits for an answer, the first asker first."""


@dataclass(frozen=True, slots=True)
class ConsultLimits:
    """How deep, how many for one agent, how many failures in a row before humans are asked, and how long one answer takes."""

    depth: int = MOST_DEPTH
    questions: int = MOST_QUESTIONS
    failures: int = MOST_FAILURES
    timeout_s: float = ADVICE_TIMEOUT_S


Loop = Callable[[str, str], Awaitable[object]]
"""Is told of the asker and of why, when failures have repeated."""


class Consulting:
    """Who asked whom what, in one investigation."""

    def __init__(self, registry: AgentRegistry, clock: Clock, limits: ConsultLimits, loop: Loop) -> None:
        self._registry, self._clock, self._limits, self._loop = registry, clock, limits, loop
        self._record: dict[tuple[str, Question], Consultation] = {}
        self._asked: dict[str, int] = {}
        self._failures: dict[str, int] = {}

    def restore(self, consultation: Consultation) -> None:
        """One of an earlier process."""
        self._remember(consultation)

    async def consult_specialist(self, asker: str, specialist_type: str, question: Question) -> Consultation:
        """What the first available specialist of that type says; a refusal where nobody can be asked.

        Raises BudgetExceededError where the answer did not fit the asker's account.
        """
        self._registry.get_agent(asker)
        before = self._record.get((specialist_type, question))
        if before is not None:
            return before.model_copy(update={"asker": asker, "outcome": ConsultOutcome.REPEATED, "duration_s": 0.0})
        chain = (*_asking.get(), asker)
        refusal = self._refusal(asker, chain)
        adviser = None if refusal else self._available(specialist_type, chain)
        if adviser is None:
            refusal = refusal or f"There is no specialist of type {specialist_type} to ask now."
            return self._ended(asker, specialist_type, question, ConsultOutcome.REFUSED, refusal, chain)
        self._asked[asker] = self._asked.get(asker, 0) + 1
        return await self._ask(asker, specialist_type, adviser, question, chain)

    async def _ask(
        self, asker: str, kind: str, adviser: Registration, question: Question, chain: tuple[str, ...]
    ) -> Consultation:
        assert adviser.adviser is not None
        token = _asking.set(chain)
        try:
            done = await attempt(self._clock, self._limits.timeout_s, adviser.adviser.advise(question))
        finally:
            _asking.reset(token)
        if isinstance(done.error, BudgetExceededError):
            raise done.error
        if isinstance(done.value, Advice):
            consultation = Consultation(
                asker=asker,
                specialist=adviser.agent_id,
                question=question,
                outcome=ConsultOutcome.ANSWERED,
                advice=done.value,
                duration_s=done.duration_s,
                depth=len(chain),
            )
            self._remember(consultation, kind)
            self._failures[asker] = 0
            return consultation
        why = f"{adviser.agent_id} did not answer" if done.timed_out else f"{adviser.agent_id} failed"
        return await self._failed(asker, adviser, question, f"{why}.", chain)

    async def _failed(
        self, asker: str, adviser: Registration, question: Question, why: str, chain: tuple[str, ...]
    ) -> Consultation:
        failures = self._failures[asker] = self._failures.get(asker, 0) + 1
        if failures == self._limits.failures:
            await self._loop(asker, f"loop detected after {failures} failures")
        return self._ended(asker, adviser.agent_id, question, ConsultOutcome.FAILED, why, chain)

    def _refusal(self, asker: str, chain: tuple[str, ...]) -> str:
        if len(chain) > self._limits.depth:
            return f"Questions go {self._limits.depth} deep at most: {' → '.join(chain)}."
        if self._asked.get(asker, 0) >= self._limits.questions:
            return f"{asker} has asked {self._limits.questions} questions, which is the most."
        if self._failures.get(asker, 0) >= self._limits.failures:
            return f"{asker} is not answered any more after {self._limits.failures} failures in a row."
        return ""

    def _available(self, specialist_type: str, chain: tuple[str, ...]) -> Registration | None:
        """Nobody who waits for an answer itself, is paused, or only asks."""
        gone = (AgentStatus.PAUSED, AgentStatus.STOPPED)
        for each in self._registry.get_agents_by_type(specialist_type):
            if each.adviser is not None and each.status not in gone and each.agent_id not in chain:
                return each
        return None

    def _ended(
        self, asker: str, whom: str, question: Question, outcome: ConsultOutcome, why: str, chain: tuple[str, ...]
    ) -> Consultation:
        advice = Advice(text=why, known=False)
        return Consultation(
            asker=asker, specialist=whom, question=question, outcome=outcome, advice=advice, depth=len(chain)
        )

    def _remember(self, consultation: Consultation, kind: str = "") -> None:
        if consultation.outcome is ConsultOutcome.ANSWERED:
            specialist = kind or self._registry.get_agent(consultation.specialist).agent_type
            self._record[(specialist, consultation.question)] = consultation
