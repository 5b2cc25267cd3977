"""Log lines that hold certain words: how many before and since, as templates, and a few as they were printed."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from agents.analyzers.templates import mine
from agents.incident.lookups.remit import Remit, Wish, minutes_of, one_of
from agents.incident.lookups.text import fitted, nothing, partly, safe
from agents.incident.words import clock
from orchestrator.model import Logs, Window
from orchestrator.ports import Tool

MOST_LINES = 10
MOST_TEMPLATES = 8
MOST_MINED = 4_000
"""Of more matching lines than that an even share becomes templates; all are counted."""
DESCRIPTION = "Lines with all words, counted, samples"


class LinesWish(Wish):
    """`words` are looked for in any case and order; none means every line."""

    service: str
    words: str = ""
    limit: Annotated[int, Field(ge=1, le=MOST_LINES)] = 5


@dataclass(frozen=True, slots=True)
class Found:
    """Matching rows of a batch, ascending by time, split where the incident begins."""

    logs: Logs
    before: Sequence[int]
    since: Sequence[int]


def lines_tool(remit: Remit) -> Tool:
    """The lookup of log lines."""

    async def run(wish: LinesWish) -> str:
        return await look_up(remit, wish)

    return Tool("log_lines", DESCRIPTION, LinesWish, run)


async def look_up(remit: Remit, wish: LinesWish) -> str:
    """What was printed. Raises ParameterExtractionError for what may not be asked, SourceUnavailableError."""
    source = remit.telemetry.logs
    if source is None:
        return "Nothing there: no source of logs is configured."
    read = await remit.answered(source.read_logs(remit.whole), "Logs")
    service = one_of("service", wish.service, {*read.services, *remit.known}, "service")
    if read.asked.left_out:
        narrow = replace(remit.whole, services=(service,))
        read = await remit.answered(source.read_logs(narrow), "Logs")
    return await asyncio.to_thread(told, remit, wish, read, service)


def told(remit: Remit, wish: LinesWish, read: Logs, service: str) -> str:
    """The answer in words."""
    found = matching(read, service, wish.words, remit.split)
    looked_for = f"lines of {service}" + (f" with {wish.words!r}" if wish.words.strip() else "")
    if not (found.before or found.since):
        return nothing(f"no {safe(looked_for, 160)}", read.asked, remit.whole.window)
    counts = f"{_counted(found.since, 'since', remit.since)}, {_counted(found.before, 'before', remit.before)}"
    head = f"{safe(looked_for, 160)}, from {clock(remit.split)} UTC: {counts}"
    return fitted([head, *_templates(found), *_examples(found, wish.limit), *partly(read.asked)])


def matching(read: Logs, service: str, words: str, split: float) -> Found:
    """The rows of that service with all those words."""
    wanted = words.casefold().split()
    rows = [row for row, each in enumerate(read.services) if each == service]
    if wanted:
        folded = ((row, read.messages[row].casefold()) for row in rows)
        rows = [row for row, line in folded if all(each in line for each in wanted)]
    since = [row for row in rows if read.times[row] >= split]
    return Found(read, rows[: len(rows) - len(since)], since)


def _counted(rows: Sequence[int], words: str, window: Window) -> str:
    return f"{len(rows)} {words} ({minutes_of(window)} min)"


def _templates(found: Found) -> Iterator[str]:
    """Those that became more come first."""
    rows = _share([*found.before, *found.since])
    templates = mine([found.logs.services[row] for row in rows], [found.logs.messages[row] for row in rows])
    edge = found.since[0] if found.since else len(found.logs)
    before, since = Counter[int](), Counter[int]()
    for row, template in zip(rows, templates.of_line, strict=True):
        (since if row >= edge else before)[template] += 1
    known = sorted({*before, *since} - {-1}, key=lambda each: (before[each] - since[each], templates.texts[each]))
    of_all = "" if len(rows) == len(found.before) + len(found.since) else f", of {len(rows)} lines, evenly chosen"
    yield f"templates (since/before{of_all}):"
    for each in known[:MOST_TEMPLATES]:
        yield f"{since[each]}/{before[each]} {safe(templates.texts[each])}"
    if len(known) > MOST_TEMPLATES:
        yield f"(cut: {len(known) - MOST_TEMPLATES} more templates)"


def _share(rows: Sequence[int]) -> Sequence[int]:
    if len(rows) <= MOST_MINED:
        return rows
    return [rows[at * len(rows) // MOST_MINED] for at in range(MOST_MINED)]


def _examples(found: Found, limit: int) -> Iterator[str]:
    """The first since the start, each text once; where there are none, the last before."""
    rows = found.since or list(reversed(found.before))
    texts: dict[str, str] = {}
    for row in rows:
        line = safe(found.logs.messages[row])
        if line not in texts:
            texts[line] = f"{clock(found.logs.times[row] // 1)} {found.logs.levels[row] or '-'} {line}"
        if len(texts) == limit:
            break
    yield "lines:"
    yield from texts.values()
