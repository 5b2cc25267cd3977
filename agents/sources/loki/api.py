"""Loki's HTTP API, asked within limits: labels, streams, amounts, and lines page by page.

All questions go by GET: not every server that speaks this API takes POST.
Format: https://grafana.com/docs/loki/latest/reference/loki-http-api/
"""

from collections.abc import Mapping, Sequence

from agents.sources.catalogue import Corrections
from agents.sources.loki.answers import Amount, Page, read_amounts, read_names, read_page, read_streams
from agents.sources.loki.plan import LINE_BYTES
from agents.sources.wire import Params, Server, ServerError, Trouble
from orchestrator.model import Scope, Window

TOO_MUCH = (Trouble.REJECTED, Trouble.TOO_LARGE, Trouble.TIMED_OUT)
FEWER = 5
"""A server that rejects a page may allow fewer lines: so many times fewer, down to a hundred."""
FEWEST = 100
COUNTED_IN = 10
MOST_VOLUMES = 5_000


class LokiApi:
    """Questions to one server. Every one raises ServerError where there is no answer."""

    def __init__(self, server: Server, corrections: Corrections, page: int) -> None:
        self._server, self._corrections = server, corrections
        self._page = page

    async def labels(self, window: Window) -> tuple[str, ...]:
        """The names of labels of streams."""
        return await self._server.get("loki/api/v1/labels", _span(window), read_names, what="a list of labels")

    async def values(self, label: str, window: Window) -> tuple[str, ...]:
        """The values of a label."""
        path = f"loki/api/v1/label/{label}/values"
        return await self._server.get(path, _span(window), read_names, what="the values of a label")

    async def streams(self, selectors: Sequence[str], window: Window) -> tuple[Mapping[str, str], ...]:
        """The label sets of streams that some selector means."""
        params: Params = {"match[]": list(selectors), **_span(window)}
        return await self._server.get("loki/api/v1/series", params, read_streams, what="a list of streams")

    async def volume(self, selector: str, label: str, window: Window) -> tuple[Amount, ...]:
        """Bytes for each value of the label, from the index alone (Loki 2.9 and later)."""
        params = {"query": selector, **_span(window), "targetLabels": label, "limit": str(MOST_VOLUMES)}
        path = "loki/api/v1/index/volume"
        return await self._server.get(path, params, read_amounts, label, what="a question for volumes")

    async def counted(self, selector: str, label: str, window: Window) -> tuple[Amount, ...]:
        """The same from counted lines, taken for `LINE_BYTES` each. The server has to read them all for it."""
        step = max(1, round(window.seconds / COUNTED_IN))
        query = f"sum by ({label}) (count_over_time({selector}[{step}s]))"
        params = {"query": query, **_span(window), "step": str(step)}
        path = "loki/api/v1/query_range"
        lines = await self._server.get(path, params, read_amounts, label, what="a question for counts")
        return tuple(Amount(each.value, each.much * LINE_BYTES) for each in lines)

    async def page(self, selector: str, start: int, end: int, scope: Scope) -> tuple[Page, bool]:
        """Lines from `start` (nanoseconds, belongs to it) to `end` (does not), the oldest first, and whether that is all."""
        while True:
            limit = self._page
            params = {
                "query": selector,
                "start": str(start),
                "end": str(end),
                "limit": str(limit),
                "direction": "forward",
            }
            path = "loki/api/v1/query_range"
            try:
                page = await self._server.get(
                    path, params, read_page, self._corrections, scope, what="a query for lines"
                )
            except ServerError as error:
                if error.trouble is not Trouble.REJECTED or limit <= FEWEST:
                    raise
                # Another call may have found out meanwhile.
                self._page = min(self._page, max(FEWEST, limit // FEWER))
            else:
                return page, page.entries < limit


def _span(window: Window) -> dict[str, str]:
    start, end = (str(round(each.timestamp() * 1e6) * 1000) for each in (window.start, window.end))
    return {"start": start, "end": end}
