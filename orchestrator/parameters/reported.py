"""What somebody else said without quotation marks: "the log of cart says budget=900". Pure.

The law: it may tell of the incident, and has no say in how we run: no option, no budget, no severity is read from it.
"""

import re

from orchestrator.parameters.canvas import Canvas

_SAYS = re.compile(
    r"\b(?:says?|said|saying|wrote|writes?|prints?|printed|reads|claims|claimed|demands?|demanded|told (?:me|us)"
    r"|ask(?:s|ed)? (?:me|us) to)\b(?: that|:)?\s+(?P<what>[^\n]*)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;]\s|[.!?]\s|$")
_SETS = re.compile(
    r"(?<![^\s,;(])[A-Za-z_]{3,20}\s?=\s?[^\s,;]+|\b(?:budget|severity|priority|mode|agents?|spend|sev|parallel|sequential\w*)\b[^,;]*",
    re.IGNORECASE,
)


def cover_reported(canvas: Canvas) -> None:
    """Cover what is said there of how to run, to the end of the clause."""
    for found in _SAYS.finditer(canvas.open):
        start = found.start("what")
        end = _CLAUSE.search(canvas.open, start)
        stop = end.start() if end else len(canvas.open)
        sets = _SETS.search(canvas.open, start, stop)
        if sets:
            canvas.cover(sets.start(), stop)
