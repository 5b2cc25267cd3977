"""The Prometheus HTTP API, asked within limits: never more points or series than was allowed, and told what is missing.

Also spoken by Mimir, Thanos, Cortex and VictoriaMetrics. Queries go by POST, because generated ones grow long.
Format: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agents.sources.prometheus.answers import (
    Answer,
    Listed,
    Meaning,
    read_answer,
    read_label_sets,
    read_metadata,
    read_names,
)
from agents.sources.prometheus.grids import Grid, grid_over
from agents.sources.prometheus.remarks import explain
from agents.sources.wire import Params, Server, count
from orchestrator.model import Window

_PLAIN_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """The most one question may bring: points per series (a server refuses more than 11,000), series, names in a list."""

    points: int = 2_000
    series: int = 2_000
    names: int = 20_000

    def __post_init__(self) -> None:
        if not (1 <= self.points <= 11_000 and self.series >= 1 and self.names >= 1):
            raise ValueError("limits are at least 1, and points at most 11,000")


class PrometheusApi:
    """Questions to one server. Every one raises ServerError where there is no answer."""

    def __init__(self, server: Server, limits: ApiLimits = ApiLimits()) -> None:
        self._server, self._limits = server, limits

    async def range(self, query: str, window: Window, step_s: float) -> Answer:
        """The query's value every `step_s` seconds of the window, its end left out.

        The points lie on whole multiples of the step, so windows side by side hold what one over both holds. Where there
        would be more points than allowed the step is a multiple of the one asked for, and the answer says so.
        """
        grid = grid_over(window, step_s, self._limits.points)
        if grid.points == 0:
            return Answer()
        form = {"query": query, **_span(grid), "step": f"{grid.step_s:g}", **self._bounds()}
        answer = await self._query("query_range", form, ("matrix",), "a range query")
        return _with(answer, grid, step_s)

    async def instant(self, query: str, at: datetime) -> Answer:
        """The query's value at one moment; each series has one point, unless the query is a range selector."""
        form = {"query": query, "time": f"{at.timestamp():.3f}", **self._bounds()}
        return await self._query("query", form, ("vector", "scalar", "matrix"), "an instant query")

    async def series(self, matchers: Sequence[str], window: Window) -> Listed[Mapping[str, str]]:
        """The label sets of the series that some matcher selects and that have a sample in the window."""
        form, most = self._listing(window, matchers), self._limits.names
        found = await self._server.post(
            "api/v1/series", form, read_label_sets, most, what="a search for series", explain=explain
        )
        count(self._server.asked, series=len(found.items))
        return found

    async def labels(self, window: Window, matchers: Sequence[str] = ()) -> Listed[str]:
        """The names of labels of series with a sample in the window."""
        form, most = self._listing(window, matchers), self._limits.names
        return await self._server.post(
            "api/v1/labels", form, read_names, most, "labels", what="a search for labels", explain=explain
        )

    async def label_values(self, label: str, window: Window, matchers: Sequence[str] = ()) -> Listed[str]:
        """The values of a label, of series with a sample in the window."""
        path, params, most = (
            f"api/v1/label/{in_path(label)}/values",
            self._listing(window, matchers),
            self._limits.names,
        )
        return await self._server.get(
            path, params, read_names, most, "values", what="a search for the values of a label", explain=explain
        )

    async def metadata(self, metric: str = "") -> Mapping[str, Meaning]:
        """What exporters say of that metric, or of all that are scraped now (at most as many as names are allowed)."""
        params = {"metric": metric} if metric else {"limit": str(self._limits.names)}
        return await self._server.get(
            "api/v1/metadata", params, read_metadata, what="a question for metadata", explain=explain
        )

    async def version(self) -> str:
        """The server's version, "" where it does not say; for `compass doctor`."""
        body = await self._server.get_json("api/v1/status/buildinfo", what="a question for its version")
        data = body.get("data") if isinstance(body, dict) else None
        found = str(data.get("version", "")) if isinstance(data, dict) else ""
        return found if re.fullmatch(r"v?\d[\w.+~-]{0,40}", found) else ""

    async def _query(self, path: str, form: Params, kinds: tuple[str, ...], what: str) -> Answer:
        most = self._limits.series
        answer = await self._server.post(f"api/v1/{path}", form, read_answer, kinds, most, what=what, explain=explain)
        count(self._server.asked, series=len(answer.series) + len(answer.histograms))
        return answer

    def _bounds(self) -> dict[str, str]:
        """What the server itself may hold to: older ones do not know `limit` and take no notice of it."""
        return {"timeout": f"{self._server.settings.timeout_s * 1000:.0f}ms", "limit": str(self._limits.series + 1)}

    def _listing(self, window: Window, matchers: Sequence[str]) -> Params:
        start, end = (f"{each.timestamp():.3f}" for each in (window.start, window.end))
        return {"match[]": matchers, "start": start, "end": end, "limit": str(self._limits.names + 1)}


def in_path(label: str) -> str:
    """A label's name as it may stand in an address: others than plain ones in the documented "U__" form."""
    if _PLAIN_NAME.fullmatch(label) and not label.startswith("U__"):
        return label
    return "U__" + "".join(_escaped(each) for each in label)


def _escaped(character: str) -> str:
    if character == "_":
        return "__"
    plain = character.isascii() and (character.isalnum() or character == ":")
    return character if plain else f"_{ord(character):x}_"


def _span(grid: Grid) -> dict[str, str]:
    return {"start": f"{grid.start:.3f}", "end": f"{grid.last:.3f}"}


def _with(answer: Answer, grid: Grid, wanted_s: float) -> Answer:
    if grid.step_s == wanted_s:
        return answer
    coarser = f"points in between: one every {grid.step_s:g} s instead of every {wanted_s:g} s"
    return Answer(answer.series, answer.histograms, (coarser, *answer.left_out), answer.remarks)
