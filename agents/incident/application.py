"""Application: logs, traces and metrics of services, and what was changed in them."""

from agents.incident.looking import look_at_application
from agents.incident.specialist import specialist
from agents.incident.territory import APPLICATION as AGENT_ID

APPLICATION = specialist(AGENT_ID, "Application", look_at_application)
