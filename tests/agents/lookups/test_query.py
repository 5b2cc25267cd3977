"""A query in a store's own language: offered for live incidents only, and answered in few words."""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agents.incident.lookups import Remit, lookups
from agents.sources.queries import Queries
from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Asked, Logs, Metrics, MetricSeries, Scope
from orchestrator.ports import Query
from tests.agents.lookups.world import as_sent, look, remit_of, tools_of, with_telemetry
from tests.support.clock import NOON


class Store:
    """Implements QuerySource: answers what it was told, and keeps what it was asked."""

    def __init__(self, languages: Sequence[str] = ("promql", "logql")) -> None:
        self.languages = tuple(languages)
        self.asked: list[Query] = []
        self.empty = False

    async def query(self, asked: Query) -> Metrics | Logs:
        self.asked.append(asked)
        told = Asked("prometheus", asked.expression, asked.window)
        if self.empty:
            return Metrics(told)
        at = NOON.timestamp()
        if asked.language == "logql":
            return Logs(told, array("d", [at]), ("orders",), ("ERROR",), ("boom token=abc123def",), ("",))
        times = array("d", [at - 60, at, at + 60])
        return Metrics(told, (MetricSeries("orders", "up", times, array("d", [1, 1, 0]), labels={"pod": "a"}),))


async def live(folder: Path, store: Store) -> Remit:
    remit = with_telemetry(await remit_of(folder), queries=Queries(lambda: [store]))
    incident = remit.incident.model_copy(update={"recorded": False, "scope": Scope(namespace="shop")})
    return replace(remit, incident=incident)


async def test_a_series_is_told_before_and_since_with_its_course(tmp_path: Path) -> None:
    store = Store()
    told = await look(await live(tmp_path, store), "query", language="promql", expression="up", minutes=5)
    assert told.splitlines()[1] == (
        "up{pod=a} before: min 1, median 1, max 1 (1 points); since: min 0, median 0.5, max 1 (2 points)"
    )
    assert told.splitlines()[2] == "course: 11:59 1, 12:00 1, 12:01 0"
    (asked,) = store.asked
    assert (asked.window.start, asked.window.end) == (NOON - timedelta(minutes=5), NOON + timedelta(minutes=5))
    assert asked.scope.namespace == "shop"


async def test_lines_are_masked_and_begin_with_the_incident(tmp_path: Path) -> None:
    store = Store()
    told = await look(await live(tmp_path, store), "query", language="logql", expression='{app="orders"}')
    assert told.splitlines()[1] == "12:00 orders ERROR boom token=<secret>"
    assert store.asked[0].window.start == NOON


async def test_no_result_is_told_with_what_was_searched(tmp_path: Path) -> None:
    store = Store()
    store.empty = True
    told = await look(await live(tmp_path, store), "query", language="promql", expression="up")
    assert told.startswith("Nothing there: the query has no result. Searched prometheus (up), 11:40–12:10 UTC")


async def test_a_recording_takes_no_queries_and_neither_does_a_store_that_cannot_check_them(tmp_path: Path) -> None:
    remit = await live(tmp_path, Store())
    recorded = replace(remit, incident=remit.incident.model_copy(update={"recorded": True}))
    assert "query" in tools_of(remit)
    assert "query" not in tools_of(recorded)
    assert "query" not in tools_of(await live(tmp_path, Store(languages=())))


async def test_a_language_that_no_store_understands_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ParameterExtractionError, match="no store understands that") as refused:
        await look(await live(tmp_path, Store(["promql"])), "query", language="logql", expression='{app="a"}')
    assert refused.value.example == "promql"


async def test_the_tool_for_queries_is_small(tmp_path: Path) -> None:
    (tool,) = (each for each in lookups(await live(tmp_path, Store())) if each.name == "query")
    assert len(as_sent(tool)) <= 300
