"""Has a reading looked at in another process, where its telemetry is sent once.

The agents of one investigation read the same one after the other, and some of them look twice. To pack telemetry, send it
and unpack it takes as long as to look at it. So a process keeps the last that came there, with what was worked out from it
(`once`), and is asked first whether that is what is meant. Where it is not, in another process or a new one, all is sent.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count

from agents.analyzers.seasons import Season
from agents.incident.reading import Reading, SeriesKey
from orchestrator.model import NoData, Observation
from orchestrator.ports import Compute

Look = Callable[[Reading], tuple[Observation, ...]]
MOST_AT_ONCE = 2

_numbers = count()
_sent: deque[tuple[int, Reading]] = deque(maxlen=MOST_AT_ONCE)
"""The last telemetry that was sent from this process, by its number."""
_here: dict[int, Reading] = {}
"""The last telemetry that came into this process, by its number there: one at most, since it is large."""


async def looked_at(compute: Compute, look: Look, reading: Reading) -> tuple[Observation, ...]:
    """What that look sees in the reading."""
    number = next((number for number, sent in _sent if _is_same(sent, reading)), None)
    if number is not None:
        told = await compute.run(look_again, look, number, reading.agent_id, reading.missing, reading.seasons)
        if told is not None:
            return told
    else:
        number = next(_numbers)
        _sent.append((number, reading))
    return await compute.run(look_first, look, number, reading)


def look_first(look: Look, number: int, reading: Reading) -> tuple[Observation, ...]:
    """What is seen in a reading that comes whole, and is kept for those who look again."""
    _here.clear()
    _here[number] = reading
    return look(reading)


def look_again(
    look: Look, number: int, agent_id: str, missing: tuple[NoData, ...], seasons: Mapping[SeriesKey, Season]
) -> tuple[Observation, ...] | None:
    """What that agent sees in the telemetry that came last; None where that is another one."""
    kept = _here.get(number)
    return None if kept is None else look(replace(kept, agent_id=agent_id, missing=missing, seasons=seasons))


def _is_same(sent: Reading, reading: Reading) -> bool:
    """Whether it is the very same telemetry: agents of one run share what their sources answered."""
    return (
        sent.metrics is reading.metrics
        and sent.logs is reading.logs
        and sent.spans is reading.spans
        and sent.changes is reading.changes
        and sent.topology is reading.topology
        and (sent.incident, sent.window, sent.baseline) == (reading.incident, reading.window, reading.baseline)
    )
