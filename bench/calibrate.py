"""Fit how strength becomes confidence, and keep it as data with where it comes from.

    python -m bench.calibrate --cases DIR --lab             # fit, and say how it would do on a system it does not know
    python -m bench.calibrate --cases DIR --lab --write     # keep it in agents/incident/calibration.json

Examples are the suspects of every known incident, with who was the cause; and those of the quiet time before each, where
nobody was. Data sets whose cause is a change are left out, and systems weigh alike, however many incidents they have. What
counts is the figure on the left: fitted on the other systems, measured on the one that was left out. Whoever writes an
analysis looks at the incidents there are, so it is right about these more often than about others. Therefore confidence is
also measured, and never fitted, on the same incidents with telemetry missing or torn, where the analysis is wrong more often.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.incident import calibration
from agents.incident.calibration import FILE, Calibration, bounds, confidences, features, loudness
from agents.incident.suspects import suspects
from bench.investigating import Run, investigate_all, say
from bench.known import Known, chosen, data_sets
from bench.scores import brier, calibration_error, reliability
from bench.variants import (
    before_the_fault,
    half_of_the_rows,
    read_changed,
    without_logs,
    without_topology,
    without_traces,
)
from orchestrator.clock import SystemClock

DATA = Path(calibration.__file__).with_name(FILE)
OTHERS_COUNT, OTHERS = 1 / 3, 3
SPOILT = (half_of_the_rows, without_logs, without_traces, without_topology)
QUIET_COUNTS = 1.0
RIDGE = 0.003
STEPS, LONGEST_STEP, STEEPEST, TINY = 500, 0.5, 30.0, 1e-9
METHOD = "logistic regression between a floor and a ceiling, systems weigh alike, no weight but the bias below zero"

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One investigation: its suspects' strengths, strongest first, which of them was the cause, and how much was heard."""

    system: str
    case_id: str
    quiet: bool
    spoilt: bool
    strengths: tuple[float, ...]
    right: tuple[bool, ...]
    heard: float

    @property
    def found(self) -> bool:
        """Whether the first suspect was the cause."""
        return bool(self.right) and self.right[0]

    def first(self, by: Calibration) -> float:
        """The confidence of the first suspect; 0 for none."""
        return next(iter(confidences(self.strengths, self.heard, by)), 0.0)


def example(run: Run) -> Example:
    """What there is to learn from one run."""
    found, case = suspects(run.observations), run.case
    culprit = case.culprit.casefold()
    return Example(
        case.dataset,
        case.case_id,
        case.is_quiet,
        False,
        tuple(each.confidence for each in found),
        tuple(not case.is_quiet and each.service.casefold() == culprit for each in found),
        loudness(run.observations),
    )


async def collected(cases: Sequence[Known], jobs: int) -> list[Example]:
    """An example of every case, and one of the quiet time before it. Those that are alike in every figure count once."""
    faults = [case for case in cases if not case.is_quiet]
    before = partial(read_changed, before_the_fault)
    found = [example(run) for run in await investigate_all(cases, jobs=jobs)]
    for change in SPOILT:
        torn = partial(read_changed, change)
        runs = await investigate_all(faults, reader_of=lambda _case, torn=torn: torn, jobs=jobs)
        found += [replace(example(run), spoilt=True) for run in runs if not run.broke]
    quiet = [example(run) for run in await investigate_all(faults, reader_of=lambda _case: before, jobs=jobs)]
    nobody = [replace(each, quiet=True, right=(False,) * len(each.right)) for each in quiet]
    return [*found, *{(each.system, each.strengths, each.heard): each for each in nobody}.values()]


def fitted(examples: Sequence[Example]) -> Calibration:
    """The weights that make these examples likeliest, but for the spoilt; a weight that would fall below zero stays there."""
    table = _table([each for each in examples if not each.spoilt])
    free = list(range(table.seen.shape[1]))
    while True:
        weights = np.zeros(table.seen.shape[1])
        weights[free] = _likeliest(replace(table, seen=table.seen[:, free]))
        below = [at for at in free if at > 0 and weights[at] < 0]
        if not below:
            return Calibration(*(round(float(each), 4) for each in weights))
        free.remove(min(below, key=lambda at: weights[at]))


@dataclass(frozen=True, slots=True)
class _Table:
    """A row a suspect: what the mapping looks at, whether it was the cause, how much it counts, and its bounds."""

    seen: Values
    right: Values
    counts: Values
    least: Values
    most: Values


def _likeliest(table: _Table) -> Values:
    """Fisher scoring with a small ridge, on the very mapping that is used: between a floor and a ceiling."""
    held = RIDGE * np.array([0.0] + [1.0] * (table.seen.shape[1] - 1))
    weights, room = np.zeros(table.seen.shape[1]), table.most - table.least
    for _ in range(STEPS):
        share = 1.0 / (1.0 + np.exp(-np.clip(table.seen @ weights, -STEEPEST, STEEPEST)))
        likely, slope = table.least + room * share, room * share * (1.0 - share)
        told = table.counts * slope / (likely * (1.0 - likely))
        uphill = table.seen.T @ (told * (table.right - likely)) - held * weights
        bend = (table.seen * (told * slope)[:, None]).T @ table.seen + np.diag(held + TINY)
        step = np.clip(np.linalg.solve(bend, uphill), -LONGEST_STEP, LONGEST_STEP)
        weights = weights + step
        if float(np.abs(step).max()) < TINY:
            break
    return weights


def _table(examples: Sequence[Example]) -> _Table:
    of = Counter((each.system, each.quiet) for each in examples)
    rows, right, counts, limits = [], [], [], []
    for each in examples:
        share = (QUIET_COUNTS if each.quiet else 1.0) / of[each.system, each.quiet]
        for place, strength in enumerate(each.strengths[: 1 + OTHERS]):
            rows.append((1.0, *features(strength, each.strengths[0], each.heard, first=place == 0)))
            right.append(float(each.right[place]))
            counts.append(share * (OTHERS_COUNT if place else 1.0))
            limits.append(bounds(strength, first=place == 0))
    return _Table(np.array(rows), np.array(right), np.array(counts), *np.array(limits).T)


def left_out(examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """By system, and for all together: how confidence does there when it was fitted on the other systems."""
    stated: dict[str, list[tuple[float, bool]]] = {}
    torn: list[tuple[float, bool]] = []
    for system in sorted({each.system for each in examples if not each.quiet}):
        by = fitted([each for each in examples if each.system != system])
        here = [each for each in examples if each.system == system]
        stated[system] = _stated(here, by)
        torn += _stated(here, by, spoilt=True)
    together = [pair for pairs in stated.values() for pair in pairs]
    rows = [*stated.items(), ("all", together), *([("all, telemetry missing or torn", torn)] if torn else [])]
    return {name: _figures(pairs) for name, pairs in rows}


def _stated(examples: Iterable[Example], by: Calibration, *, spoilt: bool = False) -> list[tuple[float, bool]]:
    """The confidence of the first suspect and whether it was right, of incidents as recorded, or of spoilt ones."""
    return [(each.first(by), each.found) for each in examples if not each.quiet and each.spoilt is spoilt]


def _figures(pairs: Sequence[tuple[float, bool]]) -> dict[str, float]:
    right = sum(found for _, found in pairs) / len(pairs)
    figures = {
        "incidents": float(len(pairs)),
        "right": right,
        "confidence": sum(stated for stated, _ in pairs) / len(pairs),
        "ECE": calibration_error(pairs),
        "Brier": brier(pairs),
        "Brier of the best constant": right * (1.0 - right),
    }
    return {name: round(value, 4) for name, value in figures.items()}


def provenance(examples: Sequence[Example], by: Calibration, commit: str, date: str) -> dict[str, Any]:
    """The data that is kept: the weights, and everything needed to judge them."""
    faults = Counter(each.system for each in examples if not each.quiet and not each.spoilt)
    spoilt = Counter(each.system for each in examples if each.spoilt)
    quiet = Counter(each.system for each in examples if each.quiet)
    return {
        "weights": asdict(by),
        "method": METHOD,
        "command": "python -m bench.calibrate --cases CASES --lab --write",
        "date": date,
        "commit": commit,
        "systems": {
            name: {"incidents": faults[name], "spoilt": spoilt[name], "quiet": quiet[name]} for name in sorted(faults)
        },
        "quiet_above_the_bar": sum(each.first(by) > 0.3 for each in examples if each.quiet),
        "fitted_on_all": _figures(_stated(examples, by)),
        "fitted_on_the_others": left_out(examples),
    }


def figures_told(data: Mapping[str, Any]) -> str:
    """The figures of what is kept, as a page has them: each system as the one that was left out, and all as fitted."""
    columns = ("incidents", "right", "confidence", "ECE", "Brier", "Brier of the best constant")
    rows = {**data["fitted_on_the_others"], "none, as kept": data["fitted_on_all"]}
    lines = [f"| left out | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for name, row in rows.items():
        lines.append(f"| {name} | {row['incidents']:.0f} | {' | '.join(f'{row[each]:.3f}' for each in columns[1:])} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fit how strength becomes confidence.")
    parser.add_argument("--cases", type=Path, help="a folder of cases, each with its truth.json")
    parser.add_argument("--lab", action="store_true", help="the incidents that come with Compass")
    parser.add_argument("--sets", nargs="*", default=["nezha-tt", "petshop", "sockshop", "lab"], help="only these sets")
    parser.add_argument("--jobs", type=int, default=2, help="cases at once (2)")
    parser.add_argument("--write", action="store_true", help=f"keep it in {FILE}")
    options = parser.parse_args(arguments)
    with chosen(options.cases, options.lab, options.sets) as cases:
        if len(data_sets(cases)) < 2:
            parser.error("it takes the incidents of two systems at least, to leave one out: --cases DIR, and --lab")
        examples = asyncio.run(collected(cases, options.jobs))
    by = fitted(examples)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    data = provenance(examples, by, commit.strip(), SystemClock().now().date().isoformat())
    for each in examples:
        if each.quiet and each.first(by) > 0.3:
            say(f"quiet, but above the bar: {each.system} {each.case_id} {each.first(by):.2f}")
    faults = _stated(examples, by)
    print(f"{figures_told(data)}\n\n{reliability(faults)}")
    if options.write:
        DATA.write_text(json.dumps(data, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
