"""The engine beside the limit, a journal written by hand, and well-known peers: the same tasks, in one run, taking turns.

    make bench-engine                             # all of it, into docs/performance.md
    python -m bench.engine --only bare engine     # some of it, printed

Each contestant is a process that waits until it is asked. They take turns with every workload, and a turn lasts a quarter of a
second at least, so that other work on the machine weighs on all of them alike; figures are medians of turns, and ratios are of
medians. Everything is on the same disk, and SQLite synchronises fully.
"""

import argparse
import importlib.util
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.contestants import CONTESTANTS, Contestant
from bench.contestants.workloads import WORKLOADS
from bench.engine_use import used
from bench.investigating import say
from bench.pages import with_sections

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
PACKAGES = {
    "langgraph": "langgraph",
    "langgraph-sqlite": "langgraph-checkpoint-sqlite",
    "dask": "distributed",
    "dbos": "dbos",
}
LIMIT, HAND_MADE = "bare", "journal"

QUICK_TURNS = 3
"""So many turns in every round for who needs little time."""


class Turn(NamedTuple):
    """Seconds by the clock, and seconds of the CPU, which other work on the machine lengthens far less."""

    clock: float
    cpu: float


Turns = Mapping[str, Mapping[str, Sequence[Turn]]]
"""Every turn, by workload and contestant."""


class Asked:
    """A contestant that waits in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._answer()

    def turn(self, workload: str) -> Turn:
        """How long it took this time."""
        assert self._process.stdin is not None
        print(workload, file=self._process.stdin, flush=True)
        return Turn(*map(float, self._answer().split()))

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args} ended: {self._process.wait()}")
        return line.strip()


@contextmanager
def asked(name: str) -> Iterator[Asked]:
    """That contestant, ready."""
    command = [sys.executable, "-m", "bench.contestants.worker", name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield Asked(process)
        finally:
            process.kill()


def raced(names: Sequence[str], rounds: int) -> dict[str, dict[str, list[Turn]]]:
    """Every workload by everybody, in turns."""
    quick = [each.name for each in CONTESTANTS if not each.needs]
    times: dict[str, dict[str, list[Turn]]] = {workload: {name: [] for name in names} for workload in WORKLOADS}
    with ExitStack() as stack:
        there = {name: stack.enter_context(asked(name)) for name in names}
        for number in range(rounds):
            for workload in WORKLOADS:
                for name in [name for name in names if name in quick] * (QUICK_TURNS - 1) + [*names]:
                    times[workload][name].append(there[name].turn(workload))
            say(f"round {number + 1} of {rounds}; load {os.getloadavg()[0]:.1f}")
    return times


def missing() -> list[Contestant]:
    """Those that are not installed."""
    return [each for each in CONTESTANTS if each.needs and not _found(each.needs)]


def _found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def table(times: Turns, measure: str = "clock") -> str:
    """A row a contestant: milliseconds, and how many times the limit. `measure` is a field of `Turn`."""
    titles = [each.title for each in WORKLOADS.values()]
    lines = [f"| | {' | '.join(titles)} |", "|---|" + "---|" * len(titles)]
    for each in CONTESTANTS:
        if all(each.name in by_name for by_name in times.values()):
            cells = [_cell(by_name, each.name, measure) for by_name in times.values()]
            lines.append(f"| {each.title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _middle(turns: Sequence[Turn], measure: str = "clock") -> float:
    return median(getattr(each, measure) for each in turns)


def _cell(by_name: Mapping[str, Sequence[Turn]], name: str, measure: str) -> str:
    seconds = _middle(by_name[name], measure)
    shown = f"{seconds * 1000:,.0f} ms" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"
    if name == LIMIT or LIMIT not in by_name:
        return shown
    ratio = seconds / _middle(by_name[LIMIT], measure)
    return f"{shown}, {ratio:,.{0 if ratio >= 10 else 1 if ratio >= 2 else 2}f} ×"


def spread(times: Turns) -> str:
    """How far apart the runs were, so that nobody reads more into a ratio than there is."""
    rounds = sorted({len(turns) for by in times.values() for turns in by.values()})
    wide = max(_widest(turns) for by in times.values() for turns in by.values())
    counted = " to ".join(str(number) for number in dict.fromkeys([rounds[0], rounds[-1]]))
    return f"{counted} turns of each; the longest of one's turns took at most {wide:.1f} times as long as its shortest."


def _widest(turns: Sequence[Turn]) -> float:
    seconds = [each.clock for each in turns]
    return max(seconds) / min(seconds)


def beside_the_journal(times: Turns) -> str:
    """The stored engine against the journal written by hand."""
    ratios = {
        WORKLOADS[workload].title: _middle(by["stored"]) / _middle(by[HAND_MADE])
        for workload, by in times.items()
        if "stored" in by and HAND_MADE in by
    }
    told = ", ".join(f"{ratio:.2f} × on {title}" for title, ratio in ratios.items())
    return f"The stored engine takes, beside the minimal journal: {told}." if told else ""


def machine() -> str:
    """What it was measured on, and how busy that was."""
    versions = [
        f"{PACKAGES[each.name]} {version(PACKAGES[each.name])}" for each in CONTESTANTS if each.name in PACKAGES
    ]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    about = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}", *versions]
    return f"{os.cpu_count()} cores, load {load} (1, 5, 15 minutes); {', '.join(about)}."


def notes() -> str:
    """How each is run."""
    return "\n".join(f"- {each.title}: {each.aside}." for each in CONTESTANTS)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="The engine beside the limit and its peers.")
    known = [each.name for each in CONTESTANTS]
    parser.add_argument("--only", nargs="*", choices=known, default=known, help="these contestants (all)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (5)")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/performance.md")
    options = parser.parse_args(arguments)
    absent = [each.name for each in missing() if each.name in options.only]
    if absent and options.write:
        parser.error(f"not installed: {', '.join(absent)}; `make bench-engine` installs them")
    for name in absent:
        say(f"{name} is not installed and left out")
    times = raced([name for name in known if name in options.only and name not in absent], options.rounds)
    cpu = "The same in CPU time of the whole process, which other work on the machine lengthens far less:"
    figures = [table(times), spread(times), beside_the_journal(times), cpu, table(times, "cpu")]
    print("\n\n".join(each for each in figures if each))
    if options.write:
        text = "\n\n".join(["```console\n$ make bench-engine\n```", *figures, machine(), notes(), used()])
        PAGE.write_text(with_sections(PAGE.read_text(), {"engine": text}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
