"""Calls to language models, and what was asked in them: each call as it was sent, each prompt once for all runs."""

from typing import Any

from sqlite_utils import Database

from orchestrator.model import ModelCall, Prompt
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

_KEEP_PROMPT = "INSERT OR IGNORE INTO prompts (workspace, digest, name, text) VALUES (?, ?, ?, ?)"

_FIND_PROMPT = "SELECT name, text FROM prompts WHERE workspace = ? AND digest = ?"


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


def _call(row: dict[str, Any]) -> ModelCall:
    return ModelCall.model_validate({name: row[name] for name in ModelCall.model_fields})
