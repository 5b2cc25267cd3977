"""How values are written down: events as JSON, money as whole nano-dollars, moments as text that sorts.

The law: what is kept can be read back. An event is written and read again before anybody stores it, so that what
`append` returns is what a later process will find, and an event that JSON cannot carry is refused while nothing has
happened yet. Both stores go through here, hence neither knows a value that the other would lose.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter

from orchestrator.errors import UnkeepableError
from orchestrator.events import (
    BudgetNoticed,
    CallReleased,
    CallReserved,
    CallSettled,
    Consulted,
    Event,
    GateOpened,
    InvestigationOpened,
    Recorded,
    StepEnded,
)
from orchestrator.model import NANO, Frozen, to_nano

MOST_NANO = 2**63 - 1
"""SQLite's largest integer (https://sqlite.org/datatype3.html): about 9.2 billion dollars."""

Value = TypeVar("Value", bound=Frozen)

RunKey = dict[str, str]
"""The columns `workspace` and `investigation_id`."""

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def nano(amount: Decimal) -> int:
    """Whole nano-dollars of an amount in dollars. Raises ValueError where no integer of the database holds it."""
    kept = to_nano(amount)
    if abs(kept) > MOST_NANO:
        raise ValueError("an amount of money must lie within 9 billion dollars")
    return kept


def most_nano(limit: Decimal) -> int:
    """Whole nano-dollars within a limit in dollars: where that is finer, what is between is not there."""
    return min(int((limit / NANO).to_integral_value(rounding=ROUND_DOWN)), MOST_NANO)


def day(at: datetime) -> str:
    """The day of UTC on which that moment lies, 2026-03-14."""
    return at.astimezone(UTC).date().isoformat()


def moment(at: datetime) -> str:
    """A point in time in UTC, always with microseconds, so that the text sorts as the time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def maybe(at: datetime | None) -> str | None:
    """The same for a point in time that may not be known."""
    return moment(at) if at else None


def texts(values: tuple[str, ...] | tuple[tuple[str, str], ...]) -> str:
    """A list of texts, or of pairs of them, as JSON, readable in every script."""
    return json.dumps(values, ensure_ascii=False)


def key(recorded: Recorded) -> RunKey:
    """The columns that every row of an investigation begins with."""
    return run_key(recorded.workspace, recorded.investigation_id)


def run_key(workspace: str, investigation_id: str) -> RunKey:
    """The same by name, for what needs no event."""
    return {"workspace": workspace, "investigation_id": investigation_id}


def kept(value: Value) -> Value:
    """The value as it will be read. Raises ValueError where JSON cannot carry it, or it would not be read back."""
    return type(value).model_validate_json(value.model_dump_json())


def facts(told: Mapping[str, JsonValue]) -> dict[str, str]:
    """Facts as JSON, by name. Raises UnkeepableError that names the first which JSON would not give back as it was."""
    return {_readable(name): _plain(name, value) for name, value in told.items()}


def _plain(name: str, value: object) -> str:
    try:
        text = _readable(json.dumps(value, ensure_ascii=False, allow_nan=False))
        if json.loads(text) == value:
            return text
    except (TypeError, ValueError, RecursionError):
        pass
    rule = "it is no plain data"
    raise UnkeepableError(f"The fact {name} cannot be kept: {rule}.", details={name: rule})


def _readable(text: str) -> str:
    text.encode()  # a lone surrogate is text for Python only: ValueError
    return text


def write_event(event: Event) -> str:
    """The event as JSON. Raises ValueError where it names money that cannot be kept."""
    for amount in _amounts(event):
        nano(amount)
    return event.model_dump_json()


def read_event(payload: str) -> Event:
    """The event that was written. Raises ValueError where the text is not one."""
    return _EVENT.validate_json(payload)


def record(workspace: str, investigation_id: str, event: Event, at: datetime) -> tuple[Recorded, str]:
    """The event as it will be read from the journal, numbered 1 for now, and its JSON.

    Raises ValueError for an event that cannot be read back, or that opens another investigation than it is kept under.
    """
    if isinstance(event, InvestigationOpened):
        opened = event.investigation
        if (opened.workspace, opened.investigation_id) != (workspace, investigation_id):
            raise ValueError("an event that opens an investigation must be kept under that investigation's own key")
    payload = write_event(event)
    kept = Recorded(workspace=workspace, investigation_id=investigation_id, seq=1, at=at, event=read_event(payload))
    return kept, payload


def _amounts(event: Event) -> Iterable[Decimal]:
    match event:
        case InvestigationOpened(investigation=opened, paid=paid):
            return (opened.budget, *(each.amount for each in paid))
        case StepEnded(cost=cost):
            return (cost,)
        case Consulted(consultation=consultation):
            return (consultation.cost,)
        case GateOpened(gate=gate):
            return (gate.extend_by,)
        case CallReserved(entry=entry) | CallSettled(entry=entry) | CallReleased(entry=entry):
            return (entry.amount,)
        case BudgetNoticed(notice=notice):
            return (notice.spent, notice.limit)
        case _:
            return ()
