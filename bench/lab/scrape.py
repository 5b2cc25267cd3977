"""Collects one scrape of everything: services, their processes, the database's exporter, the links and probes over them.

A probe is one small exchange over a fresh connection through the link, as a blackbox exporter on the caller's host
would make it: `/healthz` for HTTP, PostgreSQL's SSLRequest for the database (it answers with one byte).
"""

import asyncio
import contextlib
import struct
import time

from aiohttp import ClientError

from bench.lab.exporter import DatabaseExporter, ProcessProbe
from bench.lab.fleet import Fleet, Instance
from bench.lab.shop.meters import Scrape
from bench.lab.topology import ARROWS, DATABASE, HTTP_SERVICES, Arrow

PATIENCE_S = 2.0
PROBE_PATIENCE_S = 1.0
HTTP_PROBE = b"GET /healthz HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"
DATABASE_PROBE = struct.pack("!ii", 8, 80877103)


class Scraper:
    """Asks everybody at once; who does not answer within 2 s is missing from the result."""

    def __init__(self, fleet: Fleet, database: DatabaseExporter) -> None:
        self._fleet = fleet
        self._database = database
        self._processes = ProcessProbe()

    async def collect(self, elapsed_s: float) -> dict[str, dict[str, Scrape]]:
        """`{service: {instance: scrape}}`; what a link tells stands with its caller."""
        found: dict[str, dict[str, Scrape]] = {service: {} for service in HTTP_SERVICES}
        instances = [instance for service in HTTP_SERVICES for instance in self._fleet.instances(service)]
        stats, database, answers = await asyncio.gather(
            self._fleet.link_stats(),
            self._database.scrape(elapsed_s),
            asyncio.gather(*(self._ask(instance) for instance in instances)),
        )
        for instance, scrape in zip(instances, answers, strict=True):
            settings = instance.settings
            gauges = self._processes.gauges([instance.running.pid], elapsed_s)
            if scrape is not None:
                scrape["gauges"].update(gauges)
                found[settings.service][settings.instance] = scrape
        for caller, scrape in (await self._links(stats)).items():
            found[caller]["links"] = scrape
        return {**found, DATABASE: {"server": database}}

    async def _ask(self, instance: Instance) -> Scrape | None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                scrape: Scrape = await self._fleet.ask("GET", instance.running.port, "/meters")
                return scrape
        except (ClientError, OSError, TimeoutError):
            return None

    async def _links(self, stats: dict[str, dict[str, float]]) -> dict[str, Scrape]:
        """Probes run one after the other and after the scrapes: side by side they would measure each other."""
        found: dict[str, Scrape] = {}
        for arrow in ARROWS:
            took = await self._probe(arrow)
            scrape = found.setdefault(arrow.caller, {"counters": {}, "gauges": {}, "samples": {}})
            numbers, prefix = stats[arrow.name], f"link_{arrow.callee}"
            scrape["gauges"][f"{prefix}_connections"] = numbers["active"]
            scrape["gauges"][f"{prefix}_probe_ms"] = (took if took is not None else PROBE_PATIENCE_S) * 1000
            scrape["gauges"][f"{prefix}_probe_success"] = float(took is not None)
            scrape["counters"][f"{prefix}_tcp_resets"] = numbers["resets"]
            scrape["counters"][f"{prefix}_tcp_connects"] = numbers["opened"]
            scrape["counters"][f"{prefix}_tcp_connect_failures"] = numbers["failed_connects"]
            scrape["counters"][f"{prefix}_bytes"] = numbers["bytes_forwarded"]
        return found

    async def _probe(self, arrow: Arrow) -> float | None:
        request = DATABASE_PROBE if arrow.callee == DATABASE else HTTP_PROBE
        began = time.perf_counter()
        try:
            async with asyncio.timeout(PROBE_PATIENCE_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._fleet.links[arrow.name])
                try:
                    writer.write(request)
                    answer = await reader.read(1)
                finally:
                    with contextlib.suppress(OSError):
                        writer.close()
        except (OSError, TimeoutError):
            return None
        return time.perf_counter() - began if answer else None
