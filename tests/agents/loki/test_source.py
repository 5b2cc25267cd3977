"""Logs from Loki: whole where they fit, the same share of every minute where they do not, and narrowed where it refuses."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from agents.sources.catalogue import Corrections
from agents.sources.loki import LokiLimits
from agents.sources.snapshot.times import seconds
from agents.sources.wire import ServerError
from orchestrator.model import Scope, Window
from orchestrator.ports import Lookup, Telemetry
from tests.agents.cases import CaseBuilder, reference_case
from tests.agents.contract_sources import Filled, LogContract
from tests.agents.loki.counterpart import Entry, Loki, asking
from tests.support.clock import NOON

SECOND = 10**9
START = round(NOON.timestamp()) * SECOND


def entries_of(case: CaseBuilder, label: str) -> list[Entry]:
    """A case's lines: the level as structured metadata, the trace as Loki's own agent would attach it."""
    return [
        (
            round(seconds(each["ts"]) * 1e6) * 1000,
            {label: each["service"], "cluster": "c1"},
            each["message"],
            {"level": each["level"]} | ({"trace_id": each["trace_id"]} if "trace_id" in each else {}),
        )
        for each in case.logs
    ]


@pytest.fixture(params=["service_name", "app", "job"])
async def filled(request: pytest.FixtureRequest) -> AsyncIterator[Filled]:
    case = reference_case()
    async with asking(Loki(entries_of(case, request.param)), LokiLimits(page=7)) as source:
        yield Filled(Telemetry(logs=source), case)


class TestLokiSource(LogContract):
    """Whatever label names the service, and with pages so small that many are needed."""


def lookup(start: float = -3600, end: float = 600, **more: object) -> Lookup:
    window = Window(start=NOON + timedelta(seconds=start), end=NOON + timedelta(seconds=end))
    return Lookup("INC-7", window, **more)  # type: ignore[arg-type]


def lines(service: str, moments: range, text: str = "x" * 100) -> list[Entry]:
    return [(START + at * SECOND + 1, {"service_name": service}, f"{text} {at}", {}) for at in moments]


async def test_lines_of_one_moment_are_neither_lost_nor_doubled_between_pages() -> None:
    same = [(START + at // 5 * SECOND, {"app": "a"}, f"line {at}", {}) for at in range(40)]
    async with asking(Loki(list(same)), LokiLimits(page=7)) as source:
        logs = await source.read_logs(lookup())
    assert sorted(logs.messages) == sorted(line for _, _, line, _ in same)
    assert logs.asked.left_out == ""


async def test_a_moment_with_more_lines_than_an_answer_may_have_is_told() -> None:
    flood = [(START, {"app": "a"}, f"line {at}", {}) for at in range(20)]
    async with asking(Loki([*flood, *lines("a", range(1, 3))], most=100), LokiLimits(page=7)) as source:
        logs = await source.read_logs(lookup())
    assert 7 <= len(logs) < 20
    assert "lines of moments with more lines than one answer may have" in logs.asked.left_out


async def test_a_smaller_limit_of_the_server_is_found_out_once_and_kept_to() -> None:
    loki = Loki(lines("a", range(-1200, 0)), most=1000)
    async with asking(loki) as source:
        logs = await source.read_logs(lookup())
        await source.read_logs(lookup(-1000, 0))
    assert len(logs) == 1200
    limits = [int(asked["limit"]) for what, asked in loki.asked if "direction" in asked]
    assert limits.count(5000) == 1
    assert set(limits[1:]) == {1000}


async def test_a_window_longer_than_a_query_may_be_is_read_in_parts() -> None:
    async with asking(Loki(lines("a", range(-3600, 600, 10)), longest=900 * SECOND)) as source:
        logs = await source.read_logs(lookup())
    assert len(logs) == 420
    assert list(logs.times) == sorted(logs.times)
    assert logs.asked.left_out == ""


@pytest.mark.parametrize("volumes", [True, False], ids=["by volume", "by count"])
async def test_what_does_not_fit_is_read_in_the_same_share_before_and_after_also_in_a_storm(volumes: bool) -> None:
    calm, storm = lines("loud", range(-3600, 0)), lines("loud", range(600)) * 10
    loki = Loki([*calm, *storm, *lines("quiet", range(-3600, 600, 60))], volumes=volumes)
    async with asking(loki, LokiLimits(bytes=450_000)) as source:
        logs = await source.read_logs(lookup())
    split = NOON.timestamp()
    loud = Counter(at >= split for at, service in zip(logs.times, logs.services, strict=True) if service == "loud")
    assert logs.services.count("quiet") == 70, "what is little is read whole"
    assert 0 < loud[False] < 3600
    before, after = loud[False] / 3600, loud[True] / 6000
    assert before == pytest.approx(after, rel=0.25), "a tenfold rate still shows as tenfold"
    assert "lines of loud: one part in" in logs.asked.left_out
    assert "evenly spread" in logs.asked.left_out


async def test_an_affected_service_gets_the_larger_part() -> None:
    loki = Loki([*lines("shown", range(-3600, 600)), *lines("other", range(-3600, 600))])
    async with asking(loki, LokiLimits(bytes=400_000)) as source:
        logs = await source.read_logs(lookup(affected=("shown",)))
    shown, other = logs.services.count("shown"), logs.services.count("other")
    assert shown > 1.5 * other > 0


async def test_where_the_server_cannot_say_how_much_there_is_a_limit_still_leaves_an_even_part() -> None:
    loki = Loki(lines("a", range(-3600, 600)), refuses=("index/volume",))
    count, loki.volumes = loki.query_range, True

    def no_counts(request: object) -> object:
        if "count_over_time" in request.query["query"]:  # type: ignore[attr-defined]
            return count.__self__.labels(request)  # no matrix: not readable
        return count(request)  # type: ignore[arg-type]

    loki.query_range = no_counts  # type: ignore[assignment, method-assign]
    async with asking(loki, LokiLimits(lines=1000, stretches=40)) as source:
        logs = await source.read_logs(lookup())
    assert 1000 <= len(logs) < 2000
    thirds = Counter(int((at - (NOON.timestamp() - 3600)) // 1400) for at in logs.times)
    assert min(thirds.values()) > 0.4 * max(thirds.values())
    assert "stretches of time, evenly spread" in logs.asked.left_out


async def test_streams_that_different_labels_name_are_all_read_and_each_once() -> None:
    entries = [
        (START - 3 * SECOND, {"service_name": "orders", "app": "orders-x"}, "one", {}),
        (START - 2 * SECOND, {"app": "Pay_Service"}, "two", {}),
        (START - 1 * SECOND, {"pod": "cart-7d9f8b6c5d-x2x4z"}, "three", {}),
        (START, {"filename": "/var/log/x"}, "nobody's", {}),
    ]
    async with asking(Loki(entries)) as source:
        logs = await source.read_logs(lookup())
    assert list(zip(logs.services, logs.messages, strict=True)) == [
        ("orders", "one"),
        ("pay-service", "two"),
        ("cart", "three"),
    ]


async def test_lines_of_another_environment_are_not_read() -> None:
    entries = [(START, {"app": "orders", "env": env}, f"from {env}", {}) for env in ("prod", "test")]
    async with asking(Loki(entries)) as source:
        assert (await source.read_logs(lookup(scope=Scope(environment="PROD")))).messages == ("from prod",)
        assert len(await source.read_logs(lookup(scope=Scope(environment="dev")))) == 0


async def test_the_environment_that_is_meant_where_nobody_says_otherwise_comes_from_the_corrections() -> None:
    entries = [(START, {"app": "orders", "env": env}, f"from {env}", {}) for env in ("prod", "test")]
    async with asking(Loki(entries), corrections=Corrections(scope=Scope(environment="prod"))) as source:
        assert (await source.read_logs(lookup())).messages == ("from prod",)
        assert (await source.read_logs(lookup(scope=Scope(environment="test")))).messages == ("from test",)
        assert (await source.overview(lookup().window)).mixed == ()


async def test_a_list_of_streams_that_is_too_long_costs_only_what_other_labels_name() -> None:
    async with asking(Loki(lines("a", range(5)), refuses=("series",))) as source:
        logs = await source.read_logs(lookup())
    assert len(logs) == 5
    assert "the list of streams could not be read" in logs.asked.left_out


async def test_a_server_that_is_down_is_no_empty_answer() -> None:
    async with asking(Loki(lines("a", range(5)), refuses=("labels",))) as source:
        with pytest.raises(ServerError, match="Loki did not answer a list of labels"):
            await source.read_logs(lookup())


async def test_three_agents_ask_once() -> None:
    loki = Loki(lines("a", range(5)))
    async with asking(loki) as source:
        first = await source.read_logs(lookup())
        asked = len(loki.asked)
        assert await source.read_logs(lookup()) == first
    assert len(loki.asked) == asked


async def test_the_services_that_print_something_are_listed_for_people() -> None:
    entries = [(START, {"app": "orders", "env": env}, "x", {}) for env in ("prod", "test")]
    async with asking(Loki(entries)) as source:
        found = await source.overview(lookup().window)
    assert [(each.name, [str(scope) for scope in each.scopes]) for each in found.services] == [
        ("orders", ["prod", "test"])
    ]
    assert found.stores[0].holds == "2 streams of 1 services"
    assert found.mixed == ("prod", "test")
