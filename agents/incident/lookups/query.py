"""A query in a live store's own language, for what no other lookup tells: checked by the source, and bounded there."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from agents.incident.lookups.metric import course, floats, summed
from agents.incident.lookups.remit import Remit, Wish
from agents.incident.lookups.text import fitted, nothing, partly, safe, said
from agents.incident.words import clock
from orchestrator.model import Logs, Metrics, MetricSeries, Window
from orchestrator.ports import Query, QuerySource, Tool

FEWER_POINTS = 8
DESCRIPTION = "Raw query, minutes around the start"


class QueryWish(Wish):
    """For lines the window begins with the incident."""

    language: Literal["promql", "logql"]
    expression: str
    minutes: int = 0


def query_tool(remit: Remit, queries: QuerySource) -> Tool:
    """The query, where some store understands one."""

    async def run(wish: QueryWish) -> str:
        return await look_up(remit, queries, wish)

    return Tool("query", DESCRIPTION, QueryWish, run)


async def look_up(remit: Remit, queries: QuerySource, wish: QueryWish) -> str:
    """The answer. Raises ParameterExtractionError for what may not be asked, SourceUnavailableError."""
    window = remit.around(wish.minutes)
    if wish.language == "logql":
        window = Window(start=remit.since.start, end=window.end)
    asked = Query(wish.language, wish.expression, window, remit.incident.scope)
    answer = await remit.answered(queries.query(asked), "The query's results")
    lines = _of_lines(answer) if isinstance(answer, Logs) else _of_series(answer, remit.split)
    told = list(lines)
    if not told:
        return nothing("the query has no result", answer.asked, answer.asked.window)
    head = f"{safe(answer.asked.query)}, {said(answer.asked.window)} UTC:"
    return fitted([head, *told, *partly(answer.asked)])


def _of_series(answer: Metrics, split: float) -> Iterator[str]:
    for each in answer.series:
        times, values = floats(each.times), floats(each.values)
        known = np.isfinite(values)
        times, values = times[known], values[known]
        if times.size:
            yield f"{_named(each)} before: {summed(values[times < split], '')}; since: {summed(values[times >= split], '')}"
            yield "course: " + ", ".join(course(times, values, "", FEWER_POINTS))


def _named(series: MetricSeries) -> str:
    labels = ", ".join(f"{name}={value}" for name, value in sorted(series.labels.items()))
    return safe(f"{series.metric}{{{labels}}}", 160)


def _of_lines(answer: Logs) -> Iterator[str]:
    columns = zip(answer.times, answer.services, answer.levels, answer.messages, strict=True)
    for at, service, level, message in columns:
        yield f"{clock(at // 1)} {safe(service, 60)} {level or '-'} {safe(message)}"
