"""What a hub knows of its agents and of their work: a row a task, as it stands, and a row an agent, with what it is at."""

from typing import Any

from sqlite_utils import Database

from orchestrator.model import AgentStatus, HubTask
from storage import codec

_TASKS = """
SELECT * FROM hub_tasks WHERE workspace = :workspace AND investigation_id = :investigation_id ORDER BY place, task_id
"""

_STATUSES = """
SELECT agent_id, status FROM agent_statuses WHERE workspace = :workspace AND investigation_id = :investigation_id
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


def _task(row: dict[str, Any]) -> HubTask:
    told = {name: row[name] for name in HubTask.model_fields if name != "order"}
    return HubTask.model_validate({**told, "order": row["place"]})
