"""How Compass asks telemetry servers over HTTP: within limits, politely, and with every failure in words of our own.

The law: a source says what it wants to know and gets the answer, read, or a ServerError. Logins, tenants, certificates,
retries, rates, the switch that stops all queries and the count of what was asked are settled here, once for all servers.
"""

from agents.sources.wire.exchange import Params, new_session
from agents.sources.wire.replies import UnreadableError, parsed
from agents.sources.wire.server import Server
from agents.sources.wire.settings import ServerSettings
from agents.sources.wire.switch import Switch
from agents.sources.wire.throttle import Limits
from agents.sources.wire.together import answers_to
from agents.sources.wire.troubles import ServerError, Trouble, trouble
from orchestrator.tally import Tally, count, counting

__all__ = [
    "Limits",
    "Params",
    "Server",
    "ServerError",
    "ServerSettings",
    "Switch",
    "Tally",
    "Trouble",
    "UnreadableError",
    "answers_to",
    "count",
    "counting",
    "new_session",
    "parsed",
    "trouble",
]
