"""What every service of the shop has in common: its server, its request span, its metrics and its control room.

The middleware measures and logs each request in one place. `/metrics` (for Prometheus), `/meters` (for
the lab's own scraper) and `/healthz` are not counted; `/control/...`
stands for what an operator can do to a running process (change a setting) and for what can happen to it (a busy
thread, memory that is never given back).
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, TCPConnector, web
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind, StatusCode

from bench.lab.shop.exposition import CONTENT_TYPE, Exposition
from bench.lab.shop.meters import Meters
from bench.lab.shop.telemetry import Telemetry

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
UNCOUNTED = ("/metrics", "/meters", "/healthz", "/control/")


@dataclass
class Settings:
    """How one process was started: who it is, what its release can do, where its links are."""

    service: str
    instance: str
    version: str
    folder: Path
    links: dict[str, int]
    features: list[str] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)
    sampling: float = 0.25


class RefusalError(Exception):
    """A request that ends with a status of our own choosing; 5xx ones are logged as errors."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Service:
    """One service process: routes are added by the module that gives it its trade."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.meters = Meters()
        self.exposition = Exposition(settings.version)
        self.exposition.watch(lambda: self._in_flight)
        telemetry = Telemetry(settings.service, settings.folder, settings.instance, settings.sampling)
        self.journal, self.tracer = telemetry.journal, telemetry.tracer
        self.app = web.Application(middlewares=[self._observe])
        self.draining = False
        self._in_flight = 0
        self._hoard: list[bytes] = []
        self._hoarder: asyncio.Task[None] | None = None
        self._session: ClientSession | None = None
        for name in ("requests", "errors"):
            self.meters.count(name, 0)
        self.meters.declare_samples("latency")
        self.meters.gauge("in_flight", lambda: self._in_flight)
        self.app.router.add_get("/metrics", self._metrics)
        self.app.router.add_get("/meters", self._meters)
        self.app.router.add_get("/healthz", self._healthz)
        self.app.router.add_post("/control/{action}", self._control)
        self.app.cleanup_ctx.append(self._client)

    @property
    def session(self) -> ClientSession:
        assert self._session is not None, "the service has not started"
        return self._session

    def has(self, feature: str) -> bool:
        """Whether this release contains a feature."""
        return feature in self.settings.features

    def value(self, name: str, default: float) -> float:
        """A setting that can change while the process runs."""
        return self.settings.values.get(name, default)

    async def _client(self, _app: web.Application) -> Any:
        self._session = ClientSession(connector=TCPConnector(limit=200, keepalive_timeout=20))
        yield
        await self._session.close()

    @web.middleware
    async def _observe(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(UNCOUNTED):
            return await handler(request)
        resource = request.match_info.route.resource
        route = f"{request.method} {resource.canonical if resource else request.path}"
        self._in_flight += 1
        try:
            return await self._traced(request, handler, route)
        finally:
            self._in_flight -= 1

    async def _traced(self, request: web.Request, handler: Handler, route: str) -> web.StreamResponse:
        began = time.perf_counter()
        with self.tracer.start_as_current_span(route, context=extract(request.headers), kind=SpanKind.SERVER) as span:
            response = await self._answer(request, route, handler)
            span.set_attribute("http.response.status_code", response.status)
            if response.status >= 500:
                span.set_status(StatusCode.ERROR, f"HTTP {response.status}")
            took = (time.perf_counter() - began) * 1000
            self.journal.access(f"{request.method} {request.path} {response.status} in {took:.1f} ms")
        self._measure(route, response.status, took)
        if self.draining:
            response.force_close()
        return response

    async def _answer(self, request: web.Request, route: str, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RefusalError as refusal:
            if refusal.status >= 500:
                self.journal.error(f"{route} failed with {refusal.status}: {refusal.message}")
            return web.json_response({"error": refusal.message}, status=refusal.status)
        except web.HTTPException as error:
            return web.json_response({"error": error.reason}, status=error.status)
        except Exception as error:  # noqa: BLE001 the border of a request: what a trade throws is a 500, no dead process
            self.journal.failure(f"unhandled {type(error).__name__} in {route}", error)
            return web.json_response({"error": "internal error"}, status=500)

    def _measure(self, route: str, status: int, took: float) -> None:
        method, path = route.split(" ", 1)
        self.exposition.served(method, path, status, took / 1000)
        self.meters.count("requests")
        self.meters.count("errors", 1 if status >= 500 else 0)
        self.meters.observe("latency", took)

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=self.exposition.text(), headers={"Content-Type": CONTENT_TYPE})

    async def _meters(self, _request: web.Request) -> web.Response:
        return web.json_response(self.meters.drain())

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"service": self.settings.service, "version": self.settings.version})

    async def _control(self, request: web.Request) -> web.Response:
        action, body = request.match_info["action"], await request.json()
        if action == "set":
            self.settings.values[body["name"]] = float(body["value"])
            self.journal.info(f"configuration reloaded: {body['name']} is now {body['value']}")
        elif action == "burn":
            for _ in range(int(body["threads"])):
                threading.Thread(target=_burn, daemon=True).start()
        elif action == "hoard":
            self._hoarder = asyncio.create_task(self._hoarding(float(body["mib_per_second"])))
        else:
            raise RefusalError(404, f"no control {action}")
        return web.json_response({})

    async def _hoarding(self, mib_per_second: float) -> None:
        while True:
            self._hoard.append(bytes(bytearray(b"x" * int(mib_per_second * 1024 * 256))))
            await asyncio.sleep(0.25)


def _burn() -> None:
    number = 1
    while True:
        number = (number * 48271) % 2147483647
