"""Database: databases, caches, queues and pools, and what their clients say of them."""

from agents.incident.looking import look_at_database
from agents.incident.specialist import specialist
from agents.incident.territory import DATABASE as AGENT_ID

DATABASE = specialist(AGENT_ID, "Database", look_at_database)
