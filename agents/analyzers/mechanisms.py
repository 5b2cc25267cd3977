"""The mechanisms by which changes break systems: what shows each of them in a diff, and which troubles it can bring.

Tables of the field's experience, nothing of any system. A weight says how likely such a change is to bring its troubles
at all, in [0, 1].
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agents.analyzers.troubles import Trouble
from agents.analyzers.words import vocabulary

T = Trouble
SLOWER = (T.LATENCY, T.TIMEOUTS, T.SATURATION)
STORE = (T.DATABASE, T.CPU, T.LOCKS, *SLOWER)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that a change does, what trouble that can bring, and how likely it is to bring any, in [0, 1]."""

    says: str
    troubles: frozenset[Trouble]
    weight: float


@dataclass(frozen=True, slots=True)
class WordRule:
    """A mechanism that shows in words which a change takes away or brings in."""

    effect: Effect
    taken: frozenset[str]
    brought: frozenset[str]


def effect(says: str, weight: float, *troubles: Trouble) -> Effect:
    """An effect."""
    return Effect(says, frozenset(troubles), weight)


def _rule(made: Effect, taken: str = "", brought: str = "") -> WordRule:
    return WordRule(made, vocabulary(taken), vocabulary(brought))


_ACCESS = (
    "auth audience issuer jwt token certificate cert tls ssl secret credential credentials role roles permission "
    "permissions rbac acl scope signature"
)
WORD_RULES = (
    _rule(
        effect("takes a limit off a query", 0.9, T.MEMORY, *STORE),
        taken="limit paginate pagination fetchmany",
    ),
    _rule(
        effect("takes batching away", 0.9, T.TRAFFIC, T.THROTTLING, T.DATABASE, *SLOWER),
        taken="batch batches bulk chunk chunks prefetch preload pipeline executemany dataloader mget",
    ),
    _rule(
        effect("takes a cache away", 0.9, T.DATABASE, T.TRAFFIC, T.CPU, *SLOWER),
        taken="cache cached caching memoize memoized lru redis memcached etag",
    ),
    _rule(
        effect("takes a tolerance or a default away", 0.8, T.REFUSED_ACCESS, T.ERRORS, T.WRONG_SHAPE),
        taken="leeway skew tolerance grace default fallback optional omitempty getordefault coalesce",
    ),
    _rule(
        effect("no longer releases what it takes", 0.9, T.MEMORY, *SLOWER),
        taken="close closed release dispose free evict eviction expire expiry unsubscribe cleanup finally defer "
        "maxsize cancel",
    ),
    _rule(effect("takes an index away", 0.9, *STORE), taken="index indexes"),
    _rule(effect("asks the database otherwise", 0.7, *STORE), brought="ilike distinct"),
    _rule(
        effect("takes locks or transactions", 0.8, T.LOCKS, T.DATABASE, *SLOWER),
        brought="lock locks mutex synchronized semaphore serializable transaction begin",
    ),
    _rule(
        effect("retries more", 0.7, T.TRAFFIC, T.THROTTLING, *SLOWER),
        brought="retry retries retrying attempts backoff",
    ),
    _rule(
        effect("computes more", 0.7, T.CPU, T.LATENCY, T.TIMEOUTS),
        brought="regex regexp bcrypt scrypt argon2 pbkdf2 rounds encrypt gzip zstd compress deepcopy sort sorted sha512",
    ),
    _rule(
        effect("keeps more in memory", 0.75, T.MEMORY),
        brought="append cache cached buffer buffers listener listeners readall preload history global",
    ),
    _rule(
        effect("waits where it did not", 0.8, *SLOWER),
        taken="async await goroutine background enqueue executor",
        brought="sleep wait join block blocking synchronous flush fsync",
    ),
    _rule(effect("changes who is let in", 0.8, T.REFUSED_ACCESS), taken=_ACCESS, brought=_ACCESS),
    _rule(
        effect("changes where it connects to", 0.8, T.NETWORK, T.TIMEOUTS, T.ERRORS),
        brought="dns resolver nameserver firewall networkpolicy iptables securitygroup",
    ),
)
ASKS_IN_A_LOOP = effect("asks others once for each item", 1.0, T.TRAFFIC, T.DATABASE, T.THROTTLING, *SLOWER)
ASKS_OTHERWISE = effect("asks the database otherwise", 0.7, *STORE)
ASKS_NEW = effect("asks the database something new", 0.6, T.DATABASE, T.WRONG_SHAPE, T.ERRORS, *SLOWER)
LOGS_MORE = effect("logs more", 0.9, T.DISK, T.CPU, T.LATENCY, T.TRAFFIC)
CHECKS_LESS = effect("takes a check away", 0.6, T.ERRORS, T.WRONG_SHAPE, T.REFUSED_ACCESS)
CONNECTS_ELSEWHERE = effect("changes where it connects to", 0.8, T.NETWORK, T.TIMEOUTS, T.ERRORS)
RENAMES = effect("gives “{name}” another name", 0.8, T.WRONG_SHAPE, T.ERRORS)
REORDERS = effect("does the same in another order", 0.7, T.LOCKS, T.ERRORS, T.WRONG_SHAPE)
SETS_OTHERWISE = effect("sets “{name}” otherwise", 0.5, *Trouble)
SWITCHES = effect("switches something on or off", 0.4, T.ERRORS, T.LATENCY)
OTHER_VERSIONS = effect("brings other versions of libraries", 0.25, T.ERRORS, T.WRONG_SHAPE)
ONLY_TELLS = effect("only tells or measures more", 0.0)
NOT_TOLD = effect("changes what is not told", 0.3, *Trouble)
ANYTHING = effect("changes what the code does", 0.3, *Trouble)

SETTINGS = (
    (vocabulary("backoff"), "pause"),
    (vocabulary("timeout deadline ttl expiry expiration lease keepalive delay interval period grace"), "time"),
    (vocabulary("retry retries attempts maxattempts"), "retry"),
    (vocabulary("memory heap mem xmx ram"), "memory"),
    (vocabulary("cpu cores cpus"), "cpu"),
    (vocabulary("sample sampling"), "sampling"),
    (
        vocabulary(
            "pool max min connection connections conns conn workers threads concurrency replicas limit limits size "
            "capacity quota permits partitions shards batch rps qps parallelism burst rate throttle bandwidth"
        ),
        "capacity",
    ),
)
"""What a number that changes may be about: words beside it, the first row that has one of them."""

LOWERED: Mapping[str, Effect] = {
    "pause": effect("{about} is lowered from {before} to {after}", 0.6, T.TRAFFIC, T.THROTTLING, *SLOWER),
    "time": effect("{about} is lowered from {before} to {after}", 1.0, T.TIMEOUTS, T.ERRORS, T.NETWORK),
    "retry": effect("{about} is lowered from {before} to {after}", 0.6, T.ERRORS),
    "memory": effect("memory is lowered from {before} to {after}", 1.0, T.MEMORY, T.ERRORS),
    "cpu": effect("CPU is lowered from {before} to {after}", 1.0, T.CPU, *SLOWER),
    "sampling": effect("{about} is lowered from {before} to {after}", 0.3, T.TRAFFIC),
    "capacity": effect("{about} is lowered from {before} to {after}", 0.95, T.THROTTLING, T.ERRORS, *SLOWER),
}
RAISED: Mapping[str, Effect] = {
    "pause": effect("{about} is raised from {before} to {after}", 0.4, T.LATENCY, T.TIMEOUTS),
    "time": effect("{about} is raised from {before} to {after}", 0.6, *SLOWER),
    "retry": effect("{about} is raised from {before} to {after}", 0.75, T.TRAFFIC, T.THROTTLING, *SLOWER),
    "memory": effect("memory is raised from {before} to {after}", 0.3, T.MEMORY),
    "cpu": effect("CPU is raised from {before} to {after}", 0.1),
    "sampling": effect("{about} is raised from {before} to {after}", 0.8, T.DISK, T.TRAFFIC, T.CPU, T.LATENCY),
    "capacity": effect(
        "{about} is raised from {before} to {after}", 0.4, T.DATABASE, T.MEMORY, T.SATURATION, T.TRAFFIC
    ),
}

QUERY = re.compile(
    r"(?is)\bselect\b.{0,300}\bfrom\b|\binsert\s+into\b|\bupdate\b.{0,80}\bset\b|\bdelete\s+from\b|\bjoin\s+\w+\s+on\b"
    r"|\border\s+by\b|\bgroup\s+by\b|\bwhere\b.{0,80}(?:[=<>]|\blike\b|\bin\b)|\b(?:create|alter|drop)\s+(?:table|index)\b"
)
MORE_LOGGING = re.compile(
    r"(?i)\blevel\W{0,4}\s*[\w.]{0,12}(?:debug|trace|verbose|all)\b|\b(?:debug|verbose)\b\W{1,4}(?:true|1|on)\b"
)
ADDRESS = re.compile(
    r"https?://[\w.-]+|\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b|\b[a-z][\w-]*(?:\.[a-z][\w-]+){2,}(?::\d+)?\b|\b[\w-]+:\d{2,5}\b"
)
LOOP = re.compile(r"^\s*(?:for\b|while\b|foreach\b)|\.(?:forEach|map|flatMap|each)\(|\bfor\b.+\bin\b")
ASKS = re.compile(
    r"(?ix) (?:client|catalog|repo|repository|store|dao|db|session|http|rpc|grpc|stub|service|api|cursor)\w*"
    r"\.?\w*\.(?:get|fetch|find|query|list|load|call|execute|read|lookup|request|post|put|send|select|save|insert|update)\w*\("
    r"| \b(?:fetch|requests\.\w+|axios\.?\w*|urlopen|execute)\("
    r"| \.(?:get|fetch|find|load|put|update|delete)(?:Item|One|ById|By|Row|Record)\w*\("
)
SETTING = re.compile(r"^\s*-?\s*[\"']?([A-Za-z_][\w./-]*)[\"']?\s*[:=]\s*[\"']?([^\"'\s,{}()\[\];]+)[\"']?[,;]?\s*$")
"""A line of a configuration: its key and its value."""

CHECK = re.compile(r"^\s*(?:\}\s*)?(?:if|unless|guard|assert|except|catch|rescue|when)\b")
CHECK_WORDS = vocabulary("if unless guard assert except catch rescue when err nil null none not and or is in")
NAMED = re.compile(r"[\"'`]([A-Za-z_][\w.-]{1,60})[\"'`]")
TELLS = re.compile(
    r"(?i)\b(?:log(?:ger|ging)?|slog|console|metrics?|prometheus|counter|histogram|gauge|span|tracer)\b"
    r"|^\s*[\])}]+[,;]?\s*$|^\s*(?:Name|Help):|^\s*import\b"
)
DEPENDENCIES = re.compile(
    r"(?:^|/)(?:go\.(?:mod|sum)|package(?:-lock)?\.json|requirements[\w.-]*\.txt|pom\.xml|build\.gradle(?:\.kts)?"
    r"|Cargo\.(?:toml|lock)|Gemfile(?:\.lock)?|poetry\.lock|Dockerfile)$"
)
"""Files that say which versions of others' code are used."""
