"""LogQL that somebody else wrote, asked of a server: checked, held to the incident's window and scope, few lines back."""

from array import array

from agents.sources.catalogue import NO_CORRECTIONS, Corrections
from agents.sources.catalogue.scopes import SCOPE_LABELS
from agents.sources.loki.api import LokiApi
from agents.sources.loki.guard import Checked, checked
from agents.sources.loki.selecting import literal, quoted
from agents.sources.wire import Server
from orchestrator.model import Asked, Logs, Scope, Window
from orchestrator.ports import Query

LANGUAGE = "logql"
MOST_LINES = 50


class LokiQueries:
    """Implements QuerySource."""

    def __init__(self, server: Server, *, corrections: Corrections = NO_CORRECTIONS) -> None:
        self._api, self._corrections = LokiApi(server, corrections, MOST_LINES), corrections

    @property
    def languages(self) -> tuple[str, ...]:
        """Its own."""
        return (LANGUAGE,)

    async def query(self, asked: Query) -> Logs:
        """See the port. The first lines of the window; lines of another scope, or that name no service, are left out."""
        scope = self._corrections.meant(asked.scope)
        expression = await self._scoped(checked(asked.expression, scope), asked.window, scope)
        start, end = (round(each.timestamp() * 1e6) * 1000 for each in (asked.window.start, asked.window.end))
        page, complete = await self._api.page(expression, start, end, scope)
        rows = [row for row in page.rows if row[0] < end][:MOST_LINES]
        missing = (
            "" if complete else f"lines after the first {MOST_LINES}",
            f"{page.nameless} lines of streams that name no service" if page.nameless else "",
        )
        told = Asked("loki", expression, asked.window, left_out="; ".join(each for each in missing if each))
        if not rows:
            return Logs(told)
        _, services, messages, levels, traces = zip(*rows, strict=True)
        return Logs(told, array("d", [row[0] / 1e9 for row in rows]), services, levels, messages, traces)

    async def _scoped(self, wanted: Checked, window: Window, scope: Scope) -> str:
        """Held to the scope by the most telling label that streams have; what has none is judged when it comes."""
        if scope == Scope():
            return wanted.with_matchers()
        there = set(await self._api.labels(window))
        more = []
        for part, names in SCOPE_LABELS.items():
            value = str(getattr(scope, part))
            name = next((each for each in names if each in there), "")
            if value and name:
                more.append(f"{name}=~{quoted(f'(?i:{literal(value)})|')}")
        return wanted.with_matchers(*more)
