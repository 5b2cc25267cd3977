"""Recordings beside live stores, and the links that lead to what was asked."""

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from agents.sources.beside import Beside
from agents.sources.grafana import Grafana
from agents.sources.snapshot import SnapshotLibrary
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Asked, Metrics, Topology, Window
from orchestrator.ports import Lookup, Telemetry
from tests.agents.cases import InlineCompute, reference_case
from tests.support.clock import NOON

WINDOW = Window(start=NOON - timedelta(minutes=5), end=NOON)
RECORDED, GOING_ON = Lookup("inc-7", WINDOW), Lookup("INC-8", WINDOW)


class LiveMetrics:
    async def read_metrics(self, lookup: Lookup) -> Metrics:
        return Metrics(Asked("live", "everything", lookup.window))


@pytest.fixture
def library(tmp_path: Path) -> SnapshotLibrary:
    reference_case().write(tmp_path / "INC-7")
    return SnapshotLibrary([tmp_path], InlineCompute())


async def test_what_was_recorded_is_read_from_its_recording_and_everything_else_live(library: SnapshotLibrary) -> None:
    both = Beside(library, lambda: Telemetry(metrics=LiveMetrics()))
    assert (await both.read_metrics(RECORDED)).asked.source == "snapshot"
    assert (await both.read_metrics(GOING_ON)).asked.source == "live"
    assert len(await both.read_logs(RECORDED)) > 0
    assert len(await both.read_spans(RECORDED)) > 0
    assert (await both.read_changes(RECORDED)).changes
    assert (await both.read_topology(RECORDED)).services == ("gateway", "orders")


async def test_what_no_server_is_set_up_for_is_unavailable_and_not_empty(library: SnapshotLibrary) -> None:
    both = Beside(library, Telemetry)
    for read, what in (
        (both.read_metrics, "metrics"),
        (both.read_logs, "logs"),
        (both.read_spans, "traces"),
        (both.read_changes, "changes"),
    ):
        with pytest.raises(SourceUnavailableError, match=what):
            await read(GOING_ON)
    assert await both.read_topology(GOING_ON) == Topology()


class LiveNames:
    async def read_names(self, lookup: Lookup) -> tuple[str, ...]:
        return ("checkout",)


async def test_services_are_named_by_the_recording_or_by_what_is_live(library: SnapshotLibrary) -> None:
    both = Beside(library, lambda: Telemetry(names=LiveNames()))
    assert set(await both.read_names(RECORDED)) == {"gateway", "orders"}
    assert set(await both.read_names(GOING_ON)) == {"checkout"}
    assert set(await Beside(library, Telemetry).read_names(GOING_ON)) == set()


async def test_sources_that_open_later_are_asked_when_they_are_there(library: SnapshotLibrary) -> None:
    live = Telemetry()
    both = Beside(library, lambda: live)
    live = Telemetry(metrics=LiveMetrics())
    assert (await both.read_metrics(GOING_ON)).asked.source == "live"


@pytest.mark.parametrize(("store", "key"), [("prometheus", "expr"), ("loki", "expr"), ("tempo", "query")])
def test_a_link_shows_the_query_over_its_window(store: str, key: str) -> None:
    query = 'rate(x_total{path="/a b", name=~"ö|&"}[1m])'
    link = Grafana("https://grafana.example.com/ops/", store, "uid-1").link(query, WINDOW)
    address = urlsplit(link)
    assert (address.netloc, address.path) == ("grafana.example.com", "/ops/explore")
    pane = json.loads(parse_qs(address.query)["panes"][0])["compass"]
    assert pane["queries"][0][key] == query
    assert pane["queries"][0]["datasource"] == {"type": store, "uid": "uid-1"}
    assert (int(pane["range"]["to"]) - int(pane["range"]["from"])) / 1000 == 300


def test_without_grafana_there_are_no_links() -> None:
    assert Grafana().link("up", WINDOW) == ""
