"""A telemetry server on loopback that does as it is told, and keeps what it was asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from agents.sources.wire import Limits, Server, ServerSettings, Switch
from orchestrator.clock import Clock
from orchestrator.ports import Compute
from tests.support.clock import HurriedClock

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
GOOD = {"status": "success", "data": []}


@dataclass
class Seen:
    """One request as it came."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    form: list[tuple[str, str]]


@dataclass
class Counterpart:
    """Answers as `script` says, one entry a request; the last entry is for all that follow."""

    script: list[Handler] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    most_at_once: int = 0
    _at_once: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = [(name, str(value)) for name, value in (await request.post()).items()]
        self.seen.append(Seen(request.method, request.path, list(request.query.items()), dict(request.headers), form))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            handler = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            return await handler(request)
        finally:
            self._at_once -= 1


def says(body: Any = GOOD, status: int = 200, **headers: str) -> Handler:
    """Answers JSON; `retry_after` becomes Retry-After."""

    async def handler(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(body, status=status, headers=named)

    return handler


def sends(body: bytes, content_type: str = "application/json", **headers: str) -> Handler:
    """Answers those bytes."""

    async def handler(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, content_type=content_type, headers=named)

    return handler


def waits() -> Handler:
    """Never answers."""

    async def handler(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return handler


@asynccontextmanager
async def counterpart(*script: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[Counterpart, str]]:
    """A running server and its address."""
    partner = Counterpart(list(script) or [says()])
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", partner.handle)
    server = TestServer(app, scheme="https" if tls else "http")
    await server.start_server(ssl=tls)
    try:
        yield partner, str(server.make_url("/"))
    finally:
        await server.close()


def server_at(
    url: str,
    clock: Clock | None = None,
    *,
    switch: Switch | None = None,
    compute: Compute | None = None,
    **more: Any,
) -> Server:
    """Ours, towards `url`; `limits` by name, or settings."""
    limits = more.pop("limits", Limits())
    settings = ServerSettings(more.pop("name", "Prometheus"), url, **more)
    return Server(settings, clock or HurriedClock(), limits=limits, switch=switch, compute=compute, dice=Random(1))
