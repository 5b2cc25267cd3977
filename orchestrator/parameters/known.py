"""What the words may be held against: the services there are, what was changed of late, and who may be asked to look."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class KnownChange:
    """Something that was changed: `kind` is deploy or another word of its source, `version` "" where it has none."""

    service: str
    kind: str
    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """All of it may be empty: then names are taken as they were typed, and no deploy can be meant.

    `budget`, in dollars, is what a run may cost where nobody says: more is set by people alone, never by a model's reading.
    """

    services: tuple[str, ...] = ()
    changes: tuple[KnownChange, ...] = ()
    agents: tuple[str, ...] = ()
    modes: tuple[str, ...] = ("sequential", "parallel")
    budget: Decimal = Decimal("10.00")


NOTHING_KNOWN = Known()
