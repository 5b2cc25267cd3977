"""What was entered into a form, validated field by field with the core's own rules. Pure.

A refusal belongs to the field it is about, so that Slack shows it there.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from bot.slack import form_wording
from bot.slack.ids import Field, Filled
from bot.slack.text import plain
from orchestrator.errors import ParameterExtractionError
from orchestrator.investigation import Understood
from orchestrator.model import Investigation, Severity
from orchestrator.parameters import (
    Extraction,
    Parameters,
    Reading,
    Source,
    parse_budget,
    parse_names,
    parse_severity,
    parse_since,
    parse_until,
    read_words,
)

ATTRIBUTES = {
    Field.INCIDENT: "incident_id",
    Field.TITLE: "title",
    Field.SERVICES: "affected_services",
    Field.SINCE: "start_time",
    Field.UNTIL: "end_time",
    Field.SEVERITY: "severity",
    Field.BUDGET: "budget",
    Field.MODE: "mode",
    Field.AGENTS: "agent_ids",
}
"""The field of Parameters that each input sets."""
MOST_ERROR = 140
MOST_TITLE = 300
_HAS_EXAMPLE = "such as"
_KEY = re.compile(r"\b[a-z]+=")


class EnteredError(Exception):
    """Fields that cannot be used, each with why and what would work."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("a form cannot be used as it is")
        self.errors = dict(errors)


def new_investigation(fields: Mapping[str, str], *, now: datetime, zone: tzinfo) -> Extraction:
    """The parameters that the form asks for. Raises EnteredError for everything that cannot be used, all at once.

    An id or a few words are enough; a field that is empty was not said.
    """
    readers: Mapping[Field, Callable[[str], Any]] = {
        Field.INCIDENT: lambda text: _incident_id(text, now, zone),
        Field.SERVICES: lambda text: parse_names("services", text),
        Field.SINCE: lambda text: parse_since(text, now=now, zone=zone),
        Field.UNTIL: lambda text: parse_until(text, now=now, zone=zone),
        Field.SEVERITY: parse_severity,
        Field.BUDGET: parse_budget,
        Field.AGENTS: lambda text: parse_names("agents", text),
    }
    read: dict[Field, Any] = {}
    errors: dict[str, str] = {}
    for name, reader in readers.items():
        text = fields.get(name, "")
        read[name] = None
        try:
            read[name] = reader(text) if text else None
        except ParameterExtractionError as error:
            errors[name] = _sentence(error)
    title = " ".join(fields.get(Field.TITLE, "").split())[:MOST_TITLE]
    if not title and not fields.get(Field.INCIDENT):
        errors[Field.INCIDENT] = form_wording.NOTHING_NAMED
    if read[Field.SINCE] and read[Field.UNTIL] and read[Field.UNTIL] <= read[Field.SINCE]:
        errors[Field.UNTIL] = form_wording.ENDS_BEFORE
    if errors:
        raise EnteredError(errors)
    parameters = Parameters(
        incident_id=read[Field.INCIDENT],
        title=title,
        affected_services=read[Field.SERVICES] or (),
        start_time=read[Field.SINCE],
        end_time=read[Field.UNTIL],
        severity=read[Field.SEVERITY],
        budget=read[Field.BUDGET],
        mode=fields.get(Field.MODE) or None,
        agent_ids=read[Field.AGENTS] or (),
    )
    by_hand = Reading(source=Source.FORM)
    return Extraction(parameters=parameters, read={name: by_hand for name, value in parameters if value})


def since(fields: Mapping[str, str], *, now: datetime, zone: tzinfo) -> datetime:
    """The moment that was entered. Raises EnteredError."""
    try:
        return parse_since(fields.get(Field.SINCE, ""), now=now, zone=zone)
    except ParameterExtractionError as error:
        raise EnteredError({Field.SINCE: _sentence(error)}) from None


def reason(fields: Mapping[str, str]) -> str:
    """Why a hypothesis is rejected, "" where nobody said."""
    preset = form_wording.REJECT_PRESETS.get(fields.get(Field.PRESET, ""), "")
    return ". ".join(part for part in (preset, fields.get(Field.REASON, "")) if part)


def filled_in(understood: Understood) -> Filled:
    """What was understood, as it would be typed into the form. Times with their zone, so that nobody reads them twice.

    The form starts the run that an answer would start.
    """
    read, said = understood.extraction.parameters, understood.extraction.read
    texts = {
        Field.INCIDENT: read.incident_id or "",
        Field.TITLE: read.title,
        Field.SERVICES: ", ".join(read.affected_services),
        Field.SINCE: _typed(read.start_time),
        Field.UNTIL: _typed(read.end_time),
        Field.SEVERITY: read.severity or "",
        Field.BUDGET: str(read.budget) if read.budget else "",
        Field.MODE: read.mode or "",
        Field.AGENTS: ", ".join(read.agent_ids),
    }
    sources = {name: said[attribute].source for name, attribute in ATTRIBUTES.items() if attribute in said}
    return Filled(texts, sources, understood.run_id)


def since_of(investigation: Investigation) -> tuple[str, Source]:
    """When that run's incident began, as it would be typed, and where that came from.

    In a recording the clock alone, as nobody types the day of it.
    """
    incident = investigation.incident
    told = dict(investigation.told).get("start_time")
    known = Source.DEFAULT if "start_time" in investigation.assumed else Source.RECORD
    text = f"{incident.start_time:%H:%M:%SZ}" if incident.recorded else _typed(incident.start_time)
    return text, Source(told) if told else known


def _typed(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def once_more(investigation: Investigation, start: datetime) -> Extraction:
    """What that investigation was asked for, from another moment on. Its defaults become defaults again."""
    incident, assumed = investigation.incident, investigation.assumed
    budget: Decimal | None = None if "budget" in assumed else investigation.budget
    parameters = Parameters(
        incident_id=incident.incident_id,
        title=incident.title,
        affected_services=incident.affected_services,
        start_time=start,
        end_time=incident.end_time,
        severity=None if incident.severity == Severity.UNKNOWN else incident.severity,
        budget=budget,
        mode=investigation.mode,
        agent_ids=investigation.agent_ids,
    )
    before = {name: Reading(source=Source(source)) for name, source in investigation.told}
    return Extraction(parameters=parameters, read={**before, "start_time": Reading(source=Source.FORM)})


def _incident_id(text: str, now: datetime, zone: tzinfo) -> str:
    found = read_words(text, now=now, zone=zone).parameters if len(text.split()) == 1 and "=" not in text else None
    if found is None or found.incident_id is None:
        example = form_wording.NEW_EXAMPLES[Field.INCIDENT]
        raise ParameterExtractionError(Field.INCIDENT, text[:80], form_wording.INCIDENT_RULE, example)
    return found.incident_id


def _sentence(error: ParameterExtractionError) -> str:
    """The rule, and an example as it is typed into a field, where the rule does not hold one itself."""
    rule = error.rule[:1].upper() + error.rule[1:]
    if _HAS_EXAMPLE in rule:
        return plain(f"{rule}.", MOST_ERROR)
    return plain(form_wording.FORM_RULE.format(rule=rule, example=_KEY.sub("", error.example)), MOST_ERROR)
