"""What was asked of the telemetry servers: queries, bytes, series. Counted beside the money, because it costs somebody.

A count belongs to whoever opened it with `counting()`, and to every count around that one; tasks started inside count
there too. So a run, an agent and a server can each know their own part.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """`queries` counts requests sent, also those tried again; `read_bytes` what came back, unpacked; `series` what was in it.

    `refused` counts questions that were not sent: queries were off, or the server was being left alone.
    """

    queries: int = 0
    read_bytes: int = 0
    series: int = 0
    refused: int = 0
    around: "Tally | None" = None

    def add(self, *, queries: int = 0, read_bytes: int = 0, series: int = 0, refused: int = 0) -> None:
        """Count, here and in what is around."""
        self.queries += queries
        self.read_bytes += read_bytes
        self.series += series
        self.refused += refused
        if self.around is not None:
            self.around.add(queries=queries, read_bytes=read_bytes, series=series, refused=refused)


_current: ContextVar[Tally | None] = ContextVar("tally", default=None)


@contextmanager
def counting() -> Iterator[Tally]:
    """What is asked of any server inside, by this task or by those it starts, is counted in what this gives."""
    tally = Tally(around=_current.get())
    token = _current.set(tally)
    try:
        yield tally
    finally:
        _current.reset(token)


def count(own: Tally, *, queries: int = 0, read_bytes: int = 0, series: int = 0, refused: int = 0) -> None:
    """Count in `own`, a server's, and in whatever is being counted around the caller."""
    for tally in (own, _current.get()):
        if tally is not None:
            tally.add(queries=queries, read_bytes=read_bytes, series=series, refused=refused)
