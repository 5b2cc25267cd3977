"""Since when, and until when, as it is said in sentences: since 14:00, for the last 20 minutes, from 14:05 to 14:30. Pure.

The law: a time is read where words say that it is when trouble began or ended. How long a timeout is, over how long a rule
looks, and when all was still well are no such words, and stay in the title.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claims
from orchestrator.parameters.durations import duration_at
from orchestrator.parameters.lasting import read_ago, read_lasting
from orchestrator.parameters.moments import Spoken, next_after, resolved, spoken_at
from orchestrator.parameters.points import AGO, FREE, ROUGHLY, Here, Read, allowed, moment_at

_SINCE = re.compile(rf"{FREE}(?:ever )?since(?=[\s\d~:])\s*{ROUGHLY}", re.IGNORECASE)
_FROM = re.compile(rf"{FREE}(?P<lead>from|between|starting(?: from)?)\s+{ROUGHLY}", re.IGNORECASE)
_BARE_RANGE = re.compile(
    r"(?<![\w.:/=-])(?=\d{1,2}:\d{2}(?:\s?[ap]m| ?(?-i:[A-Z]{1,4}))?\s?(?:[-–—]|to|till?|until)\s?\d{1,2}:\d{2})",
    re.IGNORECASE,
)
_TO = re.compile(rf"(?:,?\s(?:until|till|til|to|and)\s+{ROUGHLY}|\s?[-–—]\s?)", re.IGNORECASE)
_TO_NOW = re.compile(r",?\s(?:until|till|til|to)\s(?:just )?(?:now|today)(?!\w)", re.IGNORECASE)
_FOR = re.compile(rf"\sfor\s+{ROUGHLY}(?!the )", re.IGNORECASE)
_UNTIL = re.compile(rf"{FREE}(?:until|till|til)\s+{ROUGHLY}", re.IGNORECASE)
_OVER = re.compile(
    rf"{FREE}(?:ended|recovered|resolved itself|was over|was resolved|was fixed|stopped failing|finish(?:ed|es)?) "
    rf"(?={ROUGHLY}\d|at )\s*{ROUGHLY}",
    re.IGNORECASE,
)
_BEGAN = re.compile(
    rf"{FREE}(?<!was )(?<!were )(?:(?P<began>started|starts|began|begun|begins?|first seen)|(?P<verb>broke|crashed|died|failed"
    rf"|went (?:down|dark|red|bad)|fell over))(?: (?:failing|happening|crashing|erroring|up))?"
    rf"(?= (?:at|around|about|from) | ?~| (?:\d{{1,2}}:\d{{2}}|(?:yesterday|last night|this morning)(?!\w)))"
    rf"\s?(?:(?:at|around|about|from) )?{ROUGHLY}",
    re.IGNORECASE,
)
_LONE = re.compile(r"(?:[1-9]|1\d|2[0-3])(?=\s*(?:$|[,;!?)\n\x00]|\.(?!\d)))", re.ASCII)
"""Since 9: a number that ends what is said of the beginning is an hour."""
_ONWARDS = re.compile(r"\sonwards?(?!\w)", re.IGNORECASE)
_CLOCK = re.compile(rf"{FREE}(?=\d{{1,2}}:\d{{2}})")
_CORRECTED = re.compile(
    r"(?<=[\s,;.!?(\x00—–])(?:(?:no|wait|sorry|actually|rather|or|make (?:it|that))[ ,]+)+(?=\d{1,2}:\d{2})",
    re.IGNORECASE,
)
"""Behind a beginning, another one: since 14:00, no, 13:00."""
_DAY_BEFORE = re.compile(
    r"(?:yesterday|today|tonight|last night|this (?:morning|afternoon|evening)"
    r"|(?:last |on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?: (?:morning|afternoon|evening|night))?,? $",
    re.IGNORECASE,
)


def read_windows(canvas: Canvas, claims: Claims, here: Here) -> None:
    """Every beginning and end that is said. Raises ParameterExtractionError for one that cannot be."""
    for reader in (_ranges, _since, read_lasting, _began, read_ago, _until, _onwards, _corrected):
        reader(canvas, claims, here)


def _ranges(canvas: Canvas, claims: Claims, here: Here) -> None:
    for pattern in (_FROM, _BARE_RANGE):
        at = 0
        while lead := pattern.search(canvas.open, at):
            at = max(lead.end(), lead.start() + 1)
            _range(canvas, claims, here, lead)


def _range(canvas: Canvas, claims: Claims, here: Here, lead: re.Match[str]) -> None:
    first = spoken_at(canvas.open, lead.end(), "since", bare=True)
    if first is None:
        return
    to = None if _TO_NOW.match(canvas.open, first.end) else _TO.match(canvas.open, first.end)
    bare = first.clock is not None and first.clock.bare
    second = spoken_at(canvas.open, to.end(), "until") if to else None
    if bare and (second is None or second.clock is None or not second.clock.half):
        return
    start, before = lead.start(), _DAY_BEFORE.search(canvas.open, 0, lead.start())
    if before and first.day is None:
        first = replace(first, day=spoken_at(canvas.open, before.start(), "since").day)  # type: ignore[union-attr]
        start = before.start()
    if second is None and lead[0][:1].lower() == "b":
        return
    _window(canvas, claims, here, start, first, second)


def _window(canvas: Canvas, claims: Claims, here: Here, start: int, first: Spoken, second: Spoken | None) -> None:
    """A beginning, with its end where that was said, or how long it took."""
    if second is not None:
        told, first = first.day, first.like(second)
        second = second.like(replace(first, day=None, clock=None))
        since = resolved(first, here.now, here.zone)
        end = second.end
    else:
        told, since, end = first.day, resolved(first, here.now, here.zone), first.end
    if since is None:
        return
    until = _end_of(second, since, told is not None, here) if second else None
    took = _FOR.match(canvas.open, end) if second is None else None
    if took and (lasted := duration_at(canvas.open, took.end())):
        until, end = since + lasted[0], lasted[1]
    words = canvas.strike(start, end)
    claims.add("since", allowed("since", words, since, here.now), words)
    if until is not None:
        claims.add("until", allowed("until", words, until, here.now), words)


def _end_of(said: Spoken, since: datetime, dated: bool, here: Here) -> datetime | None:
    """The end of a window: behind a beginning whose day was said, it is that clock's first time after it."""
    if said.day is None and dated and said.clock is not None:
        return next_after(said.clock, since, said.zone or here.zone)
    return resolved(said, here.now, here.zone)


def _since(canvas: Canvas, claims: Claims, here: Here) -> None:
    at = 0
    while lead := _SINCE.search(canvas.open, at):
        at = lead.end()
        found = moment_at(canvas.open, lead.end(), "since", here)
        if found is None:
            if said := _lone_hour(canvas.open, lead.end()):
                _window(canvas, claims, here, lead.start(), said, None)
            continue
        if found.said is None:
            words = canvas.strike(lead.start(), found.end)
            claims.add("since", allowed("since", words, found.moment, here.now), words)
            continue
        _window(canvas, claims, here, lead.start(), found.said, _other_end(canvas, found.said))


def _until(canvas: Canvas, claims: Claims, here: Here) -> None:
    for pattern in (_UNTIL, _OVER):
        at = 0
        while lead := pattern.search(canvas.open, at):
            at = lead.end()
            found = moment_at(canvas.open, lead.end(), "until", here)
            if found is None or (found.said is None and not AGO.search(canvas.open, lead.end(), found.end)):
                continue
            moment = _last_end(found, claims, here)
            words = canvas.strike(lead.start(), found.end)
            claims.add("until", allowed("until", words, moment, here.now), words)


def _last_end(found: Read, claims: Claims, here: Here) -> datetime:
    """Behind a beginning on an earlier day, a clock time is the first one after it."""
    since = [each.value for each in claims.of("since")]
    said = found.said
    if not said or said.day or not said.clock or not since or found.moment - since[0] < timedelta(days=1):
        return found.moment
    return next_after(said.clock, since[0], said.zone or here.zone)


def _began(canvas: Canvas, claims: Claims, here: Here) -> None:
    """Started at 14:12."""
    at = 0
    while lead := _BEGAN.search(canvas.open, at):
        at = lead.end()
        said = spoken_at(canvas.open, lead.end(), "since")
        if said is None and lead["began"]:
            said = _lone_hour(canvas.open, lead.end())
        if said is not None and (said.clock is not None or said.day is not None):
            start = lead.start() if lead["began"] else lead.end("verb")
            _window(canvas, claims, here, start, said, _other_end(canvas, said))


def _lone_hour(text: str, at: int) -> Spoken | None:
    said = spoken_at(text, at, "since", bare=True) if _LONE.match(text, at) else None
    if said is None or said.clock is None:
        return None
    return replace(said, clock=replace(said.clock, bare=False, twelve=said.clock.hour <= 12))


def _onwards(canvas: Canvas, claims: Claims, here: Here) -> None:
    """14:12 onwards."""
    at = 0
    while _ONWARDS.search(canvas.open, at) and (lead := _CLOCK.search(canvas.open, at)):
        at = lead.end() + 1
        said = spoken_at(canvas.open, lead.end(), "since")
        if said is not None and (onwards := _ONWARDS.match(canvas.open, said.end)):
            _window(canvas, claims, here, lead.start(), replace(said, end=onwards.end()), None)


def _corrected(canvas: Canvas, claims: Claims, here: Here) -> None:
    at = 0
    while claims.of("since") and (lead := _CORRECTED.search(canvas.open, at)):
        at = lead.end() + 1
        said = spoken_at(canvas.open, lead.end(), "since")
        if said is not None:
            _window(canvas, claims, here, lead.start(), said, None)


def _other_end(canvas: Canvas, said: Spoken) -> Spoken | None:
    """The end that is said right behind a beginning."""
    to = None if _TO_NOW.match(canvas.open, said.end) else _TO.match(canvas.open, said.end)
    return spoken_at(canvas.open, to.end(), "until") if to and " and" not in to[0] else None
