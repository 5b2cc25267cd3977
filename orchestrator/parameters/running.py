"""How a run is to be done: in parallel or one after the other, and which agents look. Pure.

The law: such words count where somebody tells us what to do: in a clause that says nothing else. Parallel requests, slow
database queries and an error between networks are what is wrong.
"""

import re
from collections.abc import Sequence

from orchestrator.errors import ParameterExtractionError
from orchestrator.naming.spelling import slip_of
from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claims
from orchestrator.parameters.known import Known

_AGENTS = r"(?:the )?(?:agents|specialists)"
_MODES = {
    "parallel": rf"(?:all {_AGENTS} )?(?:all )?(?:at once )?in parallel"
    rf"|(?:all|all {_AGENTS}|everything) at (?:once|the same time)|concurrently|simultaneously|parallel mode|{_AGENTS} at once",
    "sequential": r"(?:in )?sequentially|one after (?:the other|another)|one by one"
    r"|one (?:agent |specialist )?at a time|in sequence|sequential mode|in sequential order",
}
_MODE = re.compile(
    "|".join(f"(?P<{name}>(?<![\\w-])(?:{words})(?![\\w-]))" for name, words in _MODES.items()), re.IGNORECASE
)
_TELLING = (
    r"(?:run|go|do|investigate|look(?: at| into)?|check|analy[sz]e|use|execute|work|start|please|pls|plz|and|it|this|them"
    r"|that|the|agents?|specialists?|all|everything|then|but|ok|okay|thanks|thank you|now|also|on|with|in|for|can|could|you"
    r"|is|possible"
    r"|we|should|let'?s|mode|just|want|would|like|i'd|i|to)"
)
_ONLY_TELLING = re.compile(rf"(?:[\s\x00]*(?:{_TELLING}(?![\w-])|[\x00\s:–—-]+))*[\s\x00]*$", re.IGNORECASE)
_TOLD = re.compile(
    r"^[\s\x00]*(?:please |pls |can you |could you )?(?:investigate|run|look (?:at|into)|check|analy[sz]e)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;.!?\n()]|\bbut\b")
_ENDS = re.compile(
    r"(?:[\s\x00]*(?:please|pls|plz|thanks|now|on[\s\x00]*\x00))*[\s\x00]*(?:$|[,;.!?\n)]|(?:and|but)\b)", re.IGNORECASE
)

_FOR_ONE = re.compile(rf" for (?:the )?[\w-]+{_ENDS.pattern}", re.IGNORECASE)

_AND = r"(?:\s?[,/&+]\s?|,? and | or )"


def read_mode(canvas: Canvas, claims: Claims) -> None:
    """The mode that is asked for."""
    at = 0
    while found := _MODE.search(canvas.open, at):
        at = found.end()
        before = _CLAUSE.split(canvas.open[: found.start()])[-1]
        told = _ONLY_TELLING.match(before) or (_TOLD.match(before) and len(before) < 80)
        if told and _ENDS.match(canvas.open, found.end()):
            claims.add("mode", found.lastgroup, canvas.strike(found.start(), found.end()))


def agents_of(typed: Sequence[str], known: Known) -> tuple[str, ...]:
    """The agents of these names; slips are mended. Raises ParameterExtractionError where there is no such agent."""
    found = []
    for each in typed:
        name = each.lower()
        meant = name if name in known.agents else slip_of(name, known.agents)
        if known.agents and meant is None:
            rule = f"must be among {', '.join(known.agents)}"
            raise ParameterExtractionError("agents", each, rule, f"agents={known.agents[0]}")
        found.append(meant or name)
    return tuple(dict.fromkeys(found))


def read_agents(canvas: Canvas, claims: Claims, known: Known) -> None:
    """Which agents are to look, or not to."""
    if not known.agents:
        return
    one = "|".join(re.escape(each) for each in known.agents)
    names = rf"((?:the )?(?:{one})(?:{_AND}(?:the )?(?:{one}))*)"
    who = r"(?: (?:agents?|specialists?))"
    only = re.compile(
        rf"(?<![\w-])(?:(?:please )?(?:just|only) (?:(?:use|ask|run|look at|check|with|take) )?(?:the )?{names}{who}?"
        rf"|(?:use|ask|run|take|with) (?:just |only )(?:the )?{names}{who}?|{names}{who}? only)",
        re.IGNORECASE,
    )
    without = re.compile(
        rf"(?<![\w-])(?:without|skip|leave out|except|no|not|don'?t (?:use|ask|run)) (?:the )?{names}{who}(?!\w)",
        re.IGNORECASE,
    )
    for pattern, rest in ((only, False), (without, True)):
        while found := pattern.search(canvas.open):
            before = _CLAUSE.split(canvas.open[: found.start()])[-1]
            surely = rest or found[0].lower().endswith(("agent", "agents", "specialist", "specialists"))
            ends = _ENDS.match(canvas.open, found.end()) or _FOR_ONE.match(canvas.open, found.end())
            if not ends or not (surely or _ONLY_TELLING.match(before)):
                break
            named = re.findall(one, next(each for each in found.groups() if each).lower())
            value = tuple(each for each in known.agents if (each not in named) == rest)
            claims.add("agents", value, canvas.strike(found.start(), found.end()))
