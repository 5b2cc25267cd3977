"""Who is there: a name stands for one agent, and who asks for a name that nobody has is told the nearest."""

import pytest

from orchestrator.errors import AgentNotFoundError, ConflictError
from orchestrator.hub import AgentRegistry
from orchestrator.model import AgentStatus


@pytest.fixture
def registry() -> AgentRegistry:
    made = AgentRegistry()
    for name in ("application", "database", "network"):
        made.register_agent(name, name)
    return made


def test_a_name_stands_for_one_agent(registry: AgentRegistry) -> None:
    first = registry.get_agent("database")
    with pytest.raises(ConflictError, match="database is registered already") as refused:
        registry.register_agent("database", "something else")
    assert refused.value.remedy == "Give it another name."
    assert registry.get_agent("database") is first


@pytest.mark.parametrize("typed", ["databse", "Database", "DATABASE", "data-base"])
def test_a_name_that_nobody_has_brings_the_nearest(registry: AgentRegistry, typed: str) -> None:
    with pytest.raises(AgentNotFoundError, match=f"No agent is registered as {typed}") as refused:
        registry.get_agent(typed)
    assert refused.value.remedy == "Did you mean database?"


def test_a_name_that_is_like_no_other_brings_all(registry: AgentRegistry) -> None:
    with pytest.raises(AgentNotFoundError) as refused:
        registry.get_agent("xyz")
    assert refused.value.remedy == "Known: application, database, network."
    with pytest.raises(AgentNotFoundError) as empty:
        AgentRegistry().get_agent("xyz")
    assert empty.value.remedy == "Known: nobody yet."


def test_agents_of_a_type_come_in_the_order_in_which_they_were_registered(registry: AgentRegistry) -> None:
    registry.register_agent("replicas", "database")
    registry.register_agent("caches", "database")
    assert [each.agent_id for each in registry.get_agents_by_type("database")] == ["database", "replicas", "caches"]
    assert registry.get_agents_by_type("storage") == []


def test_who_is_forgotten_is_asked_for_nothing_and_its_name_is_free(registry: AgentRegistry) -> None:
    registry.unregister_agent("database")
    assert registry.get_agents_by_type("database") == []
    with pytest.raises(AgentNotFoundError):
        registry.unregister_agent("database")
    registry.register_agent("database", "other")
    assert list(registry.statuses) == ["application", "network", "database"]


@pytest.mark.parametrize("status", list(AgentStatus))
def test_everybody_is_at_something(registry: AgentRegistry, status: AgentStatus) -> None:
    assert set(registry.statuses.values()) == {AgentStatus.IDLE}
    registry.set_status("network", status)
    assert registry.get_agent("network").status is status
    assert registry.get_agent("network").agent_type == "network"
    with pytest.raises(AgentNotFoundError):
        registry.set_status("netwrk", status)
