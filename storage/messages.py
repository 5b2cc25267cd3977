"""Messages between agents: kept in order, for ever, and each taken once. Taking one marks it in the statement that finds it."""

from typing import Any

from sqlite_utils import Database

from orchestrator.model import Message
from storage import codec, rules
from storage.database import transaction

_KNOWN = """
SELECT 1 FROM hub_messages
WHERE workspace = :workspace AND investigation_id = :investigation_id AND message_id = :message_id
"""

_KEPT_NO = """
SELECT coalesce(max(kept_no), 0) + 1 FROM hub_messages
WHERE workspace = :workspace AND investigation_id = :investigation_id
"""

_TO = """
SELECT * FROM hub_messages
WHERE workspace = :workspace AND investigation_id = :investigation_id AND recipient = :recipient
    AND (taken = 0 OR NOT :waiting)
ORDER BY kept_no
"""

_TAKE = """
UPDATE hub_messages SET taken = 1
WHERE workspace = :workspace AND investigation_id = :investigation_id AND kept_no = (
    SELECT min(kept_no) FROM hub_messages
    WHERE workspace = :workspace AND investigation_id = :investigation_id AND recipient = :recipient AND taken = 0
)
RETURNING message_id
"""

_FIND = """
SELECT * FROM hub_messages
WHERE workspace = :workspace AND investigation_id = :investigation_id AND message_id = :message_id
"""


def keep(db: Database, key: codec.RunKey, message: Message) -> None:
    """Keep it behind all others. Raises ConflictError where its id is taken."""
    row = {**key, **codec.kept(message).model_dump(exclude={"kind", "at"})}
    with transaction(db):
        if db.execute(_KNOWN, row).fetchone():
            raise rules.sent_before(message.message_id)
        kept_no = db.execute(_KEPT_NO, key).fetchone()[0]
        more = {"kept_no": kept_no, "kind": message.kind.value, "at": codec.moment(message.at), "taken": 0}
        db.table("hub_messages").insert({**row, **more})


def to(db: Database, key: codec.RunKey, recipient: str, *, waiting: bool) -> list[Message]:
    """All messages to that agent, or those that wait, in order."""
    return [_message(row) for row in db.query(_TO, {**key, "recipient": recipient, "waiting": waiting})]


def take(db: Database, key: codec.RunKey, recipient: str) -> Message | None:
    """The oldest that waits, which waits no more."""
    with transaction(db):
        taken = db.execute(_TAKE, {**key, "recipient": recipient}).fetchone()
        rows = db.query(_FIND, {**key, "message_id": taken[0]}) if taken else ()
        return next((_message(row) for row in list(rows)), None)


def _message(row: dict[str, Any]) -> Message:
    return Message.model_validate({name: row[name] for name in Message.model_fields})
