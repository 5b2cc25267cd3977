"""What a metric's name means, by the naming habits of the field (RED, USE, Prometheus, OpenTelemetry, CloudWatch).

One table, read from top to bottom; the first row with a word in the name decides. A name nobody knows is OTHER: it may
stand out, but nobody is accused for it alone.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from agents.analyzers.words import vocabulary, words
from orchestrator.model import Aspect


class Worse(StrEnum):
    """Which way is trouble."""

    UP = "up"
    DOWN = "down"
    EITHER = "either"


class Reach(StrEnum):
    """Of what a metric tells: the service itself, the calls that it makes, a link, or the host that it shares."""

    OWN = "own"
    CALLS = "calls"
    LINK = "link"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a metric is about, which way is worse, how far it reaches, its unit, and the least step worth a word."""

    aspect: Aspect
    worse: Worse
    reach: Reach
    unit: str = ""
    step: float = 0.0


_UP, _DOWN, _EITHER = Worse.UP, Worse.DOWN, Worse.EITHER
_TABLE: tuple[tuple[frozenset[str], Aspect, Worse], ...] = tuple(
    (vocabulary(names), aspect, worse)
    for names, aspect, worse in (
        ("success successes successrate availability available healthy healthz", Aspect.ERRORS, _DOWN),
        ("lock locks deadlock deadlocks locked blocked blocking mutex contention", Aspect.LOCKS, _UP),
        ("free idle remaining headroom", Aspect.SATURATION, _DOWN),
        ("misses", Aspect.SATURATION, _UP),
        (
            (
                "pool queue queued backlog lag waiting waiters wait pending saturation saturated inflight flight busy "
                "throttled throttles throttling utilization utilisation exhausted depth load load1 load5 lod backpressure"
            ),
            Aspect.SATURATION,
            _UP,
        ),
        (
            (
                "retransmit retransmits retransmission retransmissions reset resets dns probe icmp ping packet packets "
                "tcp socket sockets unreachable refused loss jitter rtt handshake"
            ),
            Aspect.NETWORK,
            _UP,
        ),
        (
            (
                "error errors err errs 5xx 500 502 503 504 fail fails failed failure failures exception exceptions fault "
                "faults timeout timeouts rejected rejects reject aborted abort cancelled canceled servfail panic panics "
                "crash crashes unavailable invalid dropped drops dlq retry retries rollback rollbacks"
            ),
            Aspect.ERRORS,
            _UP,
        ),
        ("cpu cores throttle", Aspect.CPU, _UP),
        ("mem memory rss heap gc oom swap", Aspect.MEMORY, _UP),
        ("disk fs filesystem inode inodes iops volume storage fsync", Aspect.DISK, _UP),
        (
            (
                "latency latencies duration durations lat p50 p75 p90 p95 p99 p999 rt elapsed age delay seconds "
                "millis milliseconds latencyp50 latencyp90 latencyp95 latencyp99 time"
            ),
            Aspect.LATENCY,
            _UP,
        ),
        ("restart restarts", Aspect.BEHAVIOUR, _UP),
        ("thread threads connection connections conns fd fds descriptors active sessions", Aspect.SATURATION, _UP),
        (
            (
                "request requests rps qps ops throughput calls workload traffic rate count total bytes rx tx sent received "
                "processed consumed produced published flushed operations queries statements commits"
            ),
            Aspect.TRAFFIC,
            _EITHER,
        ),
    )
)
_UNITS: tuple[tuple[frozenset[str], str, float], ...] = tuple(
    (vocabulary(names), unit, step)
    for names, unit, step in (
        ("pct percent percentage", "%", 1.0),
        ("ratio", "ratio", 0.01),
        ("ms millis milliseconds", "ms", 2.0),
        ("seconds sec s", "s", 0.002),
        ("bytes", "B", 1024.0),
        ("mb mi mib", "MiB", 4.0),
        ("rate rps qps", "/s", 0.05),
    )
)
_NO_SIDE = (Aspect.TRAFFIC, Aspect.OTHER)
_CALLS = vocabulary("client outbound upstream downstream egress remote dependency peer")
_LINK = vocabulary("link tcp net network probe dns packet packets retransmit retransmits")
_HOST = vocabulary("node host machine instance")
_SLOW = vocabulary("slow slower slowness sluggish hang hangs hanging")


@lru_cache(maxsize=16384)
def meaning_of(metric: str, aspect: Aspect | None = None) -> Meaning:
    """The meaning of a metric of that name. `aspect` is what people say that it is about; their word decides."""
    named = _by_name(metric)
    if aspect is None or aspect is named.aspect:
        return named
    return replace(named, aspect=aspect, worse=_EITHER if aspect in _NO_SIDE else _UP)


def _by_name(metric: str) -> Meaning:
    parts = frozenset(words(metric))
    aspect, worse = next(((aspect, worse) for names, aspect, worse in _TABLE if parts & names), (Aspect.OTHER, _EITHER))
    unit, step = next(((unit, step) for names, unit, step in _UNITS if parts & names), ("", 0.0))
    if aspect is Aspect.CPU and "m" in parts:
        unit, step = "m", 20.0
    if "per" in parts:
        unit, step = "", 0.05
    reach = _reach(parts)
    if reach is Reach.LINK and aspect in (Aspect.ERRORS, Aspect.LATENCY):
        aspect = Aspect.NETWORK
    return Meaning(aspect, worse, reach, unit, step)


def complaints(title: str) -> frozenset[Aspect]:
    """What an incident's title complains of: errors, slowness, both, or nothing that it says."""
    parts = words(title)
    said = {meaning_of(part).aspect for part in parts} & {Aspect.ERRORS, Aspect.LATENCY}
    return frozenset(said | ({Aspect.LATENCY} if _SLOW.intersection(parts) else set()))


def _reach(parts: frozenset[str]) -> Reach:
    for names, reach in ((_HOST, Reach.HOST), (_LINK, Reach.LINK), (_CALLS, Reach.CALLS)):
        if parts & names:
            return reach
    return Reach.OWN
