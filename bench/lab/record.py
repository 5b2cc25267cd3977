"""Runs the shop, lets a fault happen and writes what was seen as a case.

The order of a run: database and services start, load warms them up, the baseline is recorded, the fault takes effect,
the fault is recorded, everything ends. A run whose baseline sets off an alert, or whose fault sets off none, is not
written: the first was not healthy, the second is not an incident.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.lab import snapshot
from bench.lab.alert import Alert, first_alert
from bench.lab.changes import Changes
from bench.lab.columns import Columns, Row
from bench.lab.database import Cluster
from bench.lab.exporter import DatabaseExporter
from bench.lab.faults import Fault, Stage
from bench.lab.fleet import Fleet
from bench.lab.observing import Hear, observing, prometheus_folder
from bench.lab.process import LabError, start_module
from bench.lab.scrape import Scraper
from bench.lab.shop.telemetry import isoformat, wall_clock
from bench.lab.topology import CANDIDATES, DATABASE

INTERVAL_S = 5.0
ASKED_BY_HAND = "asked by hand: is the shop slow?"


@dataclass(frozen=True)
class Plan:
    """How long and how hard to run."""

    baseline_s: float = 360
    fault_s: float = 210
    warm_up_s: float = 75
    journeys_per_s: float = 4.0
    prometheus: bool = False
    sampling: float = 0.2
    seed: int = 1


@dataclass
class Recording:
    """The rows of a run and when they were taken."""

    times: list[float] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@asynccontextmanager
async def running_shop(folder: Path, plan: Plan, core: int | None) -> AsyncIterator[tuple[Stage, Scraper]]:
    """The whole shop under load; everything it started has ended when this is left."""
    async with AsyncExitStack() as stack:
        cluster = Cluster(folder, core)
        stack.push_async_callback(cluster.aclose)
        await cluster.open()
        fleet = Fleet(folder, cluster.port, plan.sampling)
        stack.push_async_callback(fleet.aclose)
        await fleet.open()
        watcher = await cluster.connect(server_settings={"application_name": "exporter"})
        stack.callback(watcher.terminate)
        arguments = [str(fleet.edge_port), str(plan.seed), str(plan.journeys_per_s)]
        load = await start_module("bench.lab.load", arguments, folder / "load.err")
        stack.push_async_callback(load.stop)
        stage = Stage(fleet, cluster, Changes())
        stack.push_async_callback(stage.aclose)
        yield stage, Scraper(fleet, DatabaseExporter(watcher, cluster.pid))


async def watch(scraper: Scraper, columns: Columns, seconds: float, hear: Hear) -> Recording:
    """Scrape every 5 s for some time; `hear` is told what was scraped."""
    recording, loop = Recording(), asyncio.get_running_loop()
    due = loop.time() + INTERVAL_S
    while len(recording.rows) < round(seconds / INTERVAL_S):
        await asyncio.sleep(max(0.0, due - loop.time()))
        recording.times.append(wall_clock())
        scrapes = await scraper.collect(INTERVAL_S)
        hear(scrapes, INTERVAL_S)
        recording.rows.append(columns.row(scrapes, INTERVAL_S))
        due += INTERVAL_S
    return recording


async def direct(stage: Stage, fault: Fault, plan: Plan) -> None:
    """Let the distractions and the fault happen when they are due, a little off the scrapes."""

    async def at(seconds: float, deed: Any) -> None:
        await asyncio.sleep(seconds)
        await deed(stage)

    inject_at = plan.baseline_s + INTERVAL_S * 0.4
    deeds = [(max(3.0, inject_at + d.offset_s), d.happen) for d in fault.distractions]
    await asyncio.gather(at(inject_at, fault.inject), *(at(seconds, deed) for seconds, deed in deeds))


async def record(fault: Fault, plan: Plan, out: Path, incident_id: str | None = None) -> Path:
    """Record one fault into `out/INCIDENT_ID/`; raises LabError when the run is not worth keeping."""
    with tempfile.TemporaryDirectory(prefix="compass-lab-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        target = out / (incident_id or fault.incident_id)
        async with (
            running_shop(folder, plan, fault.core) as (stage, scraper),
            observing(stage, prometheus_folder(target) if plan.prometheus else None) as hear,
        ):
            columns = Columns()
            await watch(scraper, columns, plan.warm_up_s, hear)
            begin = wall_clock()
            async with asyncio.TaskGroup() as group:
                group.create_task(direct(stage, fault, plan))
                watching = group.create_task(watch(scraper, columns, plan.baseline_s + plan.fault_s, hear))
            recording = watching.result()
            server_log = snapshot.read_lines([stage.cluster.log])
            database_log = list(snapshot.database_logs(server_log, DATABASE))
        case = _case(fault, stage, recording, begin, target.name)
        _write(target, folder, case, fault, recording, stage, database_log)
    return target


def _case(fault: Fault, stage: Stage, recording: Recording, begin: float, incident_id: str) -> dict[str, Any]:
    if stage.start is None:
        raise LabError(f"{fault.name} never took effect; its inject() must call stage.began()")
    alert = first_alert(recording.rows)
    fired = recording.times[alert.index] if alert else None
    _judge(fault, fired, stage.start)
    symptom = alert.symptom if alert else ASKED_BY_HAND
    return {
        "case_id": incident_id,
        "incident_id": incident_id,
        "dataset": "lab",
        "system": "Compass lab shop",
        "recorded": True,
        "environment": "lab",
        "title": symptom[:1].upper() + symptom[1:],
        "severity": alert.rule.severity if alert else "SEV4",
        "start_time": isoformat(stage.start),
        "alert_time": isoformat(fired or stage.start),
        "end_time": isoformat(recording.times[-1]),
        "affected_service": "gateway",
        "symptom": symptom,
        "symptom_from_source": True,
        "alert": _alert_record(alert, fired),
        "candidate_services": list(CANDIDATES),
        "metric_interval_s": INTERVAL_S,
        "baseline_start": isoformat(begin),
        "baseline_end": isoformat(stage.start - 0.001),
        "baseline_shift_s": 0,
        "modalities": {"metrics": True, "logs": True, "traces": True, "changes": True},
    }


def _judge(fault: Fault, fired: float | None, start: float) -> None:
    harmless = fault.truth["root_cause_service"] == "none"
    if fired is not None and (harmless or fired < start):
        raise LabError(f"{fault.name}: an alert fired while nothing was wrong; is the machine busy? Record it again")
    if fired is None and not harmless:
        raise LabError(f"{fault.name}: no alert fired; a fault nobody notices is no incident, make it last or stronger")


def _alert_record(alert: Alert | None, fired: float | None) -> dict[str, Any] | None:
    if alert is None or fired is None:
        return None
    return {
        "service": "gateway",
        "monitor": alert.rule.monitor,
        "metric": alert.rule.metric.split("__")[1],
        "threshold": alert.rule.threshold,
        "observed": round(alert.observed, 1),
        "fired_at": isoformat(fired),
        "severity": alert.rule.severity,
        "summary": alert.symptom,
    }


def _write(
    target: Path,
    folder: Path,
    case: dict[str, Any],
    fault: Fault,
    recording: Recording,
    stage: Stage,
    database_log: list[dict[str, Any]],
) -> None:
    target.mkdir(parents=True, exist_ok=True)
    begin, end = str(case["baseline_start"]), str(case["end_time"])
    logs = [record for record in snapshot.read_lines(folder.glob("logs-*.jsonl")) if record["service"] in CANDIDATES]
    spans = [span for span in snapshot.read_lines(folder.glob("spans-*.jsonl")) if span["service"] in CANDIDATES]
    snapshot.write_json(target / "case.json", case)
    snapshot.write_metrics(target / "metrics.csv", recording.times, recording.rows)
    snapshot.write_lines(target / "logs.jsonl", snapshot.select_logs(logs + database_log, begin, end))
    snapshot.write_lines(target / "traces.jsonl", snapshot.select_traces(spans, begin, end))
    snapshot.write_json(target / "changes.json", stage.changes.record())
    snapshot.write_json(target / "truth.json", {"case_id": case["case_id"], **fault.truth})
