"""Which lookups there are for one turn: only those that something can answer."""

from agents.incident.lookups.advice import advice_tool
from agents.incident.lookups.lines import lines_tool
from agents.incident.lookups.metric import metric_tool
from agents.incident.lookups.query import query_tool
from agents.incident.lookups.remit import Remit
from agents.incident.lookups.trace import trace_tool
from orchestrator.ports import Tool


def lookups(remit: Remit) -> tuple[Tool, ...]:
    """The tools to hand to a model. A recording understands no queries: what happened in it stands in no live store."""
    telemetry = remit.telemetry
    queries = None if remit.incident.recorded else telemetry.queries
    tools = (
        metric_tool(remit) if telemetry.metrics else None,
        lines_tool(remit) if telemetry.logs else None,
        trace_tool(remit) if telemetry.traces else None,
        advice_tool(remit, remit.desk) if remit.desk else None,
        query_tool(remit, queries) if queries and queries.languages else None,
    )
    return tuple(each for each in tools if each is not None)
