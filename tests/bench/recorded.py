"""A small recorded case, made by hand: two services, a minute of healthy time, a minute of trouble, every ten seconds."""

import json
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agents.sources.snapshot import RecordedCase
from agents.sources.snapshot.logs import LogColumns
from agents.sources.snapshot.sheet import CaseSheet
from agents.sources.snapshot.times import moment
from agents.sources.snapshot.traces import SpanColumns
from bench.known import Known
from orchestrator.model import Incident, MetricSeries

START = 1_000_000.0
SPLIT = START + 60.0
TIMES = tuple(START + 10.0 * step for step in range(12))
HEALTHY = (1.0, 2.0, 3.0, 2.0, 1.0, 2.0)
TROUBLE = (9.0, 9.5, 9.0, 8.0, 9.0, 9.0)


def series(service: str, metric: str, values: Sequence[float], times: Sequence[float] = TIMES) -> MetricSeries:
    return MetricSeries(service, metric, array("d", times), array("d", values))


def recorded(**more: Any) -> RecordedCase:
    incident = Incident(
        incident_id="INC-9",
        title="slow",
        start_time=moment(SPLIT),
        baseline_start=moment(START),
        end_time=moment(TIMES[-1] + 1.0),
        recorded=True,
    )
    services = tuple("ab"[step % 2] for step in range(12))
    ids = tuple(f"{step:02}" for step in range(12))
    given: dict[str, Any] = {
        "sheet": CaseSheet("case-9", incident, ("a", "b", "c"), (("b", "a"),)),
        "series": (series("a", "cpu", (*HEALTHY, *TROUBLE)), series("b", "cpu", (*HEALTHY, *HEALTHY))),
        "logs": LogColumns(array("d", TIMES), services, ("INFO",) * 12, tuple(f"line {n}" for n in ids), ("",) * 12),
        "spans": SpanColumns(
            array("d", TIMES),
            array("d", (5.0,) * 12),
            ids,
            ids,
            ("",) * 12,
            services,
            ("GET /",) * 12,
            ("",) * 12,
            ("",) * 12,
        ),
        "changes": (),
        "left_out": dict.fromkeys(("metrics.csv", "logs.jsonl", "traces.jsonl", "changes.json"), ""),
    }
    return RecordedCase(**given | more)


def known(culprit: str = "a", location: Path = Path("case-9"), dataset: str = "small") -> Known:
    return Known("case-9", location, dataset, {"case_id": "case-9", "root_cause_service": culprit}, ("a", "b", "c"))


def write_known(folder: Path, culprit: str = "a", dataset: str = "small") -> Path:
    """The same case as a folder, with its truth."""
    folder.mkdir(parents=True)
    case = recorded()
    sheet = {
        "case_id": folder.name,
        "dataset": dataset,
        "start_time": SPLIT,
        "end_time": TIMES[-1],
        "candidate_services": ["a", "b", "c"],
        "dependencies": [["b", "a"]],
    }
    (folder / "case.json").write_text(json.dumps(sheet))
    (folder / "truth.json").write_text(json.dumps({"case_id": folder.name, "root_cause_service": culprit}))
    columns = zip(TIMES, *(each.values for each in case.series), strict=True)
    rows = "".join(f"{','.join(map(str, row))}\n" for row in columns)
    (folder / "metrics.csv").write_text(f"timestamp,a__cpu,b__cpu\n{rows}")
    lines = zip(TIMES, case.logs.services, case.logs.messages, strict=True)
    told = "".join(json.dumps({"ts": at, "service": name, "message": text}) + "\n" for at, name, text in lines)
    (folder / "logs.jsonl").write_text(told)
    return folder
