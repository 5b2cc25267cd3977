"""How bad it is: SEV2, P2, sev two, severity is major, high severity, this is critical. Pure.

The law: an adjective is a severity only beside a word that says so; high latency, minor GC and low disk say something else,
and what is "not critical" is nothing yet.
"""

import re

from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Severity
from orchestrator.naming.spelling import slip_of
from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claims

_ADJECTIVES = {
    "critical": Severity.SEV1,
    "high": Severity.SEV2,
    "major": Severity.SEV2,
    "medium": Severity.SEV3,
    "moderate": Severity.SEV3,
    "low": Severity.SEV4,
    "minor": Severity.SEV4,
}
_SEVERITIES = {
    **_ADJECTIVES,
    "unknown": Severity.UNKNOWN,
    **dict.fromkeys(("p0", "sev0", "sev-0"), Severity.SEV1),
    **{f"{letter}{n}": Severity(f"SEV{n}") for letter in ("p", "sev", "sev-") for n in (1, 2, 3, 4)},
}
_COUNTS = {"0": 1, "1": 1, "2": 2, "3": 3, "4": 4, "zero": 1, "one": 1, "two": 2, "three": 3, "four": 4}
RULE, EXAMPLE = "must be SEV1 to SEV4, P1 to P4, critical, high, medium or low", "severity=SEV2"

_ANY = "|".join(_ADJECTIVES)
_CODE = re.compile(
    r"(?<![\w./=-])(?:(?:an? |as an? |it'?s an? )?(?:sev|severity)[ -]?(?P<sev>\d{1,3}|zero|one|two|three|four)"
    r"|(?:an? |as an? |it'?s an? )?(?:p|prio(?:rity)?[ -]?)(?P<p>[0-4]))(?![\w%-]|\.\d)",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"(?<![\w=-])(?:(?:(?:the )?(?:severity|priority)(?: is|:| =|,)? ?(?:set to )?(?P<behind>{_ANY}|unknown))"
    rf"|(?:(?:of |with |at )?(?P<before>{_ANY})[ -](?:severity|priority|sev|prio)))(?![\w-])",
    re.IGNORECASE,
)
_IS = re.compile(
    r"(?<![\w=-])(?:(?:this|it|that)(?:'s| is| was)?|(?:treat|handle|consider) (?:this|it|that) as|and|but) "
    r"(?:an? |really |very |quite |pretty |only |just |rather )*(?P<is>critical|major|minor)"
    r"(?: (?:incident|outage|issue|problem|one))?(?=\s*(?:$|[,;.!?)\n\x00]))",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?:(?:^|(?<=[;.!?\n\x00\x01]))\s*(?P<sentence>medium)(?=\s*(?:$|[;.!?\n\x00]))"
    r"|(?:^|(?<=[,;.!?\n\x00\x01]))\s*(?P<alone>critical|major|minor)(?=\s*(?:$|[,;.!?\n\x00]))|\[(?P<tag>critical|major|minor)\])",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\[FIRING[:\d]*\](?=[^\n]{0,300}?[( ](?P<label>critical|major|minor)[ )])", re.IGNORECASE | re.MULTILINE
)
"""A label of an alert, as Alertmanager names it to Slack."""
_KIND = re.compile(r"(?<![\w=-])(?P<kind>critical|major|minor) (?:incident|outage)(?!\w)", re.IGNORECASE)
_NOT = re.compile(
    r"(?:\b(?:not|no|non|never|isn'?t|hardly|neither|nor)|n't)(?:[ -](?:a|an|really|yet|so|of|that))*[ -]?$",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"^(?:\w+(?:'s)? ){0,2}(?:is |was )?(?:not|never|no) ", re.IGNORECASE)


def parse_severity(text: str) -> Severity:
    """SEV1, P1 and critical mean the same. Raises ParameterExtractionError."""
    given = text.strip().lower()
    meant = given if given in _SEVERITIES else slip_of(given, _ADJECTIVES)
    found = _SEVERITIES.get(meant or "")
    if found is None:
        raise ParameterExtractionError("severity", text, RULE, EXAMPLE)
    return found


def read_severity(canvas: Canvas, claims: Claims) -> None:
    """Every severity that is said. Raises ParameterExtractionError for one that there is not."""
    for pattern in (_CODE, _SAID, _IS, _BARE, _KIND, _LABEL):
        at = 0
        while found := pattern.search(canvas.open, at):
            at = max(found.end(), found.start() + 1)
            if _NOT.search(canvas.open[max(0, found.start() - 20) : found.start()]):
                continue
            value = _value(found, pattern)
            told = found.span("label") if pattern is _LABEL else found.span()
            words = canvas.words(*told) if pattern in (_KIND, _LABEL) else canvas.strike(*told)
            claims.add("severity", value, words)


def _value(found: re.Match[str], pattern: re.Pattern[str]) -> Severity:
    said = next(each for each in found.groups() if each).lower()
    if pattern is not _CODE:
        return _SEVERITIES[said]
    if said not in _COUNTS:
        raise ParameterExtractionError("severity", found[0].strip(), RULE, EXAMPLE)
    return Severity(f"SEV{_COUNTS[said]}")
