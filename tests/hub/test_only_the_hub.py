"""Agents get only the hub: neither what they import nor what they are handed leads to another agent."""

import dataclasses
import inspect
import tomllib
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from agents.incident import INCIDENT_TEAM
from orchestrator.hub import AgentDesk
from orchestrator.ports import Adviser, Agent, AgentKit, Briefing, Consulting, Desk, HubStore, Spender
from tests.hub.kit import opened, with_agents

ROOT = Path(__file__).parents[2]
DOORS = {"consult", "escalate"}
HANDED = (AgentKit, Briefing, Desk)
"""All that an agent is ever handed, beside its account, an incident and observations."""


def contracts() -> list[dict[str, Any]]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(told["tool"]["importlinter"]["contracts"])


def public(thing: type) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


@pytest.mark.parametrize("package", ["agents", "storage"])
@pytest.mark.parametrize("room", ["engine", "handoff", "hub", "investigation"])
def test_agents_and_storage_may_not_import_what_reaches_agents(package: str, room: str) -> None:
    forbidding = [each for each in contracts() if package in each.get("source_modules", ())]
    assert any(f"orchestrator.{room}" in each["forbidden_modules"] for each in forbidding)


def test_the_rooms_that_the_contract_names_are_there() -> None:
    for each in contracts():
        for module in each.get("forbidden_modules", ()):
            if module.startswith("orchestrator."):
                path = ROOT / module.replace(".", "/")
                assert path.is_dir() or path.with_suffix(".py").is_file(), module


def test_a_desk_is_two_doors_and_no_window() -> None:
    assert public(Desk) == public(AgentDesk) == DOORS
    assert public(Consulting) == {"use_desk"}


def test_nothing_that_an_agent_is_handed_is_or_leads_to_an_agent() -> None:
    reaching = (Agent, Adviser, Consulting, Spender, HubStore)
    for each in HANDED:
        told = get_type_hints(each)
        for name in public(each):
            told |= get_type_hints(getattr(each, name)) if inspect.isfunction(getattr(each, name)) else {}
        assert told or each is Desk
        for hint in told.values():
            assert hint not in reaching
            assert not str(getattr(hint, "__module__", "")).startswith("orchestrator.hub")


def test_what_an_agent_is_made_of_is_telemetry_and_time() -> None:
    made_of = {"telemetry", "compute", "clock", "context", "model", "incident", "tools"}
    assert {each.name for each in dataclasses.fields(AgentKit)} == made_of
    assert {each.name for each in dataclasses.fields(Briefing)} == {"account", "incident", "observations"}


def test_agents_of_our_team_may_not_import_each_other() -> None:
    (strangers,) = [each for each in contracts() if each["type"] == "independence"]
    ours = {each.agent_id for each in INCIDENT_TEAM.agents}
    assert {each.removeprefix("agents.incident.") for each in strangers["modules"]} == ours


async def test_desks_of_one_hub_are_one_for_each_agent(store: HubStore) -> None:
    desks = await with_agents(await opened(store), "application", "database")
    assert desks["application"] is not desks["database"]
    with pytest.raises(AttributeError):
        desks["application"].registry  # type: ignore[attr-defined]  # noqa: B018 - the reading is the test
