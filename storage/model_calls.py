"""What language models were asked: each call as it was sent, each prompt once for all runs, and what agents knew by then."""

from typing import Any

from sqlite_utils import Database

from orchestrator.model import WORDS, AgentContext, ModelCall, Prompt
from orchestrator.ports import MOST_UNOWNED
from storage import codec, rules
from storage.database import transaction

_KEPT_NO = """
SELECT coalesce(
    (SELECT kept_no FROM model_calls
     WHERE workspace = :workspace AND investigation_id = :investigation_id AND call_id = :call_id),
    (SELECT coalesce(max(kept_no), 0) + 1 FROM model_calls
     WHERE workspace = :workspace AND investigation_id = :investigation_id)
)
"""

_OF_RUN = """
SELECT * FROM model_calls WHERE workspace = :workspace AND investigation_id = :investigation_id ORDER BY kept_no
"""

_FORGET_UNOWNED = """
WITH unowned AS (
    SELECT rowid AS row_no, row_number() OVER (ORDER BY at DESC, rowid DESC) AS place FROM model_calls
    WHERE workspace = :workspace AND agent_id = :words AND NOT EXISTS (
        SELECT 1 FROM investigations
        WHERE workspace = model_calls.workspace AND investigation_id = model_calls.investigation_id
    )
)
DELETE FROM model_calls WHERE rowid IN (SELECT row_no FROM unowned WHERE place > :most)
"""

_KEEP_PROMPT = "INSERT OR IGNORE INTO prompts (workspace, digest, name, text) VALUES (?, ?, ?, ?)"

_FIND_PROMPT = "SELECT name, text FROM prompts WHERE workspace = ? AND digest = ?"

_KEEP_CONTEXT = """
INSERT OR IGNORE INTO agent_contexts (workspace, investigation_id, agent_id, asked, context)
VALUES (:workspace, :investigation_id, :agent_id, :asked, :context)
"""

_FIND_CONTEXT = """
SELECT context FROM agent_contexts WHERE workspace = :workspace AND investigation_id = :investigation_id
    AND agent_id = :agent_id AND asked = :asked
"""


def keep(db: Database, key: codec.RunKey, call: ModelCall) -> None:
    """Store the call in place of an earlier one of its id; its place in the order is that of the first."""
    kept = codec.kept(rules.within_bounds(call))
    row = {
        **key,
        **kept.model_dump(exclude={"at", "request_cut", "response_cut"}),
        "at": codec.moment(kept.at),
        "request_cut": int(kept.request_cut),
        "response_cut": int(kept.response_cut),
    }
    with transaction(db):
        row["kept_no"] = db.execute(_KEPT_NO, {**key, "call_id": kept.call_id}).fetchone()[0]
        db.table("model_calls").upsert(row, pk=("workspace", "investigation_id", "call_id"))
        if kept.agent_id == WORDS:
            unowned = {"workspace": key["workspace"], "words": WORDS, "most": MOST_UNOWNED}
            db.execute(_FORGET_UNOWNED, unowned)


def of_run(db: Database, key: codec.RunKey) -> list[ModelCall]:
    """All calls of a run, in the order in which they were first kept."""
    return [_call(row) for row in db.query(_OF_RUN, key)]


def keep_prompt(db: Database, workspace: str, prompt: Prompt) -> None:
    """Store the prompt, where none of its digest is there."""
    with transaction(db):
        db.execute(_KEEP_PROMPT, (workspace, prompt.digest, prompt.name, prompt.text))


def find_prompt(db: Database, workspace: str, digest: str) -> Prompt | None:
    """The prompt of that digest."""
    found = db.execute(_FIND_PROMPT, (workspace, digest)).fetchone()
    return Prompt(*found) if found else None


def keep_context(db: Database, key: codec.RunKey, asked: str, context: AgentContext) -> None:
    """Store what an agent was handed, where nothing is."""
    row = {**key, "agent_id": context.agent_id, "asked": asked, "context": codec.kept(context).model_dump_json()}
    with transaction(db):
        db.execute(_KEEP_CONTEXT, row)


def find_context(db: Database, key: codec.RunKey, agent_id: str, asked: str) -> AgentContext | None:
    """What that agent was handed."""
    found = db.execute(_FIND_CONTEXT, {**key, "agent_id": agent_id, "asked": asked}).fetchone()
    return AgentContext.model_validate_json(found[0]) if found else None


def _call(row: dict[str, Any]) -> ModelCall:
    return ModelCall.model_validate({name: row[name] for name in ModelCall.model_fields})
