"""What goes through a hub: messages, tasks, gates, what each agent is at, facts, and which specialists were asked.

A hub needs no journal, hence its rows do not refer to an investigation; a trigger takes them along where one is deleted.
Consultations come through the journal only.
"""

from sqlite_utils import Database

MESSAGES = """
CREATE TABLE hub_messages (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    kept_no INTEGER NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    reply_to TEXT NOT NULL,
    at TEXT NOT NULL,
    taken INTEGER NOT NULL CHECK (taken IN (0, 1)),
    PRIMARY KEY (workspace, investigation_id, message_id),
    UNIQUE (workspace, investigation_id, kept_no)
) STRICT
"""

TASKS = """
CREATE TABLE hub_tasks (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    summary TEXT NOT NULL,
    priority INTEGER NOT NULL,
    place INTEGER NOT NULL,
    state TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, task_id)
) STRICT
"""

GATES = """
CREATE TABLE gates (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    gate_id TEXT NOT NULL,
    opened_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    context TEXT NOT NULL CHECK (json_valid(context)),
    approve TEXT NOT NULL,
    deny TEXT NOT NULL,
    extend_nano INTEGER NOT NULL,
    approvers TEXT NOT NULL CHECK (json_valid(approvers)),
    opened_at TEXT NOT NULL,
    expires_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'denied', 'expired', 'superseded')),
    settled_by TEXT,
    settled_by_name TEXT,
    settled_at TEXT,
    said TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, gate_id),
    UNIQUE (workspace, investigation_id, opened_no),
    CHECK ((state = 'open') = (settled_at IS NULL))
) STRICT
"""

STATUSES = """
CREATE TABLE agent_statuses (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, agent_id)
) STRICT
"""

FACTS = """
CREATE TABLE hub_facts (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value)),
    PRIMARY KEY (workspace, investigation_id, name)
) STRICT
"""

CONSULTATIONS = """
CREATE TABLE consultations (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    consulted_seq INTEGER NOT NULL,
    asker TEXT NOT NULL,
    specialist TEXT NOT NULL,
    question TEXT NOT NULL,
    service TEXT NOT NULL,
    peer TEXT NOT NULL,
    aspect TEXT,
    moment TEXT,
    outcome TEXT NOT NULL,
    advice TEXT NOT NULL,
    known INTEGER NOT NULL CHECK (known IN (0, 1)),
    supports INTEGER CHECK (supports IN (0, 1)),
    cites TEXT NOT NULL CHECK (json_valid(cites)),
    duration_s REAL NOT NULL,
    cost_nano INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    PRIMARY KEY (workspace, investigation_id, consulted_seq),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

MAILBOX = """
CREATE INDEX hub_messages_that_wait ON hub_messages (workspace, investigation_id, recipient, kept_no) WHERE taken = 0
"""

GOES_ALONG = """
CREATE TRIGGER hub_goes_along AFTER DELETE ON investigations BEGIN
    DELETE FROM hub_messages WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM hub_tasks WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM gates WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM agent_statuses WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM hub_facts WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
END
"""


def change(db: Database) -> None:
    """Make the tables, the index that finds what waits for an agent, and what keeps a deletion whole."""
    for statement in (MESSAGES, TASKS, GATES, STATUSES, FACTS, CONSULTATIONS, MAILBOX, GOES_ALONG):
        db.execute(statement)
