"""The same incident twice: from its recorded folder, and from live servers that hold the same telemetry.

    python -m bench.live                  # every packaged recording, and those that a real Prometheus scraped
    python -m bench.live --only INC-125   # one of them
    python -m bench.live --scraped DIR    # others that one scraped (`bench.lab record NAME --out DIR --prometheus`)
    python -m bench.live --write          # write the tables into docs/sources.md

A real Prometheus is filled with the recording's metrics (or started over what it scraped while the incident happened), and
a real qryn, which speaks the APIs of Loki and Tempo, with its logs and spans. Compass is told of the deploys and pointed at
the servers by its settings alone, as in an incident of yesterday: `since=` and `until=`, the service where it showed, and
nothing else of the recording. What both ways name first is compared, and what the live one cost the servers is counted.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pytest

from agents.sources.snapshot import packaged_recordings, read_case
from agents.sources.wire import counting
from bench.accuracy import ROOT
from bench.known import unpack
from bench.lab.observing import prometheus_folder
from bench.lab.process import LabError
from bench.lab.prometheus import DATA, fill, serving
from bench.pages import with_sections
from bot.bootstrap import Compass
from bot.settings import ServerAccess, Settings, load_settings
from orchestrator.events import InvestigationView
from orchestrator.model import Change, Incident, Origin, Person
from orchestrator.parameters import Parameters
from orchestrator.ports import EVERYWHERE
from storage import MemoryStore
from tests.support.qryn import Qryn, real_qryn
from tests.support.replay import replay

PAGE = ROOT / "docs" / "sources.md"
SCRAPED = Path(__file__).with_name("lab") / "scraped"
WORKSPACE = "live"
QRYN_STARTS = 3


@dataclass(frozen=True)
class First:
    """What a run named first ("" for nobody), and what it took. Bytes as they were unpacked."""

    service: str
    kind: str
    confidence: float
    seconds: float
    queries: int = 0
    read_bytes: int = 0

    @property
    def told(self) -> str:
        return f"{self.service}, {self.kind} ({self.confidence:.2f})" if self.service else "nobody"


@dataclass(frozen=True)
class Twice:
    """One incident, both ways."""

    incident_id: str
    folder: First
    live: First

    @property
    def same(self) -> bool:
        """Whether both name the same service and the same kind of fault first."""
        return (self.folder.service, self.folder.kind) == (self.live.service, self.live.kind)


async def both_ways(case: Path, scraped: Path | None = None) -> Twice:
    """Investigate the case of that folder from its files, and from servers filled with it (or over what one `scraped`)."""
    recorded = Compass(alone(), cases=[case], own_recordings=False, store=MemoryStore())
    (incident,) = await recorded.incidents.known()
    incident = await recorded.incidents.find(incident.incident_id) or incident
    folder, _ = await first_of(recorded, Parameters(incident_id=incident.incident_id))
    async with servers(case, scraped) as settings:
        program = Compass(settings, own_recordings=False, store=MemoryStore())
        live, _ = await first_of(program, asked(incident), read_case(case).changes)
    return Twice(incident.incident_id, folder, live)


@asynccontextmanager
async def servers(case: Path, scraped: Path | None = None) -> AsyncIterator[Settings]:
    """Settings that point at real servers with the telemetry of that case, for as long as this lasts."""
    async with AsyncExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compass-live-")))
        if scraped is None:
            fill(work / "prometheus", case)
        prometheus = await stack.enter_async_context(serving(scraped or work / "prometheus"))
        qryn = stack.enter_context(logs_and_traces(case, work))
        urls = {"prometheus": f"{prometheus.url}/", "loki": qryn.url, "tempo": qryn.url}
        yield alone().model_copy(update={name: ServerAccess(url=url) for name, url in urls.items()})


@contextmanager
def logs_and_traces(case: Path, work: Path) -> Iterator[Qryn]:
    """A qryn that holds them; raises LabError where it is not installed, or does not start."""
    recorded = read_case(case)
    with ExitStack() as stack:
        server = started_qryn(stack, work)
        replay(recorded.logs, recorded.spans, server)
        yield server


def started_qryn(stack: ExitStack, work: Path) -> Qryn:
    """One that answers; on a busy machine it sometimes needs another attempt."""
    for attempt in range(QRYN_STARTS):
        folder = work / f"qryn-{attempt}"
        folder.mkdir()
        try:
            return stack.enter_context(real_qryn(folder))
        except pytest.skip.Exception as missing:
            raise LabError(str(missing)) from missing
        except AssertionError as late:
            print(f"live: {str(late).splitlines()[0]} trying again", file=sys.stderr)
    raise LabError(f"qryn did not start in {QRYN_STARTS} attempts; is the machine busy?")


def alone() -> Settings:
    """Settings without anybody's servers or recordings."""
    nobody = {"cases": (), **dict.fromkeys(("prometheus", "loki", "tempo"), ServerAccess())}
    return load_settings().model_copy(update=nobody)


def asked(incident: Incident) -> Parameters:
    """What somebody would type of an incident of yesterday: under another id, for no recording is meant."""
    return Parameters(
        incident_id=f"LIVE-{incident.incident_id.split('-')[-1]}",
        title=incident.title,
        start_time=incident.start_time,
        end_time=incident.end_time,
        affected_services=incident.affected_services,
        severity=incident.severity,
    )


async def first_of(
    program: Compass, parameters: Parameters, told: Sequence[Change] = ()
) -> tuple[First, InvestigationView]:
    """What that program names first, and the whole run. `told` are changes that it was told of before."""
    async with program.running() as service:
        await program.store.keep_changes(EVERYWHERE, told)
        began = perf_counter()
        with counting() as tally:
            opened = await service.investigate(
                parameters, workspace=WORKSPACE, by=Person(user_id="bench"), origin=Origin(surface="bench")
            )
            view = await service.ended(WORKSPACE, opened.investigation.investigation_id)
        took = perf_counter() - began
    best = max(view.hypotheses, key=lambda each: each.initial_confidence, default=None)
    if best is None:
        return First("", "", 0.0, took, tally.queries, tally.read_bytes), view
    found = First(best.service, best.fault_kind.value, best.initial_confidence, took, tally.queries, tally.read_bytes)
    return found, view


def table(rows: Sequence[Twice]) -> str:
    """Both ways side by side, as Markdown."""
    lines = [
        "| incident | from its folder | from live servers | the same | seconds | live: seconds | queries | MB read |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in rows:
        cells = (
            *(each.incident_id, each.folder.told, each.live.told, "yes" if each.same else "NO"),
            *(f"{each.folder.seconds:.1f}", f"{each.live.seconds:.1f}", str(each.live.queries)),
            f"{each.live.read_bytes / 1e6:.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def kept_beside(case: Path) -> Path | None:
    """The folder that a scraping Prometheus left beside the case, if one did."""
    kept = prometheus_folder(case)
    return kept if (kept / DATA).is_dir() else None


async def measure(cases: Path, only: str) -> list[Twice]:
    """Every case of that folder, one after the other."""
    rows = []
    for case in sorted(each for each in cases.iterdir() if (each / "case.json").is_file()):
        if only in ("", case.name):
            rows.append(await both_ways(case, kept_beside(case)))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="compass-live-") as folder:
        places = {"filled": Path(folder) / "filled", "scraped": options.scraped or Path(folder) / "scraped"}
        unpack(packaged_recordings(), places["filled"])
        if not options.scraped:
            unpack(SCRAPED, places["scraped"])
        try:
            sections = {name: asyncio.run(measure(place, options.only)) for name, place in places.items()}
        except LabError as error:
            print(f"live: {error}", file=sys.stderr)
            return 1
    told = {name: table(rows) for name, rows in sections.items() if rows}
    print(*told.values(), sep="\n\n")
    if options.write:
        PAGE.write_text(with_sections(PAGE.read_text(), told))
    return 0 if all(each.same for rows in sections.values() for each in rows) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Investigate the same incidents from folders and from live servers.")
    parser.add_argument("--only", default="", help="one incident, by its id")
    parser.add_argument(
        "--scraped", type=Path, help="other cases that a Prometheus scraped, each with its folder beside it"
    )
    parser.add_argument("--write", action="store_true", help="write the tables into docs/sources.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
