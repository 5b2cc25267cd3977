"""A small incident: orders answers with errors since its deploy, its database is busy, the gateway feels it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from agents.incident.explaining import suspected, told_by
from agents.incident.thinking import Evidence, Thinker, Thought
from orchestrator.budget import AgentAccount, keep_nothing
from orchestrator.model import AgentContext, Aspect, CatalogueEntry, Change, Hypothesis, Observation, Signal, Standing
from orchestrator.ports import LanguageModel
from tests.support.builders import incident, observation, past_incident
from tests.support.clock import NOON
from tests.support.models import ScriptedModel

CALLS = (("gateway", "orders"), ("orders", "orders-db"), ("gateway", "catalogue"))
INCIDENT = incident("INC-7", affected_services=("gateway",))


def fact(number: int, summary: str, after_s: float = 60.0, **more: Any) -> Observation:
    told: dict[str, Any] = {"observation_id": f"o{number}", "onset": NOON + timedelta(seconds=after_s), "score": 0.9}
    return observation(summary, **{**told, **more})


FACTS: tuple[Observation, ...] = (
    fact(1, "gateway: latency 900 ms, was 40 ms", service="gateway", aspect=Aspect.LATENCY, calls=CALLS),
    fact(2, "orders logs a new error line: “no connection”", 30.0, service="orders", signal=Signal.LOG,
         signal_name="no database connection left", aspect=Aspect.ERRORS),
    fact(3, "orders: errors 12 %, was 0 %", 40.0, service="orders", aspect=Aspect.ERRORS),
    fact(4, "errors start in orders: 25 % fail", 40.0, service="orders", aspect=Aspect.ERRORS, signal=Signal.TRACE),
    fact(5, "orders-db: cpu 60 %, was 20 %", 50.0, service="orders-db", aspect=Aspect.CPU, score=0.4,
         agent_id="database"),
    fact(6, "catalogue: requests 2/s, was 3/s", 10.0, service="catalogue", aspect=Aspect.TRAFFIC, score=0.2),
    fact(7, "orders deploy at 12:00:10: v412", 10.0, service="orders", signal=Signal.CHANGE, aspect=Aspect.DEPLOY,
         signal_name="v412", score=0.8),
    fact(8, "Memory, locks: normal in orders-db", service="orders-db", aspect=Aspect.MEMORY, standing=Standing.NORMAL,
         onset=None, score=0.0, agent_id="database"),
    fact(9, "Traces: nothing in the window", standing=Standing.NO_DATA, onset=None, score=0.0, agent_id="network"),
)  # fmt: skip

CONTEXT = AgentContext(
    agent_id="application",
    incident_id="INC-7",
    window=INCIDENT.window(NOON + timedelta(minutes=10)),
    baseline_window=INCIDENT.baseline(),
    catalogue=(CatalogueEntry(service="gateway", calls=("orders", "billing"), affected=True),),
    changes=(Change("c77", NOON - timedelta(minutes=5), "deploy", "billing", "v9: new invoices"),),
    similar=(past_incident(),),
)


def evidence(agent_id: str = "application", facts: Sequence[Observation] = FACTS, **more: Any) -> Evidence:
    told: dict[str, Any] = {"incident": INCIDENT, "context": CONTEXT}
    return Evidence(agent_id, facts, suspected(facts), **{**told, **more})


def plain(agent_id: str = "application", facts: Sequence[Observation] = FACTS) -> list[Hypothesis]:
    return told_by(agent_id, suspected(facts))


def account(dollars: str = "1") -> AgentAccount:
    return AgentAccount("application", Decimal(dollars), keep_nothing, lambda: Decimal(dollars))


def said(
    service: str = "orders-db",
    kind: str = "cpu",
    statement: str = "orders-db computes too much for the new query",
    supports: Sequence[str] = ("o5",),
    against: Sequence[str] = (),
) -> dict[str, Any]:
    """One explanation, as a model writes it."""
    return {"service": service, "kind": kind, "statement": statement, "supports": supports, "against": against}


def answering(*explanations: Mapping[str, Any], doubt: Any = None) -> ScriptedModel:
    """A model that answers with these, and doubts nothing where nothing else is said."""
    no_doubt = {"ids": [], "strength": "none"}
    return ScriptedModel({"hypotheses": {"explanations": explanations}, "refute": doubt or no_doubt})


async def thought(model: LanguageModel, over: Evidence | None = None) -> Thought:
    """What comes of that model's answers over the evidence."""
    over = over or evidence()
    return await Thinker(model, account()).think(over, plain(over.agent_id, over.observations))
