"""The picture of a signal: the same bytes each time, and none where it cannot be drawn."""

import struct
import sys

import pytest

from bot import chart
from bot.chart import Drawing, can_draw, draw, drawing_of
from orchestrator.model import Sketch
from tests.slack import scene

pytest.importorskip("matplotlib")


def drawing() -> Drawing:
    made = drawing_of(scene.POOL.model_copy(update={"observation_id": "o3"}), scene.INCIDENT)
    assert made is not None
    return made


def test_the_same_drawing_gives_the_same_bytes() -> None:
    first, second = draw(drawing()), draw(drawing())
    assert first == second
    assert first is not None
    assert first.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", first[16:24]) == (900, 360)
    assert b"matplotlib" not in first.lower()


def test_baseline_and_onset_come_from_the_incident_and_the_fact() -> None:
    made = drawing()
    assert made.healthy == (scene.INCIDENT.baseline().start.timestamp(), scene.INCIDENT.baseline().end.timestamp())
    assert made.onset == scene.POOL.onset.timestamp() if scene.POOL.onset else False
    assert made.footnote == "RECORDED DATA"
    assert draw(made) != draw(Drawing(made.title, made.unit, made.times, made.values))


def test_hostile_titles_gaps_and_flat_lines_are_drawn() -> None:
    times = tuple(float(n) for n in range(10))
    for values in ((1.0, None) * 5, (3.0,) * 10, (float("inf"), 1.0) * 5):
        assert draw(Drawing("$\\frac{$ 支付 😀 \x00" * 20, "$", times, values, (100.0, 50.0), 999.0))
    assert draw(Drawing("", "", (1.0, 1.0), (1.0, 1.0), (0.0, 2.0), 1.0))


def test_a_sketch_without_a_line_is_not_drawn() -> None:
    for sketch in (None, Sketch(label="x"), Sketch(label="x", times=(1.0, 2.0), values=(None, 3.0))):
        assert drawing_of(scene.POOL.model_copy(update={"sketch": sketch}), scene.INCIDENT) is None


def test_without_matplotlib_there_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(chart.importlib.util, "find_spec", lambda _: None)
    assert not can_draw()
    assert draw(drawing()) is None
