"""Which sort of trouble a text or a metric tells of, in the field's own words: what a change has to be able to cause.

One table. A text may tell of several; a word counts wherever it stands, for log lines, spans and metrics are terse.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from agents.analyzers.words import vocabulary, words
from orchestrator.model import Aspect


class Trouble(StrEnum):
    """What people see."""

    TIMEOUTS = "timeouts"
    REFUSED_ACCESS = "refused access"
    WRONG_SHAPE = "data that does not fit"
    DATABASE = "database load"
    LOCKS = "locks"
    SATURATION = "saturation"
    THROTTLING = "throttling"
    MEMORY = "memory"
    CPU = "CPU"
    DISK = "disk"
    NETWORK = "connections"
    TRAFFIC = "more calls"
    LATENCY = "slowness"
    ERRORS = "errors"


_WORDS: Mapping[Trouble, frozenset[str]] = {
    Trouble.TIMEOUTS: vocabulary("timeout timeouts deadline deadlines cancelled canceled cancellations timedout"),
    Trouble.REFUSED_ACCESS: vocabulary(
        "unauthorized unauthenticated unauthorised authorized denied forbidden 401 403 jwt token tokens expired signature "
        "permission permissions credentials credential login certificate certificates x509 tls ssl auth authentication "
        "authorization"
    ),
    Trouble.WRONG_SHAPE: vocabulary(
        "parse parsing deserialize deserialization unmarshal decode decoding mapping schema field fields column relation "
        "undefined keyerror attributeerror typeerror nullpointerexception null nil none unknown unrecognized unexpected "
        "invalid malformed validation required missing type cast conversion serialization"
    ),
    Trouble.DATABASE: vocabulary(
        "db database sql query queries rows scan scans postgres mysql mongo dynamodb table index"
    ),
    Trouble.LOCKS: vocabulary("lock locks locked deadlock deadlocks mutex contention blocked"),
    Trouble.SATURATION: vocabulary(
        "pool exhausted queue backlog saturated waiting full connections lag inflight oldest pending rejected overflow"
    ),
    Trouble.THROTTLING: vocabulary("throttle throttled throttling capacity quota ratelimit 429 throughput limited"),
    Trouble.MEMORY: vocabulary("oom oomkilled memory heap gc outofmemory outofmemoryerror rss killed swap"),
    Trouble.CPU: vocabulary("cpu load throttled"),
    Trouble.DISK: vocabulary("disk space volume inode inodes filesystem enospc fs storage"),
    Trouble.NETWORK: vocabulary(
        "dns resolve resolution refused reset unreachable connect connection econnrefused econnreset enotfound host "
        "handshake socket lookup"
    ),
    Trouble.TRAFFIC: vocabulary("requests rate rps qps count calls retries retry per throughput capacity lps"),
    Trouble.LATENCY: vocabulary("latency slow duration durations p99 p95 elapsed took"),
    Trouble.ERRORS: vocabulary(
        "error errors failed failure failures exception exceptions 5xx 500 503 panic fatal crash"
    ),
}
_OF_ASPECT: Mapping[Aspect, tuple[Trouble, ...]] = {
    Aspect.ERRORS: (Trouble.ERRORS,),
    Aspect.LATENCY: (Trouble.LATENCY,),
    Aspect.TRAFFIC: (Trouble.TRAFFIC,),
    Aspect.SATURATION: (Trouble.SATURATION,),
    Aspect.CPU: (Trouble.CPU,),
    Aspect.MEMORY: (Trouble.MEMORY,),
    Aspect.DISK: (Trouble.DISK,),
    Aspect.NETWORK: (Trouble.NETWORK,),
    Aspect.LOCKS: (Trouble.LOCKS,),
}
_PHRASES: tuple[tuple[Trouble, "re.Pattern[str]"], ...] = (
    (Trouble.TIMEOUTS, re.compile(r"(?i)\btimed out\b|\bdeadline ?exceeded")),
    (Trouble.WRONG_SHAPE, re.compile(r"(?i)\bdoes not exist\b|\bno such (?:column|table|field|key|attribute)\b")),
    (Trouble.DISK, re.compile(r"(?i)no space left|read-only file")),
    (Trouble.MEMORY, re.compile(r"(?i)out of memory|cannot allocate")),
    (Trouble.NETWORK, re.compile(r"(?i)no such host|name resolution|unknown host")),
    (Trouble.THROTTLING, re.compile(r"(?i)rate.?limit|too many requests")),
    (Trouble.SATURATION, re.compile(r"(?i)too many (?:open|connections|clients)")),
)


def troubles_in(text: str) -> frozenset[Trouble]:
    """Everything that a text tells of."""
    said = frozenset(words(text))
    found = {trouble for trouble, telling in _WORDS.items() if said & telling}
    return frozenset(found | {trouble for trouble, pattern in _PHRASES if pattern.search(text)})


def troubles_of(metric: str, aspect: Aspect) -> frozenset[Trouble]:
    """Everything that a metric which left its usual tells of."""
    return frozenset(_OF_ASPECT.get(aspect, ())) | troubles_in(metric)
