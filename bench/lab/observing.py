"""A real Prometheus beside the lab's own scraper: it finds the shop's processes as they come and go, and scrapes them.

Service discovery is by file, as in a shop without a cluster: every process is a target of the job named like its service,
and so are the exporters of its links. A process that ended is no target any more, so its series go stale, as they do
everywhere.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bench.lab.exporters import Exporters
from bench.lab.faults import Stage
from bench.lab.fleet import Fleet
from bench.lab.prometheus import Prometheus, Target
from bench.lab.shop.meters import Scrape
from bench.lab.topology import ARROWS, DATABASE, HTTP_SERVICES

SCRAPED_EVERY_S = 5.0
OF_THE_MOMENT = frozenset({"lock", "queries.active", "prometheus.log", "prometheus.yml", "targets.json"})
"""Files in a server's folder that tell of its process and nothing of what it kept."""
Hear = Callable[[Mapping[str, Mapping[str, Scrape]], float], None]


def prometheus_folder(case: Path) -> Path:
    """Where the Prometheus of a recording leaves what it kept: beside the case folder."""
    return case.with_name(f"{case.name}-prometheus")


@asynccontextmanager
async def observing(stage: Stage, folder: Path | None) -> AsyncIterator[Hear]:
    """Yields what wants to hear each scrape. With a folder a Prometheus scrapes the shop into it until this is left."""
    if folder is None:
        yield lambda _scrapes, _elapsed: None
        return
    exporters, prometheus = Exporters(), Prometheus(folder, interval_s=SCRAPED_EVERY_S)
    await exporters.open()
    try:
        prometheus.scrape(targets(stage.fleet, exporters.port))
        await prometheus.open()

        def hear(scrapes: Mapping[str, Mapping[str, Scrape]], elapsed_s: float) -> None:
            exporters.hear(scrapes, elapsed_s)
            prometheus.scrape(targets(stage.fleet, exporters.port))

        yield hear
    finally:
        await prometheus.aclose()
        await exporters.aclose()


def targets(fleet: Fleet, exporters_port: int) -> list[Target]:
    """Everything that can be scraped at this moment."""
    found = [
        Target(service, instance.settings.instance, f"127.0.0.1:{instance.running.port}")
        for service in HTTP_SERVICES
        for instance in fleet.instances(service)
    ]
    beside = f"127.0.0.1:{exporters_port}"
    callers = dict.fromkeys(arrow.caller for arrow in ARROWS)
    found += [Target(caller, f"{caller}-sidecar", beside, f"/links/{caller}") for caller in callers]
    return [*found, Target(DATABASE, f"{DATABASE}:5432", beside, "/database")]
