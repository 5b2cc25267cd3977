"""The first shape: the journal, and the rows that are kept equal to it.

Moments are UTC text with microseconds, which sorts as time does. Money is whole nano-dollars. Lists are JSON. `opened_no`
and `kept_no` count what came first, because two things can happen at one moment. Deleting an investigation takes all
that belongs to it along, where the connection has foreign keys on.
"""

from sqlite_utils import Database

APPLICATION_ID = 0x436D7073  # "Cmps"

INCIDENTS = """
CREATE TABLE incidents (
    workspace TEXT NOT NULL,
    incident_key TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    start_time TEXT NOT NULL,
    end_time TEXT,
    baseline_start TEXT,
    baseline_end TEXT,
    affected_services TEXT NOT NULL CHECK (json_valid(affected_services)),
    environment TEXT NOT NULL,
    cluster TEXT NOT NULL,
    namespace TEXT NOT NULL,
    recorded INTEGER NOT NULL CHECK (recorded IN (0, 1)),
    PRIMARY KEY (workspace, incident_key)
) STRICT
"""

INVESTIGATIONS = """
CREATE TABLE investigations (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    opened_no INTEGER NOT NULL UNIQUE,
    incident_key TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    title TEXT NOT NULL,
    team TEXT NOT NULL,
    agent_ids TEXT NOT NULL CHECK (json_valid(agent_ids)),
    budget_nano INTEGER NOT NULL,
    mode TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_by_name TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    surface TEXT NOT NULL,
    place TEXT NOT NULL,
    request_id TEXT NOT NULL,
    assumed TEXT NOT NULL CHECK (json_valid(assumed)),
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    stop_requested_by TEXT,
    stop_requested_by_name TEXT,
    PRIMARY KEY (workspace, investigation_id),
    FOREIGN KEY (workspace, incident_key) REFERENCES incidents
) STRICT
"""

EVENTS = """
CREATE TABLE events (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 1),
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    PRIMARY KEY (workspace, investigation_id, seq),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

STEPS = """
CREATE TABLE steps (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    step TEXT NOT NULL,
    phase TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    started_seq INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    outcome TEXT,
    duration_s REAL NOT NULL,
    cost_nano INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, step),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

OBSERVATIONS = """
CREATE TABLE observations (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    step TEXT NOT NULL,
    position INTEGER NOT NULL,
    observation_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    summary TEXT NOT NULL,
    standing TEXT NOT NULL,
    signal TEXT NOT NULL,
    aspect TEXT NOT NULL,
    service TEXT NOT NULL,
    peer TEXT NOT NULL,
    signal_name TEXT NOT NULL,
    score REAL NOT NULL,
    onset TEXT,
    value REAL,
    usual REAL,
    unit TEXT NOT NULL,
    window_start TEXT,
    window_end TEXT,
    source TEXT NOT NULL,
    query TEXT NOT NULL,
    link TEXT NOT NULL,
    latest TEXT,
    sketch TEXT CHECK (sketch IS NULL OR json_valid(sketch)),
    calls TEXT NOT NULL CHECK (json_valid(calls)),
    PRIMARY KEY (workspace, investigation_id, step, position),
    FOREIGN KEY (workspace, investigation_id, step) REFERENCES steps ON DELETE CASCADE
) STRICT
"""

HYPOTHESES = """
CREATE TABLE hypotheses (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    listed_in TEXT NOT NULL,
    position INTEGER NOT NULL,
    hypothesis_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    statement TEXT NOT NULL,
    initial_confidence REAL NOT NULL,
    service TEXT NOT NULL,
    peer TEXT NOT NULL,
    fault_kind TEXT NOT NULL,
    supporting TEXT NOT NULL CHECK (json_valid(supporting)),
    refuting TEXT NOT NULL CHECK (json_valid(refuting)),
    verify TEXT NOT NULL CHECK (json_valid(verify)),
    disprove TEXT NOT NULL CHECK (json_valid(disprove)),
    do_first TEXT NOT NULL,
    change_id TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, listed_in, position),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

DECISIONS = """
CREATE TABLE decisions (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    hypothesis_id TEXT NOT NULL,
    decided_seq INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_by_name TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, hypothesis_id),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

COSTS = """
CREATE TABLE costs (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    step TEXT NOT NULL,
    model TEXT NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    amount_nano INTEGER NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (workspace, investigation_id, call_id),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

POSTS = """
CREATE TABLE posts (
    workspace TEXT NOT NULL,
    key TEXT NOT NULL,
    kept_no INTEGER NOT NULL UNIQUE,
    investigation_id TEXT NOT NULL,
    place TEXT NOT NULL,
    message_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    status TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (workspace, key)
) STRICT
"""

ONE_UNFINISHED_RUN = """
CREATE UNIQUE INDEX one_unfinished_run_of_an_incident ON investigations (workspace, incident_key)
WHERE state NOT IN ('completed', 'stopped', 'failed')
"""

INDEXES = (
    ONE_UNFINISHED_RUN,
    "CREATE INDEX newest_investigations ON investigations (workspace, requested_at, opened_no)",
    "CREATE INDEX investigations_of_an_incident ON investigations (workspace, incident_key)",
    "CREATE INDEX observations_by_id ON observations (workspace, investigation_id, observation_id)",
    "CREATE INDEX posts_of_an_investigation ON posts (workspace, investigation_id, kept_no)",
    "CREATE INDEX posts_by_message ON posts (workspace, place, message_id)",
)

TABLES = (INCIDENTS, INVESTIGATIONS, EVENTS, STEPS, OBSERVATIONS, HYPOTHESES, DECISIONS, COSTS, POSTS)


def change(db: Database) -> None:
    """Mark the file as Compass's and make its tables."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for statement in (*TABLES, *INDEXES):
        db.execute(statement)
