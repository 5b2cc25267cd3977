"""What every store that takes queries keeps to: nothing outside of the window and the scope, little back, refusals unsent.

A test class inherits from it and provides the fixture `store`, filled with the lines or points of two services, "checkout"
in namespace "shop" and "other" in "billing", one a minute from half an hour before noon until ten minutes after.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Logs, Metrics, Scope, Window
from orchestrator.ports import Query, QuerySource
from orchestrator.tally import counting
from tests.support.clock import NOON

MINUTES = range(-30, 10)
SHOP = Scope(namespace="Shop")


@dataclass
class Filled:
    """`all_of` asks for everything that there is, `forbidden` for what may not be asked."""

    source: QuerySource
    language: str
    all_of: str
    forbidden: str


class QueryContract:
    """The law of the port."""

    async def test_it_names_the_language_that_it_understands(self, store: Filled) -> None:
        assert list(store.source.languages) == [store.language]

    async def test_nothing_outside_of_the_window_comes_back(self, store: Filled) -> None:
        window = Window(start=NOON, end=NOON + timedelta(minutes=5))
        times, _ = told(await store.source.query(Query(store.language, store.all_of, window, step_s=60)))
        assert times
        assert all(window.start.timestamp() <= each < window.end.timestamp() for each in times)

    async def test_nothing_of_another_scope_comes_back(self, store: Filled) -> None:
        window = Window(start=NOON, end=NOON + timedelta(minutes=5))
        _, services = told(await store.source.query(Query(store.language, store.all_of, window, SHOP, 60)))
        assert services == {"checkout"}
        _, everybody = told(await store.source.query(Query(store.language, store.all_of, window, step_s=60)))
        assert everybody == {"checkout", "other"}

    async def test_it_says_what_was_sent(self, store: Filled) -> None:
        window = Window(start=NOON, end=NOON + timedelta(minutes=5))
        answer = await store.source.query(Query(store.language, store.all_of, window, SHOP, 60))
        assert "(?i:Shop)" in answer.asked.query

    async def test_what_may_not_be_asked_is_not_sent(self, store: Filled) -> None:
        window = Window(start=NOON, end=NOON + timedelta(minutes=5))
        with counting() as asked, pytest.raises(ParameterExtractionError):
            await store.source.query(Query(store.language, store.forbidden, window))
        assert asked.queries == 0

    async def test_what_is_asked_is_counted(self, store: Filled) -> None:
        window = Window(start=NOON, end=NOON + timedelta(minutes=5))
        with counting() as asked:
            await store.source.query(Query(store.language, store.all_of, window))
        assert asked.queries == 1
        assert asked.read_bytes > 0

    async def test_an_empty_answer_is_one_too(self, store: Filled) -> None:
        before = NOON - timedelta(days=3)
        answer = await store.source.query(
            Query(store.language, store.all_of, Window(start=before, end=before + timedelta(minutes=5)))
        )
        assert told(answer) == ([], set())


def told(answer: Metrics | Logs) -> tuple[list[float], set[str]]:
    """When and of whom."""
    if isinstance(answer, Logs):
        return list(answer.times), set(answer.services)
    return [at for each in answer.series for at in each.times], {each.service for each in answer.series}


def labels_of(service: str) -> dict[str, Any]:
    """As both stores hold them."""
    return {"service": service, "namespace": "shop" if service == "checkout" else "billing", "team": "a"}
