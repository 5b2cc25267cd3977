"""What was typed behind `compass investigate`, as parameters, with a hand for who mistyped an id."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from orchestrator.errors import OrchestratorError, ParameterExtractionError, SourceUnavailableError
from orchestrator.model import Incident
from orchestrator.ports import IncidentSource

NEAREST = 3
LISTED = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """The words, the options by the grammar's own names, and a case in place of an id."""

    words: tuple[str, ...]
    options: Mapping[str, str]
    case: Path | None = None


async def typed(wanted: Wanted, incidents: IncidentSource) -> tuple[str, Incident | None]:
    """The words, with options as if typed behind them; and the incident, where that is known otherwise.

    Raises ParameterExtractionError, and SourceUnavailableError for a case without an incident.
    """
    known = await _meant(wanted, incidents)
    words = [each for each in wanted.words if known is None or each.casefold() != known.incident_id.casefold()]
    if known is None and not words:
        raise await _nothing_named(incidents)
    options = [f'{name}="{value.replace(chr(34), "")}"' for name, value in wanted.options.items()]
    return " ".join([*words, *options]), known


def local_zone(now: datetime) -> tzinfo:
    """The zone of this machine."""
    zone = now.astimezone().tzinfo
    assert zone is not None
    return zone


async def _meant(wanted: Wanted, incidents: IncidentSource) -> Incident | None:
    """The incident of the case, where one was given."""
    if wanted.case is not None:
        for incident in await incidents.known():
            return incident
        raise SourceUnavailableError(f"{wanted.case} holds no recorded incident.", remedy="It needs a case.json.")
    return None


async def _nothing_named(incidents: IncidentSource) -> ParameterExtractionError:
    known = [each.incident_id for each in await incidents.known()]
    rule = "name an incident, or say what is wrong"
    listed = f"; recorded incidents: {', '.join(known[:LISTED])}" if known else ""
    return ParameterExtractionError(
        "incident", "", rule + listed, f"compass investigate {known[0] if known else 'INC-123'}"
    )


async def with_nearest(error: SourceUnavailableError, wanted: Wanted, incidents: IncidentSource) -> OrchestratorError:
    """The same refusal; where a known id is near to what was typed, with that as the remedy."""
    known = {each.incident_id.casefold(): each.incident_id for each in await incidents.known()}
    near = _nearest([word.casefold() for word in wanted.words], list(known))
    if not near:
        return error
    ids = ", ".join(known[each] for each in near)
    return SourceUnavailableError(error.message, remedy=f"Did you mean {ids}? {error.remedy}")


def _nearest(words: Sequence[str], known: Sequence[str]) -> list[str]:
    found = [each for word in words for each in difflib.get_close_matches(word, known, n=NEAREST)]
    return list(dict.fromkeys(found))[:NEAREST]
