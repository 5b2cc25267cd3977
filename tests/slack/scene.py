"""One incident as the tests tell it: a shop, three agents, what they find and what they make of it."""

import asyncio
from datetime import datetime, timedelta

from orchestrator.model import (
    Aspect,
    FaultKind,
    Hypothesis,
    Incident,
    NoData,
    Observation,
    Scope,
    Severity,
    Signal,
    Sketch,
    Standing,
)
from orchestrator.ports import TeamSpec
from tests.support.agents import ScriptedAgent, team_of
from tests.support.clock import NOON

BEGAN = NOON + timedelta(minutes=2)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


INCIDENT = Incident(
    incident_id="INC-123",
    title="checkout 5xx",
    start_time=BEGAN,
    affected_services=("checkout",),
    severity=Severity.SEV2,
    scope=Scope(environment="prod", cluster="eu-1"),
    end_time=at(15),
    recorded=True,
)

SKETCH = Sketch(
    label="orders-db pool in use",
    unit="connections",
    times=tuple(at(n - 60).timestamp() for n in range(75)),
    values=tuple(6.0 if n < 61 else 20.0 for n in range(75)),
)

ERRORS = Observation(
    agent_id="application",
    summary="checkout errors 12 %, was 0.1 %",
    aspect=Aspect.ERRORS,
    service="checkout",
    score=0.9,
    onset=at(2),
    source="prometheus",
    query='rate(http_requests_total{code=~"5.."}[1m])',
    link="https://grafana.example/d/1?from=now-1h&to=now",
    latest=at(14),
)
TEMPLATE = Observation(
    agent_id="application",
    summary="new in the log of orders: timeout after <*> ms waiting for *pool* `orders` & <!channel>",
    signal=Signal.LOG,
    aspect=Aspect.BEHAVIOUR,
    service="orders",
    score=0.7,
    onset=at(2),
    source="loki",
    latest=at(13),
)
POOL = Observation(
    agent_id="database",
    summary="orders-db pool 20 of 20 in use, was 6",
    aspect=Aspect.SATURATION,
    service="orders-db",
    signal_name="orders_db_pool_in_use",
    score=0.95,
    onset=at(1),
    value=20,
    usual=6,
    source="prometheus",
    latest=at(14),
    sketch=SKETCH,
)
CPU = Observation(agent_id="database", summary="CPU of orders-db", standing=Standing.NORMAL, service="orders-db")
LOCKS = NoData(agent_id="database", summary="locks: no exporter")
LINK = Observation(agent_id="network", summary="links between services", standing=Standing.NORMAL)

POOL_FULL = Hypothesis(
    agent_id="database",
    statement="orders v412 filled the orders-db pool",
    initial_confidence=0.86,
    service="orders-db",
    fault_kind=FaultKind.SATURATION,
    supporting=("o3", "o1", "o2"),
    refuting=("o6",),
    verify=("Count the connections that orders holds",),
    disprove=("Pool waits are 0",),
    do_first="team-orders: consider rolling back v412",
    change_id="v412",
)
RETRIES = Hypothesis(
    agent_id="application",
    statement="The gateway retries too often",
    initial_confidence=0.35,
    service="gateway",
    fault_kind=FaultKind.CONFIGURATION,
    supporting=("o1",),
)
ALSO_POOL = Hypothesis(
    agent_id="application",
    statement="orders waits for its database",
    initial_confidence=0.6,
    service="orders-db",
    fault_kind=FaultKind.SATURATION,
    supporting=("o1", "o2"),
)


def team(*, hold: asyncio.Event | None = None) -> TeamSpec:
    """The three agents; with `hold` the network agent observes only once that is set."""

    async def wait(_: object) -> list[Observation]:
        if hold:
            await hold.wait()
        return [LINK]

    return team_of(
        lambda: ScriptedAgent("application", [ERRORS, TEMPLATE], [RETRIES, ALSO_POOL]),
        lambda: ScriptedAgent("database", [POOL, CPU, LOCKS], [POOL_FULL]),
        lambda: ScriptedAgent("network", wait, []),
    )
