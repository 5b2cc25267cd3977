"""Times as they are written in recorded telemetry, as seconds since the epoch."""

import math
from datetime import UTC, datetime

_YEAR_3000_S = 32_503_680_000.0


def seconds(written: object) -> float:
    """Seconds since the epoch of an ISO 8601 text (UTC where no zone is written) or of a number in s, ms, µs or ns.

    Raises ValueError for anything else.
    """
    if isinstance(written, str):
        if "-" not in written and written[:1].isdigit():
            return seconds(float(written))
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if isinstance(written, int | float) and not isinstance(written, bool):
        number = float(written)
        while number > _YEAR_3000_S and math.isfinite(number):
            number /= 1000.0
        if math.isfinite(number) and number >= 0:
            return number
    raise ValueError("not a time")


def moment(at: float) -> datetime:
    """The moment of so many seconds since the epoch, in UTC. Raises ValueError outside the calendar."""
    try:
        return datetime.fromtimestamp(at, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("not a time") from error
