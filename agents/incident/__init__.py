"""The team of the main job: application, database and network look into one incident, each at its own telemetry.

The law: an agent asks its sources once, for the incident and the time before it, and hands what it got to pure analysis
in another process. It says what stands out, what does not, and what it could not look at. What explains the whole is
reasoned from the stored observations of all agents alone, so that a run goes on after a crash as if nothing had been.
"""

from agents.incident.team import INCIDENT_TEAM

__all__ = ["INCIDENT_TEAM"]
