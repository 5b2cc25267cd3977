"""The race: everybody does every task in an order that the graph allows; the figures are what was measured."""

import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench import engine
from bench.contestants import CONTESTANTS, Contestant
from bench.contestants.bare import Journal
from bench.contestants.workloads import CONCURRENCY, WARM_UP, WORKLOADS, Workload, chains, layered
from bench.engine import Turn, beside_the_journal, raced, spread, table
from bench.engine_use import bytes_a_task

HERE = [each for each in CONTESTANTS if not each.needs]
TIMES = {
    workload: {
        "bare": [Turn(0.01, 0.1), Turn(0.02, 0.1), Turn(0.03, 0.1)],
        "stored": [Turn(0.3, 0.2), Turn(0.9, 0.2), Turn(0.6, 0.2)],
        "journal": [Turn(0.4, 0.3), Turn(0.4, 0.3), Turn(0.8, 0.3)],
    }
    for workload in WORKLOADS
}


def test_the_workloads_are_those_that_are_promised() -> None:
    assert {each.name: len(each.after) for each in WORKLOADS.values()} == {
        "noop": 1000,
        "dag": 1000,
        "chains": 300,
        "sleep": 64,
    }
    dag = WORKLOADS["dag"]
    assert [len(layer) for layer in dag.layers()] == [100] * 10
    assert {len(set(needed)) for name, needed in dag.after.items() if name not in dag.layers()[0]} == {3}
    assert [len(layer) for layer in WORKLOADS["chains"].layers()] == [100] * 3
    assert CONCURRENCY == 8


@pytest.mark.parametrize("workload", [layered("", "", 4, 9), chains("", "", 3, 3)])
def test_an_order_of_layers_and_the_tasks_behind_say_the_same_as_the_graph(workload: Workload) -> None:
    done: set[str] = set()
    for layer in workload.layers():
        assert all(set(workload.after[name]) <= done for name in layer)
        done |= set(layer)
    behind = workload.behind()
    assert {(a, b) for b, needed in workload.after.items() for a in needed} == {
        (a, b) for a in behind for b in behind[a]
    }


@pytest.mark.parametrize("workload", WARM_UP.values(), ids=lambda each: each.name)
@pytest.mark.parametrize("contestant", HERE, ids=lambda each: each.name)
async def test_who_takes_part_does_every_task(contestant: Contestant, workload: Workload, tmp_path: Path) -> None:
    module, _, attribute = contestant.place.partition(":")
    prepare = getattr(importlib.import_module(f"bench.contestants.{module}"), attribute)
    async with prepare(workload, tmp_path) as run:
        assert await run() == len(workload.after)
    assert bool(list(tmp_path.glob("*.db"))) is contestant.stored


async def test_the_minimal_journal_tells_only_of_what_is_stored(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    await journal.keep("a", "made")
    with closing(sqlite3.connect(tmp_path / "journal.db")) as beside:
        assert beside.execute("SELECT * FROM results").fetchall() == [("a", '"made"')]
    journal.close()


class Scripted:
    """A contestant that takes the next second each time."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012 - one list for all of a test

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> "Scripted":
        return self

    def __exit__(self, *_: object) -> None: ...

    def turn(self, workload: str) -> Turn:
        self.asked.append((self.name, workload))
        return Turn(len(self.asked), 0.0)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    monkeypatch.setattr(engine, "asked", Scripted)
    Scripted.asked.clear()
    yield Scripted.asked
    Scripted.asked.clear()


def test_they_take_turns_with_every_workload(scripted: list[tuple[str, str]]) -> None:
    times = raced(["bare", "dask"], rounds=2)
    one_round = [(name, workload) for workload in WORKLOADS for name in ("bare", "bare", "bare", "dask")]
    assert scripted == one_round * 2
    assert [turn.clock for turn in times["dag"]["dask"]] == [8, 24]
    assert [turn.clock for turn in times["dag"]["bare"]] == [5, 6, 7, 21, 22, 23]


def test_the_table_has_medians_and_how_many_times_the_limit_they_are() -> None:
    lines = table(TIMES).splitlines()
    assert lines[2] == "| bare `TaskGroup` |" + " 20.0 ms |" * 4
    assert lines[3] == "| this engine, stored |" + " 600 ms, 30 × |" * 4
    assert lines[4] == "| minimal journal |" + " 400 ms, 20 × |" * 4
    assert len(lines) == 5
    assert table(TIMES, "cpu").splitlines()[4] == "| minimal journal |" + " 300 ms, 3.0 × |" * 4


def test_the_stored_engine_is_told_beside_the_journal_and_the_spread_beside_all() -> None:
    assert "1.50 × on 1,000 no-ops" in beside_the_journal(TIMES)
    assert beside_the_journal({"noop": {"bare": [Turn(1, 1)]}}) == ""
    assert spread(TIMES).startswith("3 turns of each; the longest of one's turns took at most 3.0 times")


async def test_a_task_takes_less_than_two_kilobytes() -> None:
    assert 0 < await bytes_a_task(1000) < 2048
