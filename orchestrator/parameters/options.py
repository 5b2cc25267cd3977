"""key=value, as people type it: `budget=10`, `services = checkout, cart`, `since: 14:10`, `--mode parallel`. Pure.

The law: a key of ours whose value cannot be used is refused, and so is one without a value. Keys of others (status=500,
labels of an alert) are words. A key that is nearly ours is that one.
"""

import re

from orchestrator.errors import ParameterExtractionError
from orchestrator.naming import NOBODY, meant
from orchestrator.naming.spelling import is_slip, slip_of
from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claims
from orchestrator.parameters.extraction import MOST_NAME, MOST_NAMES, Source
from orchestrator.parameters.known import Known
from orchestrator.parameters.moments import no_time
from orchestrator.parameters.money import parse_budget
from orchestrator.parameters.points import Here, allowed, moment_at
from orchestrator.parameters.running import agents_of
from orchestrator.parameters.services import choices_of
from orchestrator.parameters.severities import parse_severity

OPTIONS = ("budget", "mode", "agents", "since", "until", "services", "severity")
_ALIASES = {"service": "services", "svc": "services", "agent": "agents", "sev": "severity", "from": "since"}
_EXAMPLES = {
    "budget": "budget=10",
    "mode": "mode=sequential",
    "agents": "agents=application,database",
    "since": "since=14:00 or since=30m",
    "until": "until=14:45 or until=10m",
    "services": "services=checkout,payments",
    "severity": "severity=SEV2",
}
_KEY = re.compile(
    r"(?<![^\s,;(\x00])(?P<flag>--)?(?P<key>[A-Za-z_]{3,20})(?P<sign>\s?=[^\S\n]?|:[^\S\n]|(?<=[a-z])[^\S\n])", re.ASCII
)
_QUOTED = re.compile(r'"([^"]*)"')
_WORD = re.compile(r'[^\s"\x00\x01]*')
_MORE = re.compile(r"[^\S\n]?[,;][^\S\n]?([^\s,;\"=\x00]+)(?=[\s,;.]|$)(?!\s?=)")
_NOBODYS = frozenset({"null", "none", "nil", "undefined", "true", "false"})
"""Values that code has and people do not type."""
_AFTER = re.compile(r"\s|$|[,;.!?)]")
_CURRENCY = re.compile(r"[^\S\n](?:usd|dollars?|bucks?)(?!\w)", re.IGNORECASE)
_OF_OTHERS = re.compile(r"(?:error|latency|time|retry) $", re.IGNORECASE)


def key_of(typed: str) -> str | None:
    """The option that a key means; None for one that is none of ours."""
    key = typed.lower()
    if key in OPTIONS:
        return key
    return _ALIASES.get(key) or slip_of(
        key, [each for each in OPTIONS if each != "mode" or is_slip(key, each)], shortest=5
    )


def parse_names(field: str, text: str) -> tuple[str, ...]:
    """Names separated by commas or semicolons, each once, in the order given. Raises ParameterExtractionError."""
    names = tuple(dict.fromkeys(part.strip() for part in re.split("[,;]", text) if part.strip()))
    example = _EXAMPLES.get(field, f"{field}=checkout,payments")
    if not names:
        raise ParameterExtractionError(field, text, "must name at least one", example)
    if len(names) > MOST_NAMES or any(len(name) > MOST_NAME for name in names):
        rule = f"must be at most {MOST_NAMES} names of {MOST_NAME} characters"
        raise ParameterExtractionError(field, text[:80], rule, example)
    return names


def read_options(canvas: Canvas, claims: Claims, known: Known, here: Here) -> None:
    """Every option that is typed. Raises ParameterExtractionError for one that cannot be used."""
    at = 0
    while found := _KEY.search(canvas.open, at):
        at = found.end()
        name = key_of(found["key"])
        sign = found["sign"].strip()
        if name is None or (not sign and not found["flag"]):
            continue
        if sign == ":" and (
            _OF_OTHERS.search(canvas.open, 0, found.start()) or not _fits(name, canvas, found.end(), known, here)
        ):
            continue
        exact = found["key"].lower() == name or found["key"].lower() in _ALIASES
        _read(canvas, claims, found, name, known, here, exact=exact)


def _fits(name: str, canvas: Canvas, at: int, known: Known, here: Here) -> bool:
    """Whether what stands behind a colon is a value; budgets are refused, other words are a sentence's own."""
    if name == "budget":
        return canvas.open[at : at + 1] in set("-$0123456789")
    if name in ("since", "until"):
        return bool(moment_at(canvas.open, at, name, here))
    typed, _ = _typed(canvas.open, at, name, known)
    try:
        return bool(typed) and bool(_value(name, typed, known))
    except ParameterExtractionError:
        return False


def _read(
    canvas: Canvas, claims: Claims, found: re.Match[str], name: str, known: Known, here: Here, *, exact: bool
) -> None:
    typed, end = _typed(canvas.open, found.end(), name, known)
    if typed.lower() in _NOBODYS:
        return
    if not typed:
        raise ParameterExtractionError(name, "", "has no value", _EXAMPLES[name])
    if name in ("since", "until"):
        _moment(canvas, claims, found, name, here)
        return
    try:
        value = _value(name, typed, known)
    except ParameterExtractionError:
        if not exact and len(name) < len("budget"):
            return
        raise
    words = canvas.strike(found.start(), end)
    if name == "services":
        _services(claims, value, words, known)
    else:
        claims.add(name, value, words, Source.TYPED)


def _typed(text: str, at: int, name: str, known: Known) -> tuple[str, int]:
    """The value that begins there, and where it ends."""
    if quoted := _QUOTED.match(text, at):
        return quoted[1].strip(), quoted.end()
    found = _WORD.match(text, at)
    assert found is not None
    typed = found[0].rstrip(",;.!?)")
    end = at + len(typed)
    if name in ("services", "agents"):
        typed = found[0].rstrip(".!?)")
        end = at + len(typed)
        while typed and (more := _MORE.match(text, end - (len(typed) - len(typed.rstrip(",;"))))):
            if not (
                meant(more[1], known.services) != NOBODY if name == "services" else more[1].lower() in known.agents
            ):
                break
            typed, end = f"{typed.rstrip(',;')},{more[1]}", more.end()
        bare = typed.rstrip(",;")
        return (bare, end - (len(typed) - len(bare))) if bare else (typed, end)
    currency = _CURRENCY.match(text, end) if name == "budget" else None
    return typed, currency.end() if currency else end


def _value(name: str, typed: str, known: Known) -> object:
    if name == "budget":
        return parse_budget(typed)
    if name == "severity":
        return parse_severity(typed)
    if name == "mode":
        mode = typed.lower()
        chosen = mode if mode in known.modes else slip_of(mode, known.modes)
        if chosen is None:
            raise ParameterExtractionError("mode", typed, f"must be {' or '.join(known.modes)}", "mode=sequential")
        return chosen
    names = parse_names(name, typed)
    return agents_of(names, known) if name == "agents" else names


def _moment(canvas: Canvas, claims: Claims, found: re.Match[str], name: str, here: Here) -> None:
    """A time as a sentence would have it may stand behind the sign too: since=yesterday 18:00."""
    quoted = canvas.open[found.end() : found.end() + 1] == '"'
    start = found.end() + quoted
    read = moment_at(canvas.open, start, name, here)
    end = canvas.open.find('"', start) if quoted else -1
    if read is None or (not _AFTER.match(canvas.open, read.end) and not quoted) or (quoted and read.end != end):
        raise no_time(name, canvas.open[start:end] if quoted else canvas.open[start:].split()[0][:80])
    words = canvas.strike(found.start(), read.end + quoted)
    claims.add(name, allowed(name, words, read.moment, here.now), words, Source.TYPED)


def _services(claims: Claims, typed: object, words: str, known: Known) -> None:
    """Each typed name under its known one; one that fits several is a question; a stranger is kept.

    Kept is also who is in one other name only: orders may have no telemetry where orders-db has, and the report names that.
    """
    assert isinstance(typed, tuple)
    names: list[str] = []
    for each in typed:
        found = meant(each, known.services)
        if len(found.near) > 1:
            claims.ask("services", each, choices_of(found.near))
        names.append(found.name or each)
    claims.add("services", tuple(dict.fromkeys(names)), words, Source.TYPED)
