"""Values for the stores' tests, with as little said as the test needs."""

from datetime import datetime, timedelta
from decimal import Decimal

from orchestrator.events import (
    CallReleased,
    CallReserved,
    CallSettled,
    HypothesesRanked,
    HypothesisDecided,
    InvestigationOpened,
    StateChanged,
    StepEnded,
    StepStarted,
)
from orchestrator.model import (
    Advice,
    AgentStatus,
    CallStatus,
    Consultation,
    ConsultOutcome,
    Decision,
    Gate,
    GateKind,
    HubTask,
    Hypothesis,
    Incident,
    Investigation,
    InvestigationState,
    LedgerEntry,
    Message,
    ModelCall,
    Observation,
    Origin,
    Person,
    Phase,
    Prompt,
    Question,
    Step,
    Verdict,
)
from orchestrator.ports import HubStore, OutboxEntry, PostStatus, Store, WordsRead, WordValue
from tests.support.clock import NOON

ANA = Person(user_id="U1", name="Ana")
BEN = Person(user_id="U2", name="Ben")
PROMPT = Prompt("hypotheses.md", "Say what may be the cause.")


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def opened(
    investigation_id: str = "r1",
    *,
    workspace: str = "T1",
    incident_id: str = "INC-1",
    at: datetime = NOON,
    budget: str = "10.00",
    by: Person = ANA,
    recorded: bool = False,
) -> InvestigationOpened:
    incident = Incident(
        incident_id=incident_id,
        title=f"{incident_id} is slow",
        start_time=NOON,
        affected_services=("checkout",),
        recorded=recorded,
    )
    return InvestigationOpened(
        investigation=Investigation(
            workspace=workspace,
            investigation_id=investigation_id,
            incident=incident,
            agent_ids=("application", "database"),
            budget=Decimal(budget),
            requested_by=by,
            requested_at=at,
            origin=Origin(surface="slack", place="C1", request_id="q1"),
        )
    )


def moved(before: str, after: str, reason: str = "") -> StateChanged:
    return StateChanged(before=InvestigationState(before), after=InvestigationState(after), reason=reason)


def step(phase: str = "observe", agent_id: str = "application") -> Step:
    return Step(phase=Phase(phase), agent_id=agent_id)


def started(phase: str = "observe", agent_id: str = "application") -> StepStarted:
    return StepStarted(step=step(phase, agent_id))


def observation(number: int, agent_id: str = "application") -> Observation:
    return Observation(agent_id=agent_id, summary=f"fact {number}", observation_id=f"o{number}", service="orders")


def hypothesis(number: int, confidence: float = 0.5, agent_id: str = "application") -> Hypothesis:
    return Hypothesis(
        agent_id=agent_id,
        statement=f"explanation {number}",
        initial_confidence=confidence,
        hypothesis_id=f"h{number}",
        supporting=(f"o{number}",),
    )


def ended(phase: str = "observe", agent_id: str = "application", *found: Observation | Hypothesis) -> StepEnded:
    return StepEnded(
        step=step(phase, agent_id),
        duration_s=1.5,
        observations=tuple(each for each in found if isinstance(each, Observation)),
        hypotheses=tuple(each for each in found if isinstance(each, Hypothesis)),
    )


def ranked(*hypotheses: Hypothesis) -> HypothesesRanked:
    return HypothesesRanked(hypotheses=hypotheses)


def decided(number: int = 1, verdict: Verdict = Verdict.ACCEPTED, by: Person = ANA) -> HypothesisDecided:
    return HypothesisDecided(decision=Decision(hypothesis_id=f"h{number}", verdict=verdict, by=by, at=NOON))


def entry(call_id: str, amount: str, status: CallStatus, agent_id: str = "application") -> LedgerEntry:
    return LedgerEntry(call_id=call_id, agent_id=agent_id, amount=Decimal(amount), status=status, model="m")


def reserved(call_id: str, amount: str, agent_id: str = "application") -> CallReserved:
    return CallReserved(entry=entry(call_id, amount, CallStatus.RESERVED, agent_id))


def settled(call_id: str, amount: str, agent_id: str = "application") -> CallSettled:
    return CallSettled(entry=entry(call_id, amount, CallStatus.SETTLED, agent_id))


def released(call_id: str, amount: str, agent_id: str = "application") -> CallReleased:
    return CallReleased(entry=entry(call_id, amount, CallStatus.RELEASED, agent_id))


def post(
    key: str,
    *,
    workspace: str = "T1",
    investigation_id: str = "r1",
    place: str = "C1",
    message_id: str = "",
    digest: str = "",
    status: PostStatus = PostStatus.SENDING,
) -> OutboxEntry:
    return OutboxEntry(
        workspace=workspace,
        key=key,
        investigation_id=investigation_id,
        place=place,
        message_id=message_id,
        digest=digest,
        status=status,
        updated_at=NOON,
    )


def message(
    message_id: str,
    *,
    sender: str = "application",
    recipient: str = "database",
    body: str = "hello",
    at: datetime = NOON,
) -> Message:
    return Message(message_id=message_id, sender=sender, recipient=recipient, body=body, at=at)


def task(task_id: str, order: int) -> HubTask:
    return HubTask(task_id=task_id, summary="look at the pool", order=order, at=NOON)


def gate(gate_id: str, *, reason: str = "Go on?") -> Gate:
    return Gate(gate_id=gate_id, kind=GateKind.ESCALATION, reason=reason, opened_at=NOON)


def consultation() -> Consultation:
    return Consultation(
        asker="application",
        specialist="database",
        question=Question(text="was the pool full?"),
        outcome=ConsultOutcome.ANSWERED,
        advice=Advice(text="it was", supports=True),
    )


def call(call_id: str, *, agent_id: str = "database", response: str = "{}", status: int = 200) -> ModelCall:
    return ModelCall(
        call_id=call_id,
        agent_id=agent_id,
        purpose="hypothesise",
        prompt=PROMPT.name,
        prompt_digest=PROMPT.digest,
        model="openai:gpt-4o-mini",
        digest="a" * 16,
        request='{"messages": []}',
        status=status,
        response=response,
        at=NOON,
        duration_s=1.25,
    )


def words_read(number: int = 0, value: str = "8") -> WordsRead:
    return WordsRead(
        at=later(number),
        found=(WordValue(field="budget", value=value, words="höchstens 8 Dollar"),),
        unread="Nobody was there.",
        paid=(LedgerEntry(call_id="words-1", agent_id="words", amount=Decimal("0.000000001"), tokens_in=7),),
    )


async def through_the_hub(store: HubStore, workspace: str, investigation_id: str) -> None:
    """One of everything that a hub keeps."""
    key = (workspace, investigation_id)
    await store.keep_message(*key, message("m1"))
    await store.keep_task(*key, task("t1", 1))
    await store.open_gate(*key, gate("g1"))
    await store.keep_status(*key, "database", AgentStatus.PAUSED)
    await store.keep_facts(*key, {"phase": "observe"})


async def looked_into(
    store: Store, investigation_id: str, incident_id: str, *, signal: str, ranked_at_all: bool = True
) -> None:
    """A whole run over an incident: one signal of checkout stood out, and two services were suspected."""
    found = Observation(agent_id="application", summary="fact", service="checkout", signal_name=signal, score=0.9)
    suspected = [
        hypothesis(number).model_copy(update={"statement": f"{service} is the cause", "service": service})
        for number, service in enumerate(["orders", "payment"], start=1)
    ]
    await store.append("T1", investigation_id, opened(investigation_id, incident_id=incident_id), NOON)
    await store.append("T1", investigation_id, moved("queued", "running"), NOON)
    await store.append("T1", investigation_id, ended("observe", "application", found), NOON)
    await store.append("T1", investigation_id, ranked(*(suspected if ranked_at_all else ())), NOON)
    await store.append("T1", investigation_id, moved("running", "completed"), NOON)
