"""A real Prometheus (Debian package `prometheus`): scraping the shop while it runs, or started again over what it kept.

What it kept is a folder of its own format (TSDB) that any Prometheus of its age can open. Old times need a long retention:
by default anything older than 15 days is deleted at the start.
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession

from bench.lab.openmetrics import write_openmetrics
from bench.lab.ports import free_port
from bench.lab.process import LabError, Running

REMEDY = "Prometheus is missing: apt-get install prometheus (prometheus and promtool are needed)"
PATIENCE_S = 30.0
RETENTION = "100y"
DATA = "data"


@dataclass(frozen=True)
class Target:
    """Something to scrape: `address` is host:port, and who it is by Prometheus' usual labels."""

    job: str
    instance: str
    address: str
    path: str = "/metrics"


class Prometheus:
    """One server over one folder. `url` answers its HTTP API between `open` and `aclose`.

    The folder holds `data` (the TSDB), `prometheus.yml`, and `targets.json`, which the server reads again when it changes.
    """

    def __init__(self, folder: Path, *, interval_s: float = 0.0) -> None:
        self._folder = folder.resolve()
        self._interval_s = interval_s
        self._running: Running | None = None

    @property
    def url(self) -> str:
        assert self._running is not None, "Prometheus has not started"
        return f"http://127.0.0.1:{self._running.port}"

    async def open(self) -> None:
        """Start it and wait until it answers queries; raises LabError where it is missing or does not come up."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "prometheus.yml").write_text(json.dumps(configuration(self._interval_s), indent=1))
        port = free_port()
        options = (
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / DATA}",
            f"--storage.tsdb.retention.time={RETENTION}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        )
        with (self._folder / "prometheus.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                find_program("prometheus"), *options, stdout=log, stderr=log, cwd=self._folder
            )
        self._running = Running(process, port)
        await self._wait_until_ready()

    async def aclose(self) -> None:
        """End it politely, so that everything is on disk."""
        if self._running is not None:
            await self._running.stop(PATIENCE_S)

    def scrape(self, targets: Iterable[Target]) -> None:
        """Scrape these from now on, and nobody else. At once where it has not started; else within some seconds."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / "targets.json.new"
        fresh.write_text(json.dumps([_discovered(each) for each in targets], indent=1))
        fresh.replace(self._folder / "targets.json")

    async def _wait_until_ready(self) -> None:
        assert self._running is not None
        async with ClientSession() as session:
            for _ in range(round(PATIENCE_S / 0.1)):
                if not self._running.alive:
                    break
                try:
                    async with session.get(f"{self.url}/-/ready") as answer:
                        if answer.status == 200:
                            return
                except ClientError:
                    pass
                await asyncio.sleep(0.1)
        await self.aclose()
        raise LabError(f"Prometheus did not start; {self._folder / 'prometheus.log'} says why")


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Prometheus]:
    """A server over a folder that another one left, or that `fill` made; it scrapes nobody."""
    server = Prometheus(folder)
    await server.open()
    try:
        yield server
    finally:
        await server.aclose()


def fill(folder: Path, case: Path) -> None:
    """Put the metrics of a recorded case into a server's folder, before its start: a running one sees new blocks late.

    Raises LabError with promtool's own words for what it refuses.
    """
    data, openmetrics = folder / DATA, folder / "metrics.om"
    data.mkdir(parents=True, exist_ok=True)
    write_openmetrics(case, openmetrics)
    command: Sequence[str | Path] = (
        *(find_program("promtool"), "tsdb", "create-blocks-from", "--quiet", "openmetrics"),
        *(openmetrics, data),
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"promtool refused the metrics of {case.name}: {done.stderr.strip()[-400:]}")


def find_program(name: str) -> str:
    """The path of `prometheus` or `promtool`; raises LabError where it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise LabError(REMEDY)
    return found


def configuration(interval_s: float) -> dict[str, Any]:
    """`prometheus.yml`, as JSON, which is YAML too. No interval: nobody is scraped."""
    if not interval_s:
        return {"scrape_configs": []}
    return {
        "global": {"scrape_interval": _duration(interval_s), "scrape_timeout": _duration(min(interval_s, 2.0))},
        "scrape_configs": [
            {"job_name": "shop", "file_sd_configs": [{"files": ["targets.json"], "refresh_interval": "5s"}]}
        ],
    }


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f}ms"


def _discovered(target: Target) -> dict[str, Any]:
    labels = {"job": target.job, "instance": target.instance, "__metrics_path__": target.path}
    return {"targets": [target.address], "labels": labels}
