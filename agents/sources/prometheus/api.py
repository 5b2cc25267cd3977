"""The Prometheus HTTP API, asked within limits: never more points or series than was allowed, and told what is missing.

Also spoken by Mimir, Thanos, Cortex and VictoriaMetrics. Queries go by POST, because generated ones grow long.
Format: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from agents.sources.prometheus.answers import (
    Answer,
    Listed,
    Meaning,
    UnreadableAnswerError,
    read_answer,
    read_label_sets,
    read_metadata,
    read_names,
)
from agents.sources.prometheus.grids import Grid, grid_over
from agents.sources.prometheus.remarks import explain
from agents.sources.wire import Params, Server, Trouble, count, trouble
from orchestrator.model import Window

T = TypeVar("T")

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
        form = {"query": query, **_span(grid), "step": f"{grid.step_s:g}", **self._bounds(self._limits.series)}
        body = await self._post("query_range", form, "a range query")
        answer = self._read("a range query", lambda: read_answer(body, ("matrix",), self._limits.series))
        return self._counted(_with(answer, grid, step_s))

    async def instant(self, query: str, at: datetime) -> Answer:
        """The query's value at one moment; each series has one point, unless the query is a range selector."""
        form = {"query": query, "time": f"{at.timestamp():.3f}", **self._bounds(self._limits.series)}
        body = await self._post("query", form, "an instant query")
        kinds = ("vector", "scalar", "matrix")
        return self._counted(self._read("an instant query", lambda: read_answer(body, kinds, self._limits.series)))

    async def series(self, matchers: Sequence[str], window: Window) -> Listed[Mapping[str, str]]:
        """The label sets of the series that some matcher selects and that have a sample in the window."""
        form = {"match[]": matchers, **_times(window), "limit": str(self._limits.names + 1)}
        body = await self._post("series", form, "a list of series")
        found = self._read("a list of series", lambda: read_label_sets(body, self._limits.names))
        count(self._server.asked, series=len(found.items))
        return found

    async def labels(self, window: Window, matchers: Sequence[str] = ()) -> Listed[str]:
        """The names of labels of series with a sample in the window."""
        form = {"match[]": matchers, **_times(window), "limit": str(self._limits.names + 1)}
        body = await self._post("labels", form, "a list of labels")
        return self._read("a list of labels", lambda: read_names(body, self._limits.names, "labels"))

    async def label_values(self, label: str, window: Window, matchers: Sequence[str] = ()) -> Listed[str]:
        """The values of a label, of series with a sample in the window."""
        params = {"match[]": matchers, **_times(window), "limit": str(self._limits.names + 1)}
        what = "the values of a label"
        path = f"api/v1/label/{in_path(label)}/values"
        body = await self._server.get_json(path, params, what=what, explain=explain)
        return self._read(what, lambda: read_names(body, self._limits.names, "values"))

    async def metadata(self, metric: str = "") -> Mapping[str, Meaning]:
        """What exporters say of that metric, or of all that are scraped now (at most as many as names are allowed)."""
        params = {"metric": metric} if metric else {"limit": str(self._limits.names)}
        what = "the metrics' metadata"
        body = await self._server.get_json("api/v1/metadata", params, what=what, explain=explain)
        return self._read(what, lambda: read_metadata(body))

    async def version(self) -> str:
        """The server's version, "" where it does not say; for `compass doctor`."""
        what = "its version"
        body = await self._server.get_json("api/v1/status/buildinfo", what=what)
        data = body.get("data") if isinstance(body, dict) else None
        found = str(data.get("version", "")) if isinstance(data, dict) else ""
        return found if re.fullmatch(r"v?\d[\w.+~-]{0,40}", found) else ""

    async def _post(self, name: str, form: Params, what: str) -> Any:
        return await self._server.post_json(f"api/v1/{name}", form, what=what, explain=explain)

    def _bounds(self, most: int) -> dict[str, str]:
        """What the server itself may hold to: older ones do not know `limit` and take no notice of it."""
        return {"timeout": f"{self._server.settings.timeout_s:g}", "limit": str(most + 1)}

    def _read(self, what: str, read: Callable[[], T]) -> T:
        try:
            return read()
        except UnreadableAnswerError as error:
            why = "its answer is not of the documented shape"
            raise trouble(Trouble.UNREADABLE, self._server.settings, what, why) from error

    def _counted(self, answer: Answer) -> Answer:
        count(self._server.asked, series=len(answer.series) + len(answer.histograms))
        return answer


def in_path(label: str) -> str:
    """A label's name as it may stand in an address: others than plain ones in the documented "U__" form."""
    if _PLAIN_NAME.fullmatch(label):
        return label
    return "U__" + "".join(_escaped(each) for each in label)


def _escaped(character: str) -> str:
    if character == "_":
        return "__"
    plain = character.isascii() and (character.isalnum() or character == ":")
    return character if plain else f"_{ord(character):x}_"


def _span(grid: Grid) -> dict[str, str]:
    return {"start": f"{grid.start:.3f}", "end": f"{grid.last:.3f}"}


def _times(window: Window) -> dict[str, str]:
    return {"start": f"{window.start.timestamp():.3f}", "end": f"{window.end.timestamp():.3f}"}


def _with(answer: Answer, grid: Grid, wanted_s: float) -> Answer:
    if grid.step_s == wanted_s:
        return answer
    coarser = f"points in between: one every {grid.step_s:g} s instead of every {wanted_s:g} s"
    return Answer(answer.series, answer.histograms, (coarser, *answer.left_out), answer.remarks)
