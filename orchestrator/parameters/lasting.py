"""How long it has been going on: for the last 20 minutes, down for an hour, two hours ago. Pure.

The law: how long something takes, or was well, is no beginning; words before it have to say that trouble began then.
"""

import re
from datetime import timedelta

from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claims
from orchestrator.parameters.durations import duration_at
from orchestrator.parameters.points import AGO, FREE, LAST, ROUGHLY, Here, allowed

_BEGUN = re.compile(
    r"\b(?:started|began|begun|broke|crashed|died|went|fell|stopped|failed|first seen|happening|since(?! (?:then|was|is)\b))\b",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:fine|ok|okay|well|worked|working|healthy|good|normal|restarted|deployed|released|rolled|rebooted|was started"
    r"|backup|until|before|not)\b",
    re.IGNORECASE,
)
_FOR_SO_LONG = re.compile(rf"\bfor {ROUGHLY}", re.IGNORECASE)
_GOING_ON = re.compile(r"\b(?:been|been like (?:this|that)|down|failing|broken|out|unavailable|slow) $", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"(?: or so)?\s*(?:$|[,;.!?\n\x00])")
_COUNT = re.compile(rf"{FREE}{ROUGHLY}(?=[\da-z])", re.IGNORECASE)
_STILL = re.compile(r"\s(?:now|already|by now|so far)(?!\w)", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;.!?\n()]|\bbut\b|\band\b")


def read_lasting(canvas: Canvas, claims: Claims, here: Here) -> None:
    """For the last 20 minutes; for 20 minutes now; down for 20 minutes."""
    at = 0
    while lead := LAST.search(canvas.open, at):
        at = lead.end()
        if found := duration_at(canvas.open, lead.end(), alone=True):
            _begun(canvas, claims, here, lead.start(), found)
    at = 0
    while lead := _FOR_SO_LONG.search(canvas.open, at):
        at = lead.end()
        found = duration_at(canvas.open, lead.end())
        if found is None:
            continue
        still = _STILL.match(canvas.open, found[1])
        if still or (_GOING_ON.search(canvas.open[: lead.start()]) and _CLAUSE_ENDS.match(canvas.open, found[1])):
            _begun(canvas, claims, here, lead.start(), (found[0], still.end() if still else found[1]))


def read_ago(canvas: Canvas, claims: Claims, here: Here) -> None:
    """Two hours ago, where the words before it say that something began then, or where it stands alone."""
    at = 0
    while found := _COUNT.search(canvas.open, at):
        at = found.end() + 1
        lasted = duration_at(canvas.open, found.end())
        ago = AGO.match(canvas.open, lasted[1]) if lasted else None
        if lasted is None or ago is None:
            continue
        at = ago.end()
        clause = _CLAUSE.split(canvas.open[: found.start()])[-1]
        if not _WELL.search(clause) and (_BEGUN.search(clause) or not clause.strip(" \x00")):
            _begun(canvas, claims, here, found.start(), (lasted[0], ago.end()))


def _begun(canvas: Canvas, claims: Claims, here: Here, start: int, lasted: tuple[timedelta, int]) -> None:
    words = canvas.strike(start, lasted[1])
    claims.add("since", allowed("since", words, here.now - lasted[0], here.now), words)
