"""One lookup under way: stretch after stretch, page after page, until all is read that was planned, or no more may be."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.sources.loki.answers import Page, Row
from agents.sources.loki.api import TOO_MUCH, LokiApi
from agents.sources.wire import ServerError, answers_to
from orchestrator.model import Scope

SHORTEST = 10**9
"""Nanoseconds: what is too much for the server even so is left out."""
AT_ONCE = 4


@dataclass(slots=True)
class Reading:
    """`rows` so far. `missing`: what is not among them, in words."""

    api: LokiApi
    scope: Scope
    most_lines: int
    rows: list[Row] = field(default_factory=list)
    missing: dict[str, None] = field(default_factory=dict)
    unreadable: int = 0
    nameless: int = 0

    @property
    def full(self) -> bool:
        """Whether no more may be read."""
        return len(self.rows) >= self.most_lines

    async def read(self, selectors: Sequence[str], stretches: Sequence[tuple[int, int]]) -> None:
        """Everything the selectors mean in these stretches, a few at a time, in their order."""
        todo = [(selector, *stretch) for stretch in stretches for selector in selectors]
        for at in range(0, len(todo), AT_ONCE):
            if self.full:
                self.missing[f"{len(todo) - at} of {len(todo)} stretches of time, evenly spread"] = None
                return
            await answers_to(self._stretch(*each) for each in todo[at : at + AT_ONCE])

    async def _stretch(self, selector: str, start: int, end: int) -> None:
        while start < end:
            try:
                page, complete = await self.api.page(selector, start, end, self.scope)
            except ServerError as error:
                if error.trouble not in TOO_MUCH:
                    raise
                await self._halves(selector, start, end, error)
                return
            start = self._keep(page, start, end, complete)

    def _keep(self, page: Page, start: int, end: int, complete: bool) -> int:
        """Take a page in; answers where the next one starts."""
        self.unreadable += page.unreadable
        self.nameless += page.nameless
        if complete:
            # Not every server that speaks this API leaves out the end.
            self.rows += (row for row in page.rows if row[0] < end)
            return end
        if page.last > start:
            # Lines of the last moment may go on behind the page: they come with the next one, all of them.
            self.rows += (row for row in page.rows if row[0] < page.last)
            return page.last
        self.rows += page.rows
        self.missing["lines of moments with more lines than one answer may have"] = None
        return max(page.last, start) + 1

    async def _halves(self, selector: str, start: int, end: int, error: ServerError) -> None:
        if end - start <= SHORTEST:
            self.missing[f"lines of a second that is too much for the server ({error.trouble.value})"] = None
            return
        middle = (start + end) // 2
        await self._stretch(selector, start, middle)
        await self._stretch(selector, middle, end)
