"""Money of language models: cached tokens, calls of unknown price, remarks, what turns had cost that are taken
again, and what was drawn from the allowances of a day.

And the calls themselves, with what agents were handed before they made one, and what was made of words that were asked about.
A call needs no journal, for what was typed may be read before there is one; hence such rows do not refer to an investigation,
and a trigger takes them along where one is deleted. Prompts belong to no run and stay.
"""

from sqlite_utils import Database

TAKEN_AGAIN = """
CREATE TABLE taken_again (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    started_seq INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    cost_nano INTEGER NOT NULL,
    PRIMARY KEY (workspace, investigation_id, started_seq),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

CALLS = """
CREATE TABLE model_calls (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    kept_no INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    prompt TEXT NOT NULL,
    prompt_digest TEXT NOT NULL,
    model TEXT NOT NULL,
    digest TEXT NOT NULL,
    request TEXT NOT NULL,
    request_cut INTEGER NOT NULL CHECK (request_cut IN (0, 1)),
    status INTEGER NOT NULL,
    response TEXT NOT NULL,
    response_cut INTEGER NOT NULL CHECK (response_cut IN (0, 1)),
    at TEXT NOT NULL,
    duration_s REAL NOT NULL,
    PRIMARY KEY (workspace, investigation_id, call_id),
    UNIQUE (workspace, investigation_id, kept_no)
) STRICT
"""

PROMPTS = """
CREATE TABLE prompts (
    workspace TEXT NOT NULL,
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (workspace, digest)
) STRICT
"""

CONTEXTS = """
CREATE TABLE agent_contexts (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    asked TEXT NOT NULL,
    context TEXT NOT NULL CHECK (json_valid(context)),
    PRIMARY KEY (workspace, investigation_id, agent_id, asked)
) STRICT
"""

WORDS_READ = """
CREATE TABLE words_read (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    at TEXT NOT NULL,
    made_of_them TEXT NOT NULL CHECK (json_valid(made_of_them)),
    PRIMARY KEY (workspace, investigation_id)
) STRICT
"""

GO_ALONG = """
CREATE TRIGGER model_calls_go_along AFTER DELETE ON investigations BEGIN
    DELETE FROM model_calls WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM agent_contexts WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
    DELETE FROM words_read WHERE workspace = old.workspace AND investigation_id = old.investigation_id;
END
"""

NOTICES = """
CREATE TABLE budget_notices (
    workspace TEXT NOT NULL,
    investigation_id TEXT NOT NULL,
    noticed_seq INTEGER NOT NULL,
    spent_nano INTEGER NOT NULL,
    limit_nano INTEGER NOT NULL,
    ahead TEXT NOT NULL CHECK (json_valid(ahead)),
    PRIMARY KEY (workspace, investigation_id, noticed_seq),
    FOREIGN KEY (workspace, investigation_id) REFERENCES investigations ON DELETE CASCADE
) STRICT
"""

DRAWS = """
CREATE TABLE draws (
    workspace TEXT NOT NULL,
    draw_no INTEGER NOT NULL,
    day TEXT NOT NULL,
    channel TEXT NOT NULL,
    user_id TEXT NOT NULL,
    amount_nano INTEGER NOT NULL,
    PRIMARY KEY (workspace, draw_no)
) STRICT
"""

DRAWS_OF_DAY = "CREATE INDEX draws_of_day ON draws (workspace, day, channel, user_id, amount_nano)"

COLUMNS = (
    "ALTER TABLE costs ADD COLUMN tokens_cached INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE costs ADD COLUMN priced INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE steps ADD COLUMN remarks TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE steps ADD COLUMN allowance TEXT NOT NULL DEFAULT ''",
)


def change(db: Database) -> None:
    """Make the tables, what keeps a deletion whole, and add the columns."""
    for statement in (
        TAKEN_AGAIN,
        NOTICES,
        CALLS,
        PROMPTS,
        CONTEXTS,
        WORDS_READ,
        GO_ALONG,
        DRAWS,
        DRAWS_OF_DAY,
        *COLUMNS,
    ):
        db.execute(statement)
