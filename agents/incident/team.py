"""The incident team, in the order in which its agents work."""

from agents.incident.application import APPLICATION
from agents.incident.database import DATABASE
from agents.incident.network import NETWORK
from orchestrator.ports import TeamSpec

INCIDENT_TEAM = TeamSpec(name="incident", agents=(APPLICATION, DATABASE, NETWORK))
