"""What is left of the accuracy when telemetry is missing, torn or wrong, and what each part of it is worth.

    python -m bench.robustness --cases DIR --lab                         # every case, about 15 minutes on two cores
    python -m bench.robustness --cases DIR --sets petshop --every 5      # a quick look

Two tables. In the first the telemetry is spoilt, as in life; each row has a bound. In the second a part of the evidence
is taken away, to see what it is worth. The cases are those of the accuracy, spoilt in memory between reading and analysis.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agents.sources.snapshot import RecordedCase
from bench.crowd import crowded
from bench.investigating import Reader, ReaderOf, Run, Telling, investigate_all, plainly, say
from bench.known import Known, chosen, data_sets
from bench.scores import highest, score
from bench.variants import (
    half_of_the_rows,
    half_of_the_traces,
    read_changed,
    read_shuffled,
    skewed,
    traces_of_a_live_store,
    without_baseline,
    without_changes,
    without_logs,
    without_metrics,
    without_topology,
    without_traces,
)
from orchestrator.model import Observation

AHEAD_S = 5.0
MORE_SERVICES = 1000
FEW_POINTS = 5


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to spoil a case. `most`: what of AC@1 it may cost; `same`: nothing at all may change."""

    name: str
    reader_of: ReaderOf = plainly
    most: float | None = None
    same: bool = False
    telling: Telling | None = None


def changed(change: Callable[[RecordedCase], RecordedCase]) -> ReaderOf:
    """The same change for every case."""
    return lambda _case: partial(read_changed, change)


def skewed_reader(own: bool, case: Known) -> Reader:
    """The clock of the true service, or that of another one by chance, runs ahead."""
    others = sorted({*case.candidates} - {case.culprit}) or [case.culprit]
    service = case.culprit if own else random.Random(case.case_id).choice(others)
    return partial(read_changed, partial(skewed, service, AHEAD_S))


def without_calls(observation: Observation) -> Observation:
    """What was seen, without the calls that were seen with it."""
    return observation.model_copy(update={"calls": ()})


AS_IT_IS = Variant("as recorded")
SPOILT = (
    Variant("no logs", changed(without_logs)),
    Variant("no traces", changed(without_traces)),
    Variant("no metrics", changed(without_metrics)),
    Variant("no topology", changed(without_topology)),
    Variant("no changes", changed(without_changes)),
    Variant("lines shuffled", lambda _case: read_shuffled, same=True),
    Variant("half of the rows", changed(half_of_the_rows), most=0.10),
    Variant("half of the traces, each whole", changed(half_of_the_traces), most=0.10),
    Variant("240 traces, half of them of the incident", changed(traces_of_a_live_store), most=0.10),
    Variant("the true service's clock 5 s ahead", partial(skewed_reader, True), most=0.10),
    Variant("another service's clock 5 s ahead", partial(skewed_reader, False), most=0.10),
    Variant("1,000 more healthy services", changed(partial(crowded, MORE_SERVICES)), most=0.05),
)
TAKEN_AWAY = (
    Variant("who calls whom is not known at all", changed(without_topology), telling=without_calls),
    Variant("five points of metrics before it", changed(partial(without_baseline, FEW_POINTS))),
    Variant("nothing of the time before it", changed(partial(without_baseline, 0))),
)
PARTS = ("no logs", "no traces", "no metrics", "no changes")


def table(runs: Mapping[str, Sequence[Run]], rows: Sequence[Variant], cases: Sequence[Known]) -> str:
    """A row a variant: AC@1 of all and of each data set, what it costs, how many broke, and whether it holds its bound."""
    sets = data_sets(cases)
    lines = [
        f"| telemetry | AC@1 | cost | AC@3 | {' | '.join(sets)} | crashes | quiet | bound |",
        f"|---|{'---|' * (len(sets) + 6)}",
    ]
    plain = runs[AS_IT_IS.name]
    for variant in rows:
        found = runs[variant.name]
        first, third = _share(found), _share(found, column="AC@3")
        cells = [
            f"{first:.3f}",
            f"{_share(plain) - first:+.3f}",
            f"{third:.3f}",
            *(f"{_share([run for run in found if run.case.dataset == name]):.3f}" for name in sets),
            str(sum(run.broke for run in found)),
            _quiet(found),
            _verdict(variant, plain, found),
        ]
        lines.append(f"| {variant.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def differing(plain: Sequence[Run], found: Sequence[Run]) -> list[str]:
    """The cases whose answers are not the same in every name and every figure but the time they took."""
    pairs = zip(plain, found, strict=True)
    return [one.case.case_id for one, other in pairs if _timeless(one) != _timeless(other)]


def _timeless(run: Run) -> dict[str, object]:
    return {name: value for name, value in run.answer.items() if name != "seconds"}


def _share(runs: Sequence[Run], column: str = "AC@1") -> float:
    faults = [run for run in runs if not run.case.is_quiet]
    figures = score({run.case.case_id: run.answer for run in faults}, [run.case.truth for run in faults])
    return figures.get(column, 0.0)


def _quiet(runs: Sequence[Run]) -> str:
    claimed = [highest(run.answer) for run in runs if run.case.is_quiet]
    return f"{max(claimed):.2f}" if claimed else ""


def _verdict(variant: Variant, plain: Sequence[Run], found: Sequence[Run]) -> str:
    if variant.same:
        others = differing(plain, found)
        return f"NO: {', '.join(others)}" if others else "the same in every case"
    if variant.most is None:
        return ""
    return f"{'within' if _share(plain) - _share(found) <= variant.most + 1e-9 else 'NOT within'} {variant.most:.2f}"


async def all_runs(cases: Sequence[Known], variants: Sequence[Variant], jobs: int) -> dict[str, list[Run]]:
    """By the name of the variant: a run for each case."""
    runs: dict[str, list[Run]] = {}
    for variant in variants:
        found = await investigate_all(cases, reader_of=variant.reader_of, telling=variant.telling, jobs=jobs)
        # Only the answers are compared, and what was seen in hundreds of runs would fill the memory.
        runs[variant.name] = [run.lean() for run in found]
        say(f"{variant.name}: AC@1 {_share(found):.3f}")
    return runs


def measured(cases: Sequence[Known], jobs: int) -> tuple[str, str]:
    """Both tables: how robust, and what each part is worth."""
    runs = asyncio.run(all_runs(cases, (AS_IT_IS, *SPOILT, *TAKEN_AWAY), jobs))
    parts = [each for each in SPOILT if each.name in PARTS]
    return table(runs, (AS_IT_IS, *SPOILT), cases), table(runs, (AS_IT_IS, *parts, *TAKEN_AWAY), cases)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="What is left of the accuracy when telemetry is missing, torn or wrong."
    )
    parser.add_argument("--cases", type=Path, help="a folder of cases, each with its truth.json")
    parser.add_argument("--lab", action="store_true", help="the incidents that come with Compass")
    parser.add_argument("--sets", nargs="*", default=[], help="only these data sets")
    parser.add_argument("--every", type=int, default=1, help="one case in so many of each set (1)")
    parser.add_argument("--jobs", type=int, default=2, help="cases at once (2)")
    options = parser.parse_args(arguments)
    with chosen(options.cases, options.lab, options.sets, options.every) as cases:
        print("\n\n".join(measured(cases, options.jobs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
