"""A reading on its way into another process: whole, and what was worked out there is used for the agents that follow."""

import json
import pickle
from array import array
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from agents.incident.reading import Once, Reading, read
from agents.incident.scene import Scene, scene_of
from agents.incident.sending import looked_at
from agents.sources.snapshot.lines import Lines
from orchestrator.model import Incident, MetricSeries, Observation, Signal
from tests.agents.changes.builders import change, level, reading
from tests.support.clock import NOON
from tests.support.telemetry import FixedTelemetry

T = TypeVar("T")


class Elsewhere:
    """Implements Compute in this process, with everything packed as for another one; notes what was sent and seen."""

    def __init__(self) -> None:
        self.bytes: list[int] = []

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        packed = pickle.dumps((function, arguments), protocol=5)
        self.bytes.append(len(packed))
        function, arguments = pickle.loads(packed)
        return function(*arguments)


SEEN: list[tuple[Reading, Scene]] = []


def look(arrived: Reading) -> tuple[Observation, ...]:
    SEEN.append((arrived, scene_of(arrived)))
    return ()


@pytest.fixture
def elsewhere() -> Elsewhere:
    SEEN.clear()
    return Elsewhere()


async def test_a_reading_arrives_whole(elsewhere: Elsewhere) -> None:
    sent = reading([change("v1")], lines=[(-60.0, "orders", "INFO", "ready")])
    await looked_at(elsewhere, look, sent)
    assert SEEN[0][0] == sent


async def test_agents_that_read_the_same_one_after_the_other_share_one_scene(elsewhere: Elsewhere) -> None:
    lines = [(float(at), "orders", "INFO", f"order {at}") for at in range(-60, 60)]
    first = reading([change("v1")], lines=lines)
    await looked_at(elsewhere, look, first)
    await looked_at(elsewhere, look, replace(first, agent_id="network", once=Once()))
    (one, scene), (other, again) = SEEN
    assert again is scene
    assert (one.agent_id, other.agent_id) == (first.agent_id, "network")
    assert other.logs == first.logs


async def test_telemetry_is_not_sent_again_to_where_it_is(elsewhere: Elsewhere) -> None:
    first = reading([change("v1")], lines=[(float(at), "orders", "INFO", f"order {at}") for at in range(-60, 60)])
    await looked_at(elsewhere, look, first)
    await looked_at(elsewhere, look, replace(first, agent_id="network"))
    assert elsewhere.bytes[1] < elsewhere.bytes[0] / 4


async def test_what_differs_in_anything_but_the_agent_is_looked_at_anew(elsewhere: Elsewhere) -> None:
    first, second = reading([change("v1")]), reading([change("v2")])
    for each in (first, second, first):
        await looked_at(elsewhere, look, each)
    (_, scene), (_, other), (whole, again) = SEEN
    assert other is not scene
    assert again is not scene, "only the last one is kept"
    assert whole == first


@pytest.mark.parametrize("line", [b' {"a": 1}', b'{"a": 1} ', b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16-le")])
def test_an_object_is_read_whatever_is_around_it(line: bytes) -> None:
    assert list(Lines(line)) == [{"a": 1}]


@pytest.mark.parametrize(
    "line",
    [
        b'{"a": 1e400}',
        b'{"a": -Infinity}',
        b'{"a": 123456789012345678901234567890}',
        b'{"a": 0.1234567890123456789}',
        b'{"a": "\\ud800"}',
        b'{"a": 1, "a": 2}',
        b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}",
    ],
)
def test_a_line_means_what_the_standard_library_says(line: bytes) -> None:
    assert list(Lines(line)) == [json.loads(line)]


@pytest.mark.parametrize("line", [b'{"a": 1}{"b": 2}', b'{"a": 1} x', b'{"a": ', b'{"a": "\xff"}', b"[" * 100_000])
def test_half_a_line_is_not_taken_for_an_object(line: bytes) -> None:
    lines = Lines(line)
    assert list(lines) == []
    assert lines.unreadable == 1


async def test_what_a_source_left_out_is_told_once_and_by_one_agent() -> None:
    points = level((70, 1.0))
    series = MetricSeries(
        "orders", "cpu", array("d", (NOON.timestamp() + 60.0 * n - 3600 for n in range(70))), array("d", points)
    )
    telemetry = FixedTelemetry(metrics=[series], left_out="a third of it").telemetry()
    incident = Incident(incident_id="INC-1", title="slow", start_time=NOON)
    told = {agent: (await read(agent, telemetry, incident, NOON)).missing for agent in ("application", "network")}
    in_part = {
        agent: [each.summary for each in missing if "in part" in each.summary] for agent, missing in told.items()
    }
    assert in_part == {
        "application": ["Metrics in part: a third of it", "Changes in part: a third of it"],
        "network": [],
    }
    assert {each.signal for each in told["network"]} == {Signal.LOG, Signal.TRACE}, (
        "where there is nothing, that is said"
    )
