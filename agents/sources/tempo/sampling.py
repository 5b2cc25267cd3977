"""Which traces are asked for: an even sample over the window, with those of the affected services well represented.

Half of the sample is of traces that pass an affected service, for one in a thousand may; the other half is of all. The
same rule holds in every slice, so that before and after stay comparable.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.model import Window

EVERYTHING = '{ resource.service.name != "" }'
"""What names no service is of no use to us; and not every server that speaks TraceQL knows `{}`."""


@dataclass(frozen=True, slots=True)
class Search:
    """One question: at most `limit` traces that match `query` (TraceQL) between two whole seconds."""

    query: str
    start: int
    end: int
    limit: int


def searches(window: Window, affected: Sequence[str], *, traces: int, slices: int) -> list[Search]:
    """For `traces` in all, in slices of the same length; fewer slices where the window has not as many seconds."""
    first, end = int(window.start.timestamp()), -int(-window.end.timestamp() // 1)
    count = min(slices, end - first)
    if count <= 0:
        return []
    queries = [EVERYTHING, *([through(affected)] if affected else [])]
    limit = max(1, traces // (count * len(queries)))
    bounds = [first + (end - first) * at // count for at in range(count + 1)]
    return [Search(query, bounds[at], bounds[at + 1], limit) for at in range(count) for query in queries]


def through(services: Sequence[str]) -> str:
    """Traces that pass one of those services, however its name is spelt: Orders_Service is orders-service."""
    names = "|".join(r"[-_. ]".join(map(re.escape, re.split(r"[-_. ]", each))) for each in services)
    pattern = f"(?i)(.*/)?({names})".replace("\\", "\\\\").replace('"', '\\"')
    return f'{{ resource.service.name =~ "{pattern}" }}'
