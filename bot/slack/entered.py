"""What was entered into a form, validated field by field with the core's own rules. Pure.

A refusal belongs to the field it is about, so that Slack shows it there.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from bot.slack import form_wording
from bot.slack.ids import Field
from bot.slack.text import plain
from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Investigation, Severity
from orchestrator.parameters import (
    Parameters,
    parse_budget,
    parse_names,
    parse_severity,
    parse_since,
    read_words,
)

MOST_ERROR = 140
MOST_TITLE = 300
_HAS_EXAMPLE = "such as"
_KEY = re.compile(r"\b[a-z]+=")


class EnteredError(Exception):
    """Fields that cannot be used, each with why and what would work."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("a form cannot be used as it is")
        self.errors = dict(errors)


def new_investigation(fields: Mapping[str, str], *, now: datetime, zone: tzinfo) -> Parameters:
    """The parameters that the form asks for. Raises EnteredError for everything that cannot be used, all at once.

    An id or a few words are enough; a field that is empty was not said.
    """
    readers: Mapping[Field, Callable[[str], Any]] = {
        Field.INCIDENT: lambda text: _incident_id(text, now, zone),
        Field.SERVICES: lambda text: parse_names("services", text),
        Field.SINCE: lambda text: parse_since(text, now=now, zone=zone),
        Field.SEVERITY: parse_severity,
        Field.BUDGET: parse_budget,
    }
    read: dict[Field, Any] = {}
    errors: dict[str, str] = {}
    for name, reader in readers.items():
        text = fields.get(name, "")
        try:
            read[name] = reader(text) if text else None
        except ParameterExtractionError as error:
            errors[name] = _sentence(error)
    title = " ".join(fields.get(Field.TITLE, "").split())[:MOST_TITLE]
    if not title and not fields.get(Field.INCIDENT):
        errors[Field.INCIDENT] = form_wording.NOTHING_NAMED
    if errors:
        raise EnteredError(errors)
    return Parameters(
        incident_id=read[Field.INCIDENT],
        title=title,
        affected_services=read[Field.SERVICES] or (),
        start_time=read[Field.SINCE],
        severity=read[Field.SEVERITY],
        budget=read[Field.BUDGET],
        mode=fields.get(Field.MODE) or None,
    )


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


def filled_in(read: Parameters) -> Mapping[Field, str]:
    """What was understood, as it would be typed into the form. Times with their zone, so that nobody reads them twice."""
    return {
        Field.INCIDENT: read.incident_id or "",
        Field.TITLE: read.title,
        Field.SERVICES: ", ".join(read.affected_services),
        Field.SINCE: f"{read.start_time:%Y-%m-%dT%H:%MZ}" if read.start_time else "",
        Field.SEVERITY: read.severity or "",
        Field.BUDGET: str(read.budget) if read.budget else "",
        Field.MODE: read.mode or "",
    }


def once_more(investigation: Investigation, start: datetime) -> Parameters:
    """What that investigation was asked for, from another moment on. Its defaults become defaults again."""
    incident, assumed = investigation.incident, investigation.assumed
    budget: Decimal | None = None if "budget" in assumed else investigation.budget
    return Parameters(
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
