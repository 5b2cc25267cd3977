"""The grammar: what somebody typed, read by rules alone. The same words at the same moment always mean the same. Pure.

Options go first, then ids, times, money, severity, mode and agents, services; what nobody took is the title. Nothing is
guessed: what fits several is a question, what cannot be is refused, and what was not understood stays in the title.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from orchestrator.errors import ParameterExtractionError
from orchestrator.naming.index import parts_of
from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claim, Claims
from orchestrator.parameters.deploys import read_phrases, resolve
from orchestrator.parameters.extraction import Extraction, Parameters, Reading, Source
from orchestrator.parameters.ids import read_ids
from orchestrator.parameters.known import NOTHING_KNOWN, Known
from orchestrator.parameters.leftover import left_in
from orchestrator.parameters.money import read_money
from orchestrator.parameters.options import read_options
from orchestrator.parameters.points import Here
from orchestrator.parameters.reported import cover_reported
from orchestrator.parameters.running import read_agents, read_mode
from orchestrator.parameters.services import read_services
from orchestrator.parameters.severities import read_severity
from orchestrator.parameters.titles import title_of
from orchestrator.parameters.windows import read_windows

EXAMPLE = "INC-123 budget=10"
_VOCABULARY = (
    "since", "until", "minutes", "minute", "hours", "hour", "seconds", "days", "yesterday", "tomorrow", "budget",
    "dollars", "dollar", "spend", "most", "parallel", "sequential", "sequentially", "critical", "severity",
    "deploy", "deployment",
)  # fmt: skip


def read_words(
    text: str,
    *,
    now: datetime,
    zone: tzinfo,
    known: Known = NOTHING_KNOWN,
    named: bool = False,
    answers: Sequence[str] = (),
) -> Extraction:
    """What `text` says. Clock times are read in `zone`. `named`: the incident is known otherwise, and may stay unsaid.

    `answers` are the options by which questions were answered: they go before what the text says of their fields.
    Raises ParameterExtractionError; nothing is half-read.
    """
    here, claims = Here(now, zone), Claims()
    settled = _answered(answers, known, here)
    canvas = Canvas(text, _VOCABULARY, (part for each in known.services for part in parts_of(each)))
    phrases = read_phrases(canvas, known)
    cover_reported(canvas)
    read_options(canvas, claims, known, here)
    with canvas.names_open():
        read_ids(canvas, claims, known)
    read_windows(canvas, claims, here)
    read_money(canvas, claims)
    read_severity(canvas, claims)
    read_mode(canvas, claims)
    read_agents(canvas, claims, known)
    with canvas.names_open():
        read_services(canvas, claims, known)
    affected = [name for each in claims.of("services") for name in each.value]
    resolve(phrases, affected, known, claims, now)
    claims.override(settled)
    return _extraction(canvas, claims, named=named)


def _answered(answers: Sequence[str], known: Known, here: Here) -> list[Claim]:
    claims = Claims()
    for answer in answers:
        canvas = Canvas(answer)
        read_options(canvas, claims, known, here)
        read_ids(canvas, claims, known)
    return claims.made


def _extraction(canvas: Canvas, claims: Claims, *, named: bool) -> Extraction:
    values, read, questions = claims.settled()
    _in_order(claims, values)
    title = title_of(canvas.unread())
    typed = [each for each in claims.of("services") if each.source == Source.TYPED]
    if not title and not named and not claims.of("incident"):
        if not typed:
            raise ParameterExtractionError(
                "incident", canvas.text[:200], "name an incident, or say what is wrong", EXAMPLE
            )
        title = ", ".join(typed[0].value)
    if title:
        values["title"], read["title"] = title, Reading(source=Source.SAID, words=title)
    parameters = Parameters(**values)
    return Extraction(parameters=parameters, read=read, questions=questions, left=left_in(canvas.open, parameters))


def _in_order(claims: Claims, values: dict[str, object]) -> None:
    start, end = values.get("start_time"), values.get("end_time")
    if isinstance(start, datetime) and isinstance(end, datetime) and end <= start:
        rule = f"must lie after since, {start:%Y-%m-%d %H:%M} UTC"
        example = f"since={start:%Y-%m-%dT%H:%MZ}"
        raise ParameterExtractionError("until", claims.of("until")[0].words, rule, example)
