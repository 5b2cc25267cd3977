"""Network: links and hosts, the gaps on the edges between services, and the logs that tell of connections."""

from agents.incident.looking import look_at_network
from agents.incident.specialist import specialist
from agents.incident.territory import NETWORK as AGENT_ID

NETWORK = specialist(AGENT_ID, "Network", look_at_network)
