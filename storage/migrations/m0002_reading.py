"""Two views for people with a shell: the ranking with what was decided of it, and the spending in dollars.

Dollars are made of whole numbers, so that they are exact in every digit. What an agent's turns say they cost counts where
that is more than what the ledger has of it, for an agent may spend without an account.
"""

from sqlite_utils import Database

RANKING = """
CREATE VIEW ranking AS
SELECT hypotheses.workspace, hypotheses.investigation_id, investigations.incident_id, hypotheses.position AS rank,
    hypotheses.hypothesis_id, hypotheses.initial_confidence, hypotheses.agent_id, hypotheses.service,
    hypotheses.fault_kind, hypotheses.statement, decisions.verdict, decisions.decided_by_name, decisions.decided_at,
    decisions.reason
FROM hypotheses
JOIN investigations USING (workspace, investigation_id)
LEFT JOIN decisions USING (workspace, investigation_id, hypothesis_id)
WHERE hypotheses.listed_in = 'ranking'
"""

SPENDING = """
CREATE VIEW spending AS
SELECT workspace, investigation_id, agent_id, calls, tokens_in, tokens_out, nano,
    printf('%d.%09d', nano / 1000000000, nano % 1000000000) AS dollars
FROM (
    SELECT workspace, investigation_id, agent_id, sum(call) AS calls, sum(tokens_in) AS tokens_in,
        sum(tokens_out) AS tokens_out, max(sum(booked_nano), sum(told_nano)) AS nano
    FROM (
        SELECT workspace, investigation_id, agent_id, 1 AS call, tokens_in, tokens_out,
            amount_nano AS booked_nano, 0 AS told_nano
        FROM costs WHERE status <> 'released'
        UNION ALL
        SELECT workspace, investigation_id, agent_id, 0, 0, 0, 0, cost_nano FROM steps
    )
    GROUP BY workspace, investigation_id, agent_id
)
"""


def change(db: Database) -> None:
    """Make the views."""
    db.execute(RANKING)
    db.execute(SPENDING)
