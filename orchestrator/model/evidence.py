"""Evidence: facts an agent observed, each with where it can be seen again.

The law: an observation is what the telemetry says, never why. "Nothing unusual" and "no data" are observations too, for
what was ruled out and what could not be checked belong to an answer.
"""

from enum import StrEnum

from pydantic import Field

from orchestrator.model.base import Frozen, Moment, Name
from orchestrator.model.incident import Window


class Signal(StrEnum):
    """Which kind of telemetry a fact was read from."""

    METRIC = "metric"
    LOG = "log"
    TRACE = "trace"
    CHANGE = "change"


class Standing(StrEnum):
    """What a fact says of the time of the incident, against the time before it."""

    UNUSUAL = "unusual"
    NORMAL = "normal"
    NO_DATA = "no_data"


class Aspect(StrEnum):
    """What about a service a fact tells of. Names of metrics differ from house to house; these do not."""

    ERRORS = "errors"
    LATENCY = "latency"
    TRAFFIC = "traffic"
    SATURATION = "saturation"
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    NETWORK = "network"
    LOCKS = "locks"
    BEHAVIOUR = "behaviour"
    DEPLOY = "deploy"
    CONFIGURATION = "configuration"
    OUTSIDE = "outside"
    OTHER = "other"


class Sketch(Frozen):
    """A series thin enough to keep and to draw: at most about 240 points; a gap is None. Times in epoch seconds."""

    label: str
    unit: str = ""
    times: tuple[float, ...] = ()
    values: tuple[float | None, ...] = ()


class Observation(Frozen):
    """A fact. `agent_id` and `summary` suffice; `observation_id` ("o7") is given when observations are consolidated.

    `summary` is one line for people, with masked log templates and no raw log text. `signal_name` is the metric, the
    log template or the span. `peer` is the other end where the fact is about a link (the callee of `service`). `score`
    in [0, 1] says how far out of the ordinary it is; 0 for what is normal. `value` and `usual` are in `unit`. `calls`:
    the (caller, callee) links that the agent knows of, told once, so that whoever explains knows who depends on whom.
    """

    agent_id: Name
    summary: str = Field(max_length=600)
    observation_id: str = ""
    standing: Standing = Standing.UNUSUAL
    signal: Signal = Signal.METRIC
    aspect: Aspect = Aspect.OTHER
    service: str = ""
    peer: str = ""
    signal_name: str = ""
    score: float = Field(default=0.0, ge=0.0, le=1.0)
    onset: Moment | None = None
    value: float | None = None
    usual: float | None = None
    unit: str = ""
    window: Window | None = None
    source: str = ""
    query: str = ""
    link: str = ""
    latest: Moment | None = None
    sketch: Sketch | None = None
    calls: tuple[tuple[str, str], ...] = ()


class NoData(Observation):
    """What was searched and not there. The summary says what was searched, and why there is nothing, where known."""

    standing: Standing = Standing.NO_DATA
