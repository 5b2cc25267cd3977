"""What a model may look up while it thinks about an incident: a metric, log lines, a trace, a colleague's opinion.

The law: a lookup reads through the ports that plain analysis reads through, within the incident's two windows and its scope.
It writes nothing, follows no address, and is answered in two kilobytes at most, which say what was cut. "Nothing there"
is said with what was searched; a wish beyond that is refused with the rule and what would work.
"""

from agents.incident.lookups.offering import offered
from agents.incident.lookups.remit import Remit
from agents.incident.lookups.shelf import lookups

__all__ = ["Remit", "lookups", "offered"]
