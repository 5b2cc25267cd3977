"""Compass beside two published rankings of metrics, on the same cases, in the same run, on the same machine.

    python -m bench.peers --cases DIR --lab

BARO: Pham, Ha, Zhang, "BARO: Robust Root Cause Analysis for Microservices via Multivariate Bayesian Online Change Point
Detection", FSE 2024 (doi 10.1145/3660805), its robust scorer: (x - median) / IQR of the healthy time, the highest value of
the incident. N-sigma: the same with mean and standard deviation, as that paper and RCAEval (Pham et al., WWW 2025) run it.
As theirs: a gap keeps the value before it, a series that is constant before or after is left out, a spread of zero counts
as one, and what is called `mem` is counted in megabytes. Both are told when the healthy time ends, as Compass is; a service
ranks by its best metric. Own implementations.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.sources.snapshot import RecordedCase, read_case
from bench.investigating import investigate_all
from bench.known import Known, chosen, data_sets
from bench.scores import Line, score, table

MEGABYTE = 1e6

Values = NDArray[np.float64]
Spread = Callable[[Values], tuple[float, float]]


def median_and_iqr(healthy: Values) -> tuple[float, float]:
    """The middle and the distance between the quartiles."""
    low, middle, high = np.percentile(healthy, [25, 50, 75])
    return float(middle), float(high - low)


def mean_and_deviation(healthy: Values) -> tuple[float, float]:
    """The mean and the standard deviation of a population."""
    return float(healthy.mean()), float(healthy.std())


PEERS: Mapping[str, Spread] = {"BARO": median_and_iqr, "N-sigma": mean_and_deviation}


def highest_deviation(healthy: Values, incident: Values, spread: Spread) -> float:
    """How far the highest value of the incident lies above the middle of the healthy time, in its spreads."""
    middle, width = spread(healthy)
    return float((incident.max() - middle) / (width or 1.0))


def ranked(case: RecordedCase, spread: Spread) -> list[str]:
    """Services by their best metric, those among which the cause is sought first."""
    split = case.sheet.incident.window(case.sheet.incident.start_time).start.timestamp()
    best: dict[str, float] = {}
    for series in case.series:
        times, values = np.asarray(series.times), without_gaps(np.asarray(series.values))
        values = values / MEGABYTE if series.metric.endswith("mem") else values
        healthy, incident = values[times < split], values[times >= split]
        if min(healthy.size, incident.size) and min(np.ptp(healthy), np.ptp(incident)) > 0:
            found = highest_deviation(healthy, incident, spread)
            best[series.service] = max(found, best.get(series.service, -np.inf))
    order = sorted(best, key=lambda service: (-best[service], service))
    sought = case.sheet.candidates
    return sorted(order, key=lambda service: bool(sought) and service not in sought)


def without_gaps(values: Values) -> Values:
    """Each gap filled with the value before it, and zero where there is none."""
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(values.size)))
    return np.where(last >= 0, values[np.maximum(last, 0)], 0.0)


def answer(case: Known, spread: Spread) -> Line:
    """The line of a case, reading included."""
    began = time.perf_counter()
    order = ranked(read_case(case.location), spread)
    return {"case_id": case.case_id, "ranked": order, "seconds": time.perf_counter() - began}


def compared(cases: Sequence[Known], compass: Mapping[str, Line]) -> str:
    """The table: a row for each method on each data set; `compass` are its answers to the same cases."""
    answers: dict[str, Mapping[str, Line]] = {"Compass": compass}
    for name, spread in PEERS.items():
        answers[name] = {case.case_id: answer(case, spread) for case in cases}
    rows = {
        f"{dataset}: {name}": _figures(lines, [case for case in cases if case.dataset == dataset])
        for dataset in data_sets(cases)
        for name, lines in answers.items()
    }
    return table(rows)


def _figures(lines: Mapping[str, Line], cases: Sequence[Known]) -> dict[str, float]:
    figures = score(lines, [case.truth for case in cases])
    return {name: figures[name] for name in ("n", "AC@1", "AC@3", "seconds_mean") if name in figures}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compass beside BARO and N-sigma on the same cases.")
    parser.add_argument("--cases", type=Path, help="a folder of cases, each with its truth.json")
    parser.add_argument("--lab", action="store_true", help="the incidents that come with Compass")
    parser.add_argument("--jobs", type=int, default=1, help="cases of Compass at once (1)")
    options = parser.parse_args(arguments)
    with chosen(options.cases, options.lab) as cases:
        faults = [case for case in cases if not case.is_quiet]
        runs = asyncio.run(investigate_all(faults, jobs=options.jobs))
        print(compared(faults, {run.case.case_id: run.answer for run in runs}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
