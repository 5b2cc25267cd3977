"""Queries that somebody else wrote, against a Loki on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestServer

from agents.sources.loki import LokiQueries
from agents.sources.loki.queries import MOST_LINES
from agents.sources.wire import Limits, Server, ServerSettings
from orchestrator.model import Window
from orchestrator.ports import Query
from tests.agents.contract_queries import MINUTES, SHOP, Filled, QueryContract, labels_of
from tests.agents.loki.counterpart import Loki
from tests.support.clock import NOON, HurriedClock

SECOND = 10**9
START = round(NOON.timestamp()) * SECOND
FIVE = Window(start=NOON, end=NOON + timedelta(minutes=5))


@asynccontextmanager
async def asked(loki: Loki) -> AsyncIterator[LokiQueries]:
    async with TestServer(loki.app()) as served:
        found = ServerSettings("Loki", str(served.make_url("/")))
        async with Server(found, HurriedClock(), limits=Limits(per_second=1e6, at_once=4)) as server:
            yield LokiQueries(server)


def world() -> Loki:
    return Loki(
        [
            (START + at * 60 * SECOND, labels_of(each), f"minute {at}", {"level": "info"})
            for at in MINUTES
            for each in ("checkout", "other")
        ]
    )


@pytest.fixture
async def store() -> AsyncIterator[Filled]:
    async with asked(world()) as source:
        yield Filled(source, "logql", '{team="a"}', '{team=~".+"}')


class TestLokiQueries(QueryContract):
    """The contract, and what is LogQL's own."""

    async def test_line_filters_are_sent_as_they_were_written(self, store: Filled) -> None:
        answer = await store.source.query(Query("logql", '{team="a"} |= "minute 3"', FIVE, SHOP))
        assert answer.asked.query == '{team="a", namespace=~"(?i:Shop)|"} |= "minute 3"'
        assert list(answer.messages) == ["minute 3"]  # type: ignore[union-attr]

    async def test_lines_of_streams_that_do_not_tell_their_scope_are_kept(self) -> None:
        loki = world()
        loki.entries.append((START, {"service": "bare", "team": "a"}, "bare", {}))
        async with asked(loki) as source:
            answer = await source.query(Query("logql", '{team="a"}', FIVE, SHOP))
        assert set(answer.services) == {"checkout", "bare"}

    async def test_of_more_lines_the_first_come_back_and_it_says_so(self) -> None:
        loki = Loki([(START + at, labels_of("checkout"), f"line {at}", {}) for at in range(200)])
        async with asked(loki) as source:
            answer = await source.query(Query("logql", '{team="a"}', FIVE))
        assert list(answer.messages) == [f"line {at}" for at in range(MOST_LINES)]
        assert answer.asked.left_out == f"lines after the first {MOST_LINES}"
