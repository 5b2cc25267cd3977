"""A Loki on loopback: as much of its API as is asked, with the limits that a real one has."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from agents.sources.catalogue import NO_CORRECTIONS, Corrections
from agents.sources.loki import LokiLimits, LokiSource
from agents.sources.wire import Limits, Server, ServerSettings
from tests.support.clock import HurriedClock

MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"')
LINE_FILTER = re.compile(r'(\|=|!=) "([^"]*)"')
Entry = tuple[int, Mapping[str, str], str, Mapping[str, str]]


@dataclass
class Loki:
    """Holds entries: nanoseconds, labels, line, structured metadata.

    `most` lines an answer, `longest` nanoseconds a query; `volumes` False is a server before 2.9; `refuses` says for which
    paths it answers 400 whatever is asked.
    """

    entries: list[Entry] = field(default_factory=list)
    most: int = 5_000
    longest: int = 10**18
    volumes: bool = True
    refuses: tuple[str, ...] = ()
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/loki/api/v1/{what:.*}", self.handle)
        return app

    async def handle(self, request: web.Request) -> web.Response:
        what = request.match_info["what"]
        self.asked.append((what, dict(request.query)))
        if what in self.refuses or (what == "index/volume" and not self.volumes):
            return web.Response(status=400 if what in self.refuses else 404, text="limit exceeded")
        answers = {
            "labels": self.labels,
            "series": self.series,
            "index/volume": self.volume,
            "query_range": self.query_range,
        }
        return answers[what](request)

    def labels(self, request: web.Request) -> web.Response:
        names = sorted({name for _, labels, _, _ in self.entries for name in labels})
        return web.json_response({"status": "success", "data": names} if names else {"status": "success"})

    def series(self, request: web.Request) -> web.Response:
        chosen = [each for selector in request.query.getall("match[]") for each in self.within(request, selector)]
        streams = {json.dumps(labels, sort_keys=True) for _, labels, _, _ in chosen}
        return web.json_response({"status": "success", "data": [json.loads(each) for each in sorted(streams)]})

    def volume(self, request: web.Request) -> web.Response:
        label = request.query["targetLabels"]
        sums: dict[str, int] = defaultdict(int)
        for _, labels, line, _ in self.within(request, request.query["query"]):
            sums[labels[label]] += len(line)
        return result("vector", [{"metric": {label: name}, "value": [0, str(much)]} for name, much in sums.items()])

    def query_range(self, request: web.Request) -> web.Response:
        start, end = int(request.query["start"]), int(request.query["end"])
        if end - start > self.longest:
            return web.Response(status=400, text="the query time range exceeds the limit")
        query = request.query["query"]
        counted = re.match(r"sum by \((\w+)\) \(count_over_time\((.*)\[\d+s\]\)\)$", query)
        if counted:
            counts: dict[str, int] = defaultdict(int)
            for _, labels, _, _ in self.within(request, counted[2]):
                counts[labels[counted[1]]] += 1
            return result(
                "matrix", [{"metric": {counted[1]: name}, "values": [[0, str(n)]]} for name, n in counts.items()]
            )
        limit = int(request.query.get("limit", 100))
        if limit > self.most:
            return web.Response(status=400, text=f"max entries limit per query exceeded, limit > {self.most}")
        chosen = sorted(self.within(request, query), key=lambda entry: entry[0])
        if request.query.get("direction") != "forward":
            chosen.reverse()
        streams: dict[str, list[Any]] = defaultdict(list)
        for at, labels, line, metadata in chosen[:limit]:
            streams[json.dumps(labels, sort_keys=True)].append([str(at), line, *([metadata] if metadata else [])])
        return result(
            "streams", [{"stream": json.loads(labels), "values": values} for labels, values in streams.items()]
        )

    def within(self, request: web.Request, selector: str) -> list[Entry]:
        start, end = int(request.query["start"]), int(request.query["end"])
        stream, _, pipeline = selector.partition("}")
        wanted = [(not_in == "!=", text) for not_in, text in LINE_FILTER.findall(pipeline)]
        return [
            each
            for each in self.entries
            if start <= each[0] < end
            and matches(stream, each[1])
            and all((text in each[2]) != without for without, text in wanted)
        ]


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    found = MATCHER.findall(selector)
    assert any(not re.fullmatch(value.replace("\\\\", "\\"), "") if "~" in how else value for _, how, value in found), (
        "queries require a matcher that does not match the empty text"
    )
    for name, how, value in found:
        plain, own = value.replace("\\\\", "\\").replace('\\"', '"'), labels.get(name, "")
        same = re.fullmatch(plain, own) is not None if "~" in how else own == plain
        if same == how.startswith("!"):
            return False
    return True


def result(kind: str, found: list[Any]) -> web.Response:
    return web.json_response({"status": "success", "data": {"resultType": kind, "result": found, "stats": {}}})


@asynccontextmanager
async def asking(
    loki: Loki, limits: LokiLimits | None = None, corrections: Corrections = NO_CORRECTIONS, **settings: str
) -> AsyncIterator[LokiSource]:
    """A source that asks it, as fast as it can."""
    async with TestServer(loki.app()) as served:
        found = ServerSettings("Loki", str(served.make_url("/")), **settings)  # type: ignore[arg-type]
        async with Server(found, HurriedClock(), limits=Limits(per_second=1e6, at_once=4)) as server:
            yield LokiSource(server, HurriedClock(), limits=limits or LokiLimits(), corrections=corrections)
