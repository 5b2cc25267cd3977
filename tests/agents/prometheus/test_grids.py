"""The moments of a range query: whole multiples of the step, inside the window, never more than allowed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.prometheus.grids import grid_over
from orchestrator.model import Window
from tests.support.clock import NOON


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = NOON + timedelta(milliseconds=draw(st.integers(-(10**9), 10**9)))
    return Window(start=start, end=start + timedelta(milliseconds=draw(st.integers(0, 10**9))))


@given(windows(), st.integers(1, 600_000), st.integers(1, 11_000))
def test_every_moment_is_in_the_window_and_no_more_than_allowed(window: Window, step_ms: int, most: int) -> None:
    grid = grid_over(window, step_ms / 1000, most)
    assert grid.points <= most
    assert round(grid.step_s * 1000) % step_ms == 0
    assert round(grid.start * 1000) % round(grid.step_s * 1000) == 0
    if grid.points:
        assert window.start.timestamp() - 1e-4 <= grid.start
        assert grid.last < window.end.timestamp()
        assert grid.last + grid.step_s >= window.end.timestamp() - 1e-3


@given(windows(), st.integers(1000, 600_000), st.floats(0, 1))
def test_two_windows_side_by_side_have_the_moments_of_the_whole(window: Window, step_ms: int, share: float) -> None:
    most = 10**9
    middle = window.start + (window.end - window.start) * share
    whole = grid_over(window, step_ms / 1000, most)
    parts = [
        grid_over(Window(start=start, end=end), step_ms / 1000, most)
        for start, end in ((window.start, middle), (middle, window.end))
    ]
    assert whole.points == sum(each.points for each in parts)


def test_the_moments_can_be_listed() -> None:
    grid = grid_over(Window(start=NOON, end=NOON + timedelta(seconds=60)), 15, 100)
    assert [at - NOON.timestamp() for at in grid.times()] == [0, 15, 30, 45]


def test_a_step_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least a millisecond"):
        grid_over(Window(start=NOON, end=NOON), 0, 10)
