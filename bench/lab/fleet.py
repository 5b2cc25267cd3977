"""The shop's processes: the proxy, every service, and what can be done to them while they run.

A deploy is a rollout: the new process starts, the links are turned to it, the old process drains and ends. So a
harmless deploy does no harm, and a bad one shows from the moment the links turn.
"""

import asyncio
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from bench.lab.process import Running, start_module
from bench.lab.shop.service import Settings
from bench.lab.shop.telemetry import wall_clock
from bench.lab.topology import ARROWS, DATABASE, EDGE, HTTP_SERVICES, PROVIDER, callees

START_ORDER = (PROVIDER, *reversed(HTTP_SERVICES))


@dataclass
class Instance:
    """One process of a service."""

    settings: Settings
    running: Running


@dataclass
class Release:
    """What a service runs at the moment."""

    number: int
    features: list[str] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)


class Fleet:
    """All processes of one shop but its database."""

    def __init__(self, folder: Path, database_port: int, sampling: float) -> None:
        self._folder = folder
        self._database_port = database_port
        self._sampling = sampling
        self._http: ClientSession | None = None
        self._proxy: Running | None = None
        self._links: dict[str, int] = {}
        self._started = 0
        self._leaving: set[asyncio.Task[None]] = set()
        self._draining: list[Instance] = []
        self.current: dict[str, Instance] = {}
        self.releases = {name: Release(400 + 7 * place) for place, name in enumerate(START_ORDER)}

    @property
    def edge_port(self) -> int:
        """Where customers come in."""
        return self._links[EDGE.name]

    @property
    def links(self) -> dict[str, int]:
        return self._links

    async def open(self) -> None:
        """Start the proxy and every service, callees first."""
        self._http = ClientSession()
        names = [EDGE.name, *(arrow.name for arrow in ARROWS)]
        self._proxy = await start_module("bench.lab.proxy_server", names, self._folder / "proxy.err")
        self._links = await self.ask("GET", self._proxy.port, "/links")
        for arrow in ARROWS:
            if arrow.callee == DATABASE:
                await self.ask("POST", self._proxy.port, "/upstream", {"link": arrow.name, "port": self._database_port})
        for service in START_ORDER:
            await self._turn(service, await self._start(service))

    async def aclose(self) -> None:
        for task in self._leaving:
            task.cancel()
        running = [*self._draining, *self.current.values()]
        await asyncio.gather(*(instance.running.stop(0.1) for instance in running))
        if self._proxy:
            await self._proxy.stop()
        if self._http:
            await self._http.close()

    def instances(self, service: str) -> list[Instance]:
        """The process that serves, and those that drain."""
        leaving = [instance for instance in self._draining if instance.settings.service == service]
        return [instance for instance in (self.current[service], *leaving) if instance.running.alive]

    async def deploy(self, service: str, features: list[str]) -> tuple[float, str]:
        """Roll out the next release with more features; gives the moment the links turned, and the version."""
        release = self.releases[service]
        release.number += 1
        release.features += features
        fresh, old = await self._start(service), self.current[service]
        moment = wall_clock()
        self._draining.append(old)
        await self._turn(service, fresh)
        old.running.process.terminate()
        self._remember(asyncio.create_task(self._see_off(old)))
        return moment, fresh.settings.version

    async def restart(self, service: str) -> None:
        """Bring a service back after its process died; nobody serves the link until then."""
        await self._turn(service, await self._start(service))

    async def control(self, service: str, action: str, **body: float | str) -> None:
        """Use the control room of a running process."""
        await self.ask("POST", self.current[service].running.port, f"/control/{action}", body)

    async def set_value(self, service: str, name: str, value: float) -> None:
        """Change a setting in the running process and for those that follow."""
        self.releases[service].values[name] = value
        await self.control(service, "set", name=name, value=value)

    async def trouble(self, link: str, **trouble: float) -> None:
        """Make a link ill; with no figures it is healthy again."""
        assert self._proxy is not None
        await self.ask("POST", self._proxy.port, "/trouble", {"link": link, **trouble})

    async def link_stats(self) -> dict[str, dict[str, float]]:
        """What the proxy counted, by link."""
        assert self._proxy is not None
        found: dict[str, dict[str, float]] = await self.ask("GET", self._proxy.port, "/stats")
        return found

    async def ask(self, method: str, port: int, path: str, body: Any = None) -> Any:
        """The JSON answer of one of the lab's processes, past the links."""
        assert self._http is not None
        async with self._http.request(method, f"http://127.0.0.1:{port}{path}", json=body) as response:
            response.raise_for_status()
            return await response.json()

    async def _start(self, service: str) -> Instance:
        release = self.releases[service]
        self._started += 1
        name = f"{service}-{self._started}"
        links = {callee: self._links[f"{service}->{callee}"] for callee in callees(service)}
        settings = Settings(
            service, name, f"v{release.number}", self._folder, links, release.features[:], dict(release.values),
            self._sampling,
        )  # fmt: skip
        file = self._folder / f"{name}.json"
        file.write_text(json.dumps({**asdict(settings), "folder": str(self._folder)}))
        running = await start_module("bench.lab.shop.run", [str(file)], self._folder / f"{name}.err")
        return Instance(settings, running)

    async def _turn(self, service: str, instance: Instance) -> None:
        assert self._proxy is not None
        self.current[service] = instance
        for arrow in (EDGE, *ARROWS):
            if arrow.callee == service:
                body = {"link": arrow.name, "port": instance.running.port}
                await self.ask("POST", self._proxy.port, "/upstream", body)

    async def _see_off(self, old: Instance) -> None:
        await old.running.process.wait()
        self._draining.remove(old)

    def _remember(self, task: asyncio.Task[None]) -> None:
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
