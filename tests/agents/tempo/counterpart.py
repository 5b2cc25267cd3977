"""A Tempo on loopback: as much of its API as is asked, in each of the shapes in which it answers."""

import hashlib
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from agents.sources.catalogue import NO_CORRECTIONS, Corrections
from agents.sources.tempo import TempoSource, TraceLimits
from agents.sources.wire import Limits, Server, ServerSettings
from tests.support.clock import HurriedClock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLENTY = TraceLimits(10_000, 6)
SHAPES = ("v2", "v1", "otlp")


def hexed(name: str | None, size: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[: 2 * size] if name else ""


def based(name: str | None, size: int) -> str:
    return b64encode(bytes.fromhex(hexed(name, size))).decode()


def nanos(at: str, plus_ms: float = 0.0) -> str:
    micros = (datetime.fromisoformat(at) - EPOCH) // timedelta(microseconds=1)
    return str(micros * 1000 + round(plus_ms * 1_000_000))


class Tempo:
    """Holds spans in the words of a recorded case. `gone` are traces that a search finds and nobody can fetch."""

    def __init__(self, spans: Sequence[dict[str, Any]], shape: str = "v2", gone: Sequence[str] = ()) -> None:
        self.shape, self.gone, self.failing = shape, gone, False
        self.asked: list[web.Request] = []
        self.refused: list[str] = []
        self.traces: dict[str, list[dict[str, Any]]] = {}
        for span in spans:
            self.traces.setdefault(span["trace_id"], []).append(span)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/search", self.search)
        app.router.add_get("/api/search/tag/service.name/values", self.values)
        app.router.add_get("/api/traces/{id}", self.first_version)
        app.router.add_get("/api/v2/traces/{id}", self.second_version if self.shape == "v2" else self.unknown)
        return app

    async def search(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if self.failing:
            return web.Response(status=503)
        first, end = int(request.query["start"]), int(request.query["end"])
        named = re.search(r'=~ "(.*)"', request.query["q"])
        wanted = re.compile(named[1].replace("\\\\", "\\")) if named else None
        found = [
            {"traceID": hexed(name, 16).lstrip("0"), "durationMs": 30}
            for name, spans in self.traces.items()
            if any(first <= datetime.fromisoformat(each["start"]).timestamp() < end for each in spans)
            and (wanted is None or any(wanted.fullmatch(each["service"]) for each in spans))
        ]
        return web.json_response({"traces": found[: int(request.query["limit"])], "metrics": {"inspectedBytes": "1"}})

    async def values(self, request: web.Request) -> web.Response:
        names = sorted({each["service"] for spans in self.traces.values() for each in spans})
        return web.json_response({"tagValues": names})

    async def first_version(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        batches = self.batches(request.match_info["id"])
        key = "resourceSpans" if self.shape == "otlp" else "batches"
        return web.json_response({key: batches}) if batches else web.Response(status=404)

    async def unknown(self, request: web.Request) -> web.Response:
        self.refused.append(request.path)
        return web.Response(status=404)

    async def second_version(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        batches = self.batches(request.match_info["id"])
        return web.json_response({"trace": {"resourceSpans": batches}}) if batches else web.Response(status=404)

    def batches(self, trace_id: str) -> list[dict[str, Any]]:
        name = next(each for each in self.traces if hexed(each, 16) == trace_id)
        if name in self.gone:
            return []
        return [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": each["service"]}}]},
                "scopeSpans": [{"spans": [self.span(each)]}],
            }
            for each in self.traces[name]
        ]

    def span(self, span: dict[str, Any]) -> dict[str, Any]:
        write = hexed if self.shape == "otlp" else based
        failed = span.get("status") == "ERROR"
        code: object = (2 if failed else 1) if self.shape == "otlp" else f"STATUS_CODE_{'ERROR' if failed else 'OK'}"
        sent = {
            "traceId": write(span["trace_id"], 16),
            "spanId": write(span["trace_id"] + span["span_id"], 8),
            "name": span["name"],
            "kind": span.get("kind", "SPAN_KIND_SERVER"),
            "startTimeUnixNano": nanos(span["start"]),
            "endTimeUnixNano": nanos(span["start"], span["duration_ms"]),
            "status": {"code": code},
            "attributes": [
                {"key": key, "value": {"stringValue": value}} for key, value in span.get("tags", {}).items()
            ],
        }
        if span["parent_id"]:
            sent["parentSpanId"] = write(span["trace_id"] + span["parent_id"], 8)
        return sent


@asynccontextmanager
async def asking(
    tempo: Tempo, limits: TraceLimits = PLENTY, corrections: Corrections = NO_CORRECTIONS
) -> AsyncIterator[TempoSource]:
    """A source that asks it, as fast as it can."""
    async with TestServer(tempo.app()) as served:
        settings = ServerSettings("Tempo", str(served.make_url("/")))
        async with Server(settings, HurriedClock(), limits=Limits(per_second=1e6, at_once=8)) as server:
            yield TempoSource(server, HurriedClock(), limits=limits, corrections=corrections)
