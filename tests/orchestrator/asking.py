"""Runs that ask humans, and who answers them: teams with too little money or with a question, over any store."""

import asyncio
from decimal import Decimal
from typing import Any

from orchestrator.events import InvestigationView
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations, has_ended
from orchestrator.model import InvestigationState
from orchestrator.parameters import Parameters
from orchestrator.ports import Store, TeamSpec
from tests.support.agents import Caller, Diary, PlainAgent, PricedAgent, ScriptedAgent, team_of
from tests.support.builders import BEN, hypothesis, observation
from tests.support.clock import ManualClock, settle
from tests.support.world import World, start

BUDGET = Decimal("3.00")
WAITING = InvestigationState.WAITING_APPROVAL


def poor_team(diary: Diary) -> TeamSpec:
    """`a` needs four dollars and has one of its own; `b` costs nothing and comes after it."""
    return team_of(
        lambda: PricedAgent(
            "a",
            ["0.90", "3.10"],
            observes=[observation("a saw one", "a", value=20.0, usual=6.0)],
            analyses=[hypothesis("plain a", 0.3, "a")],
            diary=diary,
        ),
        lambda: PlainAgent("b", [observation("b saw one", "b")], [hypothesis("b", 0.7, "b")], analyses=[]),
        lambda: ScriptedAgent("c", [observation("c saw one", "c")], [hypothesis("c", 0.2, "c")], diary=diary),
    )


def calling_team(diary: Diary) -> TeamSpec:
    """`a` asks humans; `b` does not."""
    return team_of(
        lambda: Caller("a", [observation("a saw one", "a")], [hypothesis("a", 0.8, "a")], diary=diary),
        lambda: ScriptedAgent("b", [observation("b saw one", "b")], [hypothesis("b", 0.4, "b")], diary=diary),
    )


def world_of(store: Store, team: TeamSpec, clock: ManualClock | None = None, **rules: Any) -> World:
    return World(store, team, clock=clock or ManualClock(), asking=HubRules(**rules))


async def until_it_waits(service: Investigations) -> InvestigationView:
    asked = await start(service, parameters=Parameters(incident_id="INC-1", budget=BUDGET))
    return await service.ended("T1", asked)


def id_of(view: InvestigationView) -> str:
    return view.investigation.investigation_id


async def answered(service: Investigations, view: InvestigationView, *, approved: bool, **more: Any) -> Any:
    told = {"by": BEN, **more}
    return await service.answer_gate("T1", id_of(view), view.gates[-1].gate_id, approved=approved, **told)


async def until_it_has_ended(service: Investigations, view: InvestigationView) -> InvestigationView:
    """The run at its end; within thirty seconds of real time, since a store with a thread of its own has to answer first."""
    async with asyncio.timeout(30):
        while not has_ended(view := await service.view("T1", id_of(view))) or service._fleet.tasks:
            await settle(1)
    return view
