"""What a hub knows of its agents and of their work: a row a task, an agent, a fact, as each stands."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue
from sqlite_utils import Database

from orchestrator.model import AgentStatus, HubTask
from storage import codec

_TASKS = """
SELECT * FROM hub_tasks WHERE workspace = :workspace AND investigation_id = :investigation_id ORDER BY place, task_id
"""

_STATUSES = """
SELECT agent_id, status FROM agent_statuses WHERE workspace = :workspace AND investigation_id = :investigation_id
"""


_FACTS = """
SELECT name, value FROM hub_facts WHERE workspace = :workspace AND investigation_id = :investigation_id ORDER BY name
"""


def keep_task(db: Database, key: codec.RunKey, task: HubTask) -> None:
    """Keep it, in place of an earlier state of the same task."""
    kept = codec.kept(task)
    row = {
        **key,
        "task_id": kept.task_id,
        "summary": kept.summary,
        "priority": kept.priority,
        "place": kept.order,
        "state": kept.state.value,
        "agent_id": kept.agent_id,
        "at": codec.moment(kept.at),
    }
    db.table("hub_tasks").upsert(row, pk=("workspace", "investigation_id", "task_id"))


def tasks(db: Database, key: codec.RunKey) -> list[HubTask]:
    """All tasks, by their order."""
    return [_task(row) for row in db.query(_TASKS, key)]


def keep_status(db: Database, key: codec.RunKey, agent_id: str, status: AgentStatus) -> None:
    """What that agent is at, in place of what it was at."""
    row = {**key, "agent_id": agent_id, "status": status.value}
    db.table("agent_statuses").upsert(row, pk=("workspace", "investigation_id", "agent_id"))


def statuses(db: Database, key: codec.RunKey) -> dict[str, AgentStatus]:
    """What each known agent is at."""
    return {row["agent_id"]: AgentStatus(row["status"]) for row in db.query(_STATUSES, key)}


def keep_facts(db: Database, key: codec.RunKey, facts: Mapping[str, JsonValue]) -> None:
    """Keep these, each in place of an earlier one of its name. Raises UnkeepableError before anything is written."""
    rows = [{**key, "name": name, "value": text} for name, text in codec.facts(facts).items()]
    db.table("hub_facts").upsert_all(rows, pk=("workspace", "investigation_id", "name"))


def facts(db: Database, key: codec.RunKey) -> dict[str, JsonValue]:
    """All of them, by name."""
    return {row["name"]: json.loads(row["value"]) for row in db.query(_FACTS, key)}


def _task(row: dict[str, Any]) -> HubTask:
    told = {name: row[name] for name in HubTask.model_fields if name != "order"}
    return HubTask.model_validate({**told, "order": row["place"]})
