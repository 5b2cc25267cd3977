"""The grammar: `INC-123 budget=10 since=14:00 services=checkout,payments severity=high`, and the rest is the title."""

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from pydantic import Field

from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Frozen, Moment, Severity
from orchestrator.parameters.values import (
    A_MOMENT,
    MOST_BUDGET,
    parse_budget,
    parse_names,
    parse_severity,
    parse_since,
    parse_until,
)

MOST_TITLE = 300
OPTIONS = ("budget", "mode", "agents", "since", "until", "services", "severity")
EXAMPLE = "INC-123 budget=10"

_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " "})
_AROUND = ".,:;!?()[]\"'`*_"
"""What people and Slack's own markup put around an id."""
_OPTION = re.compile(r'(?<!\S)([A-Za-z_]+)\s?=\s?("[^"]*"|[^\s"]*)')
_SAID_SINCE = re.compile(rf"(?<!\S)since\s+(?P<moment>{A_MOMENT})(?=[.,;!?]?(?:\s|$))", re.ASCII | re.IGNORECASE)
_INCIDENT = re.compile(r"#?([A-Za-z][A-Za-z0-9]{0,19}-[0-9]{1,12})", re.ASCII)
_SHORT_SEVERITY = re.compile(r"(?:sev-?|p)[0-4]", re.IGNORECASE)


class Parameters(Frozen):
    """What was typed, validated. None or empty: it was not said."""

    incident_id: str | None = None
    title: str = ""
    affected_services: tuple[str, ...] = ()
    start_time: Moment | None = None
    end_time: Moment | None = None
    severity: Severity | None = None
    budget: Decimal | None = Field(default=None, gt=0, le=MOST_BUDGET, allow_inf_nan=False)
    mode: str | None = None
    agent_ids: tuple[str, ...] = ()


def extract_parameters(text: str, *, now: datetime, zone: tzinfo) -> Parameters:
    """Parameters from `text`. Clock times are read in `zone`. Raises ParameterExtractionError; nothing is half-read."""
    plain = text.encode(errors="replace").decode().translate(_CURLY)
    options = _options(plain)
    rest = _OPTION.sub(" ", plain)
    said = None if "since" in options else _SAID_SINCE.search(rest)
    if said:
        options["since"] = said["moment"]
        rest = f"{rest[: said.start()]} {rest[said.end() :]}"
    words = rest.split()
    incident_id = next((each for each in words if _INCIDENT.fullmatch(each.strip(_AROUND))), None)
    if incident_id:
        words.remove(incident_id)
    severity = next((each for each in words if _SHORT_SEVERITY.fullmatch(each)), None)
    if severity and "severity" not in options:
        words.remove(severity)
        options["severity"] = severity
    title = " ".join(words).strip("\"' ")
    if not incident_id and not title:
        raise ParameterExtractionError("incident", plain, "name an incident, or say what is wrong", EXAMPLE)
    values = {FIELDS[name]: _value(name, given, now, zone) for name, given in options.items()}
    _in_order(values.get("start_time"), values.get("end_time"), options)
    return Parameters(
        incident_id=incident_id.strip(_AROUND).lstrip("#").upper() if incident_id else None,
        title=title[:MOST_TITLE],
        **values,
    )


FIELDS = {
    "budget": "budget",
    "mode": "mode",
    "agents": "agent_ids",
    "since": "start_time",
    "until": "end_time",
    "services": "affected_services",
    "severity": "severity",
}


def _options(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, given in _OPTION.findall(text):
        key = name.lower()
        if key not in OPTIONS:
            near = difflib.get_close_matches(key, OPTIONS, n=1, cutoff=0.5)
            rule = (
                f"is not an option; did you mean {near[0]}=?"
                if near
                else f"is not an option; those are {', '.join(OPTIONS)}"
            )
            raise ParameterExtractionError(name[:40], given, rule, EXAMPLE)
        if key in options:
            raise ParameterExtractionError(key, given, "was given twice", f"{key}= once")
        options[key] = given.strip('"').strip()
        if not options[key]:
            raise ParameterExtractionError(key, "", "has no value", _EXAMPLES[key])
    return options


def _in_order(start: datetime | None, end: datetime | None, options: Mapping[str, str]) -> None:
    if start is not None and end is not None and end <= start:
        rule = f"must lie after since, {start:%Y-%m-%d %H:%M} UTC"
        raise ParameterExtractionError("until", options["until"], rule, f"since={start:%Y-%m-%dT%H:%MZ}")


_EXAMPLES = {
    "budget": "budget=10",
    "mode": "mode=sequential",
    "agents": "agents=application,database",
    "since": "since=14:00 or since=30m",
    "until": "until=14:45 or until=10m",
    "services": "services=checkout,payments",
    "severity": "severity=SEV2",
}


def _value(name: str, given: str, now: datetime, zone: tzinfo) -> Any:
    if name == "since":
        return parse_since(given, now=now, zone=zone)
    if name == "until":
        return parse_until(given, now=now, zone=zone)
    return _PARSERS[name](given)


def _agents(given: str) -> tuple[str, ...]:
    return tuple(each.lower() for each in parse_names("agents", given))


def _services(given: str) -> tuple[str, ...]:
    return parse_names("services", given)


_PARSERS: dict[str, Callable[[str], Any]] = {
    "budget": parse_budget,
    "mode": str.lower,
    "agents": _agents,
    "services": _services,
    "severity": parse_severity,
}
