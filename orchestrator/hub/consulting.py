"""Questions to specialists, asked and answered within the asking agent's own turn.

The laws: a question is never queued behind its asker. Chains of questions are bounded in depth, and nobody is asked who is
waiting for an answer further up the chain. The same question is answered from the record; one that is just being asked is
waited for, but only by whom nobody waits for, so that no two answers wait for each other. Three failures in a row escalate.
Whose turn it is pays, see `paying`.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass

from orchestrator.clock import Clock
from orchestrator.engine import Attempt, attempt
from orchestrator.errors import AgentNotFoundError, BudgetExceededError
from orchestrator.hub.paying import AdviceAccount, nothing_left, paying
from orchestrator.hub.registry import AgentRegistry, Registration
from orchestrator.model import ZERO, Advice, AgentStatus, Consultation, ConsultOutcome, Question, redacted
from orchestrator.ports import Account, Adviser, Briefing

MOST_DEPTH = 2
MOST_QUESTIONS = 8
MOST_FAILURES = 3
ADVICE_TIMEOUT_S = 30.0

_AWAY = (AgentStatus.PAUSED, AgentStatus.STOPPED)

_asking: ContextVar[tuple[str, ...]] = ContextVar("asking", default=())
"""Who waits for an answer, the first asker first."""


@dataclass(frozen=True, slots=True)
class ConsultLimits:
    """How deep, how many for one agent, how many failures in a row before humans are asked, and how long one answer takes."""

    depth: int = MOST_DEPTH
    questions: int = MOST_QUESTIONS
    failures: int = MOST_FAILURES
    timeout_s: float = ADVICE_TIMEOUT_S


Brief = Callable[[Account], Briefing]
"""What goes with a question that this account pays for."""

Loop = Callable[[str, str], Awaitable[object]]
"""Is told of the asker and of why, when failures have repeated."""


class Consulting:
    """Who asked whom what, in one investigation."""

    def __init__(
        self, registry: AgentRegistry, clock: Clock, limits: ConsultLimits, loop: Loop, brief: Brief = Briefing
    ) -> None:
        self._registry, self._clock, self._limits, self._loop, self._brief = registry, clock, limits, loop, brief
        self._record: dict[tuple[str, Question], Consultation] = {}
        self._asked: dict[str, int] = {}
        self._failures: dict[str, int] = {}
        self._pardons: Counter[str] = Counter()
        self._under_way: dict[tuple[str, Question], asyncio.Event] = {}

    def restore(self, consultation: Consultation) -> None:
        """One of an earlier process, the oldest first. It counts as it counted then."""
        asker, outcome = consultation.asker, consultation.outcome
        if outcome in (ConsultOutcome.ANSWERED, ConsultOutcome.FAILED):
            self._asked[asker] = self._asked.get(asker, 0) + 1
            failures = self._failures.get(asker, 0) + 1 if outcome is ConsultOutcome.FAILED else 0
            if failures >= self._limits.failures and self._pardons[asker]:
                self._pardons[asker] -= 1
                failures = 0
            self._failures[asker] = failures
        with suppress(AgentNotFoundError):  # who is not there any more is not asked again
            self._remember(consultation, self._registry.get_agent(consultation.specialist).agent_type)

    def pardon(self, asker: str) -> None:
        """Humans let it go on: its failures are counted anew, now or when those of an earlier process are restored."""
        if self._failures.get(asker, 0) >= self._limits.failures:
            self._failures[asker] = 0
        else:
            self._pardons[asker] += 1

    async def consult_specialist(self, asker: str, specialist_type: str, question: Question) -> Consultation:
        """What the first available specialist of that type says; a refusal where nobody can be asked.

        Raises BudgetExceededError where the answer did not fit the asker's account.
        """
        own, question = self._registry.get_agent(asker).account, redacted(question)
        chain = (*_asking.get(), asker)
        key = (specialist_type, question)
        while len(chain) == 1 and key in self._under_way:
            await self._under_way[key].wait()
        if (before := self._record.get(key)) is not None:
            update = {"asker": asker, "outcome": ConsultOutcome.REPEATED, "duration_s": 0.0, "cost": ZERO}
            return before.model_copy(update={**update, "depth": len(chain)})
        refusal = self._refusal(asker, chain)
        adviser = None if refusal else self._available(specialist_type, chain)
        if adviser is None:
            refusal = refusal or f"There is no specialist of type {specialist_type} to ask now."
            return _unanswered(asker, specialist_type, question, ConsultOutcome.REFUSED, refusal, len(chain))
        self._asked[asker] = self._asked.get(asker, 0) + 1
        with self._asked_now(key):
            paid_by = paying.get() or own or nothing_left(asker)
            return await self._ask(adviser, question, chain, AdviceAccount(paid_by, adviser.agent_id))

    @contextmanager
    def _asked_now(self, key: tuple[str, Question]) -> Iterator[None]:
        """Whoever asks the same meanwhile waits for this answer; where it does not come, the next one asks."""
        ended = self._under_way.setdefault(key, asyncio.Event())
        try:
            yield
        finally:
            self._under_way.pop(key, None)
            ended.set()

    async def _ask(
        self, adviser: Registration, question: Question, chain: tuple[str, ...], account: AdviceAccount
    ) -> Consultation:
        asker, whom = chain[-1], adviser.agent_id
        done = await self._asked_within_limits(adviser, question, chain, account)
        if isinstance(done.error, BudgetExceededError):
            raise done.error
        if isinstance(done.value, Advice):
            consultation = Consultation(
                asker=asker,
                specialist=whom,
                question=question,
                outcome=ConsultOutcome.ANSWERED,
                advice=redacted(done.value),
                duration_s=done.duration_s,
                cost=account.cost,
                depth=len(chain),
            )
            self._remember(consultation, adviser.agent_type)
            self._failures[asker] = 0
            return consultation
        await self._count_failure(asker)
        why = f"{whom} did not answer." if done.timed_out else f"{whom} failed."
        told = {"duration_s": done.duration_s, "cost": account.cost}
        return _unanswered(asker, whom, question, ConsultOutcome.FAILED, why, len(chain)).model_copy(update=told)

    async def _asked_within_limits(
        self, adviser: Registration, question: Question, chain: tuple[str, ...], account: AdviceAccount
    ) -> Attempt[Advice]:
        assert adviser.adviser is not None
        asking, paid = _asking.set(chain), paying.set(account)
        try:
            asked = self._advised(adviser.adviser, question, account)
            return await attempt(self._clock, self._limits.timeout_s, asked)
        finally:
            paying.reset(paid)
            _asking.reset(asking)

    async def _advised(self, adviser: Adviser, question: Question, account: Account) -> Advice:
        """In here, so that one that fails before it is awaited fails as any other."""
        return await adviser.advise(question, self._brief(account))

    async def _count_failure(self, asker: str) -> None:
        failures = self._failures[asker] = self._failures.get(asker, 0) + 1
        if failures == self._limits.failures:
            await self._loop(asker, f"loop detected after {failures} failures")

    def _refusal(self, asker: str, chain: tuple[str, ...]) -> str:
        if (status := self._registry.get_agent(asker).status) in _AWAY:
            return f"{asker} is {status} and asks nobody."
        if len(chain) > self._limits.depth:
            return f"Questions go {self._limits.depth} deep at most: {' → '.join(chain)}."
        if self._asked.get(asker, 0) >= self._limits.questions:
            return f"{asker} has asked {self._limits.questions} questions, which is the most."
        if self._failures.get(asker, 0) >= self._limits.failures:
            return f"{asker} is not answered any more after {self._limits.failures} failures in a row."
        return ""

    def _available(self, specialist_type: str, chain: tuple[str, ...]) -> Registration | None:
        """Nobody who waits for an answer itself, is paused, or only asks."""
        for each in self._registry.get_agents_by_type(specialist_type):
            if each.adviser is not None and each.status not in _AWAY and each.agent_id not in chain:
                return each
        return None

    def _remember(self, consultation: Consultation, kind: str) -> None:
        if consultation.outcome is ConsultOutcome.ANSWERED:
            self._record[(kind, consultation.question)] = consultation


def _unanswered(
    asker: str, whom: str, question: Question, outcome: ConsultOutcome, why: str, depth: int
) -> Consultation:
    advice = Advice(text=why, known=False)
    return Consultation(asker=asker, specialist=whom, question=question, outcome=outcome, advice=advice, depth=depth)
