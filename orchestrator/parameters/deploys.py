"""Since which change: "since the deploy", "since the orders deploy", "since v76 was deployed". Pure.

The law: the latest deploy of the service that is named is meant. Where none is named and one was deployed of late, that;
where several were, or none of the service that is named, people are asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claims
from orchestrator.parameters.extraction import Choice
from orchestrator.parameters.known import Known, KnownChange
from orchestrator.parameters.points import allowed
from orchestrator.parameters.services import named_in

OF_LATE = timedelta(hours=24)
MOST_CHOICES = 5
_WHAT = r"(?P<what>deploy(?:ment|s)?|release|roll-?out|config(?:uration)?(?: change)?|change)"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
SHORT_COMMIT = 7
_VERSION = r"(?P<version>v\d[\w.-]*|\d+(?:\.\d+)+)"
_WAS = r" (?:was|got|went|has been) (?:deployed|released|rolled out|shipped|live|out)"
_SINCE = r"(?<![\w=./-])(?:(?:ever )?since\s?(?:=\s?)?|(?:right |just |shortly )?after )"
_PHRASES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"{_SINCE}(?:(?:the|our|its|that|this|today's|yesterday's) )?(?:(?:last|latest|newest|recent|most recent|new) )*"
            rf"(?:(?P<service>(?!config)[\w][\w-]*(?: [\w-]+)?) )??(?:{_VERSION} )?{_WHAT}(?! (?:window|pipeline|job)\b)"
            rf"(?: of (?:the )?(?P<service2>[\w-]+))?(?!\w)"
        ),
        rf"{_SINCE}(?:(?:the|our) )?(?:(?P<service>[\w][\w-]*) )??(?:version )?(?P<version>v\d[\w.-]*)(?:{_WAS})?(?![\w:])",
        rf"{_SINCE}(?:(?:the|our) )?(?:(?P<service>[\w][\w-]*) )??(?:version )?{_VERSION}{_WAS}(?!\w)",
        (
            rf"{_SINCE}(?:we|they|I|somebody|someone) (?:deployed|released|shipped|rolled out) (?:the )?"
            rf"(?:(?P<service>[\w][\w-]*)(?: |$))?(?:{_VERSION})?"
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that name a change: of which service, which version, and whether a configuration."""

    words: str
    service: str
    version: str
    config: bool


def read_phrases(canvas: Canvas, known: Known) -> list[Phrase]:
    """What is said of deploys. A word before it that is no known service makes it another thing: since the index change."""
    phrases = []
    for pattern in _PHRASES:
        at = 0
        while found := pattern.search(canvas.open, at):
            at = found.end()
            phrase = _phrase(found, known)
            if phrase and known.changes:
                phrases.append(phrase)
                canvas.strike(found.start(), found.end())
    return phrases


def _phrase(found: re.Match[str], known: Known) -> Phrase | None:
    parts = found.groupdict()
    said = (parts.get("service2") or parts.get("service") or "").strip()
    config = bool(re.match("config", parts.get("what") or "", re.IGNORECASE))
    version = (parts.get("version") or "").rstrip(".")
    if (parts.get("what") or "").lower() == "change" and not said:
        return None
    if not said:
        return Phrase(found[0].strip(), "", version, config)
    named = named_in(said, known)
    return Phrase(found[0].strip(), named[0], version, config) if len(named) == 1 else None


def resolve(phrases: Sequence[Phrase], services: Sequence[str], known: Known, claims: Claims, now: datetime) -> None:
    """The moments of those changes, as claims or as questions. `services` are those that are affected."""
    for phrase in phrases:
        changes = sorted(
            (each for each in known.changes if each.at <= now and (each.kind == "config") == phrase.config),
            key=lambda each: each.at,
            reverse=True,
        )
        fitting = _fitting(phrase, services, changes, now)
        if len({each.at for each in fitting}) == 1:
            claims.add("since", allowed("since", phrase.words, fitting[0].at, now), phrase.words)
        else:
            claims.ask("since", phrase.words, tuple(_choice(each) for each in (fitting or changes)[:MOST_CHOICES]))


def _fitting(
    phrase: Phrase, services: Sequence[str], changes: Sequence[KnownChange], now: datetime
) -> Sequence[KnownChange]:
    """The changes that may be meant, the latest of each service."""
    of = [phrase.service] if phrase.service else list(services)
    if phrase.version:
        same = [each for each in changes if each.version.lower().lstrip("v") == phrase.version.lower().lstrip("v")]
        return [each for each in same if not phrase.service or each.service == phrase.service]
    near = [each for each in changes if each.service in of] if of else [c for c in changes if now - c.at <= OF_LATE]
    return list({each.service: each for each in reversed(near)}.values())


def _choice(change: KnownChange) -> Choice:
    version = change.version[:SHORT_COMMIT] if _COMMIT.fullmatch(change.version) else change.version
    what = " ".join(each for each in (change.service, version or change.kind) if each)
    return Choice(
        label=f"{what}, {change.at:%H:%M} UTC on {change.at:%d %b}", option=f"since={change.at:%Y-%m-%dT%H:%M:%SZ}"
    )
