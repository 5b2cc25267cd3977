"""A reading on its way into another process: whole, and what was worked out there is used for the agents that follow."""

import pickle
from dataclasses import replace
from typing import cast

import pytest

from agents.incident.reading import Reading
from agents.incident.scene import scene_of
from agents.sources.snapshot.lines import Lines
from tests.agents.changes.builders import change, reading


def arrived(sent: Reading) -> Reading:
    return cast(Reading, pickle.loads(pickle.dumps(sent)))


def test_a_reading_arrives_whole() -> None:
    sent = reading([change("v1")], lines=[(-60.0, "orders", "INFO", "ready")])
    assert arrived(sent) == sent


def test_agents_that_read_the_same_one_after_the_other_share_one_scene() -> None:
    first, second = reading([change("v1")]), replace(reading([change("v1")]), agent_id="network")
    scene = scene_of(arrived(first))
    assert scene_of(arrived(second)) is scene
    assert arrived(second).agent_id == "network"


def test_what_differs_in_anything_but_the_agent_is_looked_at_anew() -> None:
    scene = scene_of(arrived(reading([change("v1")])))
    assert scene_of(arrived(reading([change("v2")]))) is not scene
    assert scene_of(arrived(reading([change("v1")]))) is not scene, "only the last one is kept"


@pytest.mark.parametrize("line", [b' {"a": 1}', b'{"a": 1} ', b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16-le")])
def test_an_object_is_read_whatever_is_around_it(line: bytes) -> None:
    assert list(Lines(line)) == [{"a": 1}]


@pytest.mark.parametrize("line", [b'{"a": 1}{"b": 2}', b'{"a": 1} x', b'{"a": ', b'{"a": "\xff"}', b"[" * 100_000])
def test_half_a_line_is_not_taken_for_an_object(line: bytes) -> None:
    lines = Lines(line)
    assert list(lines) == []
    assert lines.unreadable == 1
