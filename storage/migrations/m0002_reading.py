"""Two views for people with a shell: the ranking with what was decided of it, and the spending in dollars.

Dollars are made of whole numbers, never of a division, so that they are exact in every digit.
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
SELECT workspace, investigation_id, agent_id, count(*) AS calls, sum(tokens_in) AS tokens_in,
    sum(tokens_out) AS tokens_out, sum(amount_nano) AS nano,
    printf('%d.%09d', sum(amount_nano) / 1000000000, sum(amount_nano) % 1000000000) AS dollars
FROM costs
WHERE status <> 'released'
GROUP BY workspace, investigation_id, agent_id
"""


def change(db: Database) -> None:
    """Make the views."""
    db.execute(RANKING)
    db.execute(SPENDING)
