"""What all of the core's data has in common: frozen, closed to unknown fields, and safe to keep as JSON."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time with a zone, kept in UTC. A time without a zone is refused: nobody can know which one was meant."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Frozen(BaseModel):
    """A value. To change one, make another with `model_copy(update=...)`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
