"""`case.json`: what is known of a recorded incident before anybody looks at its telemetry."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agents.sources.snapshot.lines import text
from agents.sources.snapshot.times import moment, seconds
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Incident, Scope, Severity
from orchestrator.redaction import redact

# The format's end is the last moment that was recorded; a window's end does not belong to it.
_JUST_AFTER = timedelta(milliseconds=1)
_SEVERITIES = {
    "critical": Severity.SEV1,
    "p1": Severity.SEV1,
    "high": Severity.SEV2,
    "p2": Severity.SEV2,
    "medium": Severity.SEV3,
    "warning": Severity.SEV3,
    "p3": Severity.SEV3,
    "low": Severity.SEV4,
    "p4": Severity.SEV4,
}


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """The incident, the services among which its cause is sought (empty: not said), and who calls whom where known."""

    case_id: str
    incident: Incident
    candidates: tuple[str, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()


def parse_sheet(content: bytes, name: str) -> CaseSheet:
    """The sheet of the case of that name. Raises SourceUnavailableError, naming the field that cannot be used."""
    try:
        read = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _unusable(name, "it is no JSON") from error
    if not isinstance(read, dict):
        raise _unusable(name, "it is not an object")
    case_id = text(read.get("case_id")) or text(read.get("incident_id"))
    start = _moment(read, "start_time", name) or _moment(read, "alert_time", name)
    if not case_id or start is None:
        raise _unusable(name, "it needs case_id and start_time")
    affected = text(read.get("affected_service"))
    end = _moment(read, "end_time", name)
    incident = Incident(
        incident_id=(text(read.get("incident_id")) or case_id)[:200],
        title=redact(text(read.get("title")) or text(read.get("symptom")) or case_id),
        start_time=start,
        end_time=end + _JUST_AFTER if end else None,
        baseline_start=_moment(read, "baseline_start", name),
        baseline_end=_moment(read, "baseline_end", name),
        affected_services=(affected,) if affected else (),
        severity=_severity(read),
        scope=Scope(environment=text(read.get("environment"))),
        recorded=True,
    )
    return CaseSheet(case_id, incident, _texts(read.get("candidate_services")), _calls(read.get("dependencies")))


def _moment(read: dict[str, Any], field: str, name: str) -> datetime | None:
    if read.get(field) is None:
        return None
    try:
        return moment(seconds(read[field]))
    except ValueError as error:
        raise _unusable(name, f"{field} is no time") from error


def _severity(read: dict[str, Any]) -> Severity:
    alert = read.get("alert")
    said = text(read.get("severity")) or (text(alert.get("severity")) if isinstance(alert, dict) else "")
    try:
        return Severity(said.upper())
    except ValueError:
        return _SEVERITIES.get(said.lower(), Severity.UNKNOWN)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _calls(value: object) -> tuple[tuple[str, str], ...]:
    pairs = [_texts(each) for each in value] if isinstance(value, list) else []
    return tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2)


def _unusable(name: str, why: str) -> SourceUnavailableError:
    return SourceUnavailableError(
        f"case.json of {name} cannot be used: {why}.",
        remedy='It needs at least {"case_id": "...", "start_time": "2026-01-31T12:00:00Z"}; all times with a zone.',
    )
