"""Which agent a piece of telemetry belongs to, so that every piece is looked at once and no rule is written twice."""

import re
from functools import lru_cache

from agents.analyzers.meaning import Reach, meaning_of
from agents.analyzers.words import vocabulary, words
from orchestrator.model import Aspect

APPLICATION, DATABASE, NETWORK = "application", "database", "network"
LONGEST_LOOKED_AT = 500

_STORES = vocabulary(
    "db database databases sql postgres postgresql pgsql mysql mariadb oracle mssql sqlite mongo mongodb cassandra "
    "dynamo dynamodb redis memcached memcache valkey cache elasticsearch opensearch kafka rabbitmq rabbit rmq sqs queue "
    "nats pulsar activemq etcd rds clickhouse influxdb couchdb neo4j aurora zookeeper"
)
_STORE_METRICS = _STORES | vocabulary(
    "pool query queries deadlock deadlocks lock locks transaction transactions replication vacuum cursor index rows "
    "tuples commit commits rollback rollbacks"
)
# Plain pieces of text are looked for first: an expression over every line would cost more than the whole analysis.
_CONNECTION = "connect"
_CONNECTION_SIGNS = (
    "connection reset",
    "connection refused",
    "connection closed",
    "connection aborted",
    "connection lost",
    "connection to ",
    "connection timed out",
    "connect timed out",
    "connect timeout",
    "connecttimeout",
    "disconnected",
)
_NETWORK_SIGNS = (
    "broken pipe",
    "reset by peer",
    "unreachable",
    "no route",
    "name resolution",
    " dns",
    "handshake",
    "socket",
    "econn",
    "etimedout",
    "retransm",
    "packet",
)
_STORE_SIGNS = (
    "sql",
    "database",
    "lock",
    "pool",
    "postgres",
    "redis",
    "mongo",
    "kafka",
    "rabbitmq",
    "slow query",
    "duration:",
)
_OF_STORES = re.compile(
    r"\b(?:\w*sql\w*|database|deadlock\w*|lock(?:ed|s)?|(?:share|row|table|exclusive)lock|pool|postgres\w*|redis"
    r"|mongo\w*|kafka|rabbitmq|slow query)\b"
)


@lru_cache(maxsize=4096)
def is_store(service: str) -> bool:
    """Whether a service is a database, a cache or a queue, by its name."""
    return bool(_STORES.intersection(words(service)))


@lru_cache(maxsize=16384)
def owner_of_metric(service: str, metric: str, peer: str, aspect: Aspect | None = None) -> str:
    """Whose metric it is. `aspect` is what people say that it is about."""
    meaning = meaning_of(metric, aspect)
    if meaning.reach in (Reach.LINK, Reach.HOST) or meaning.aspect is Aspect.NETWORK:
        return NETWORK
    if is_store(service) or is_store(peer) or _STORE_METRICS.intersection(words(metric)):
        return DATABASE
    return APPLICATION


@lru_cache(maxsize=32768)
def owner_of_line(service: str, message: str) -> str:
    """Whose log line it is."""
    text = message[:LONGEST_LOOKED_AT].lower()
    if any(sign in text for sign in _NETWORK_SIGNS) or (
        _CONNECTION in text and any(sign in text for sign in _CONNECTION_SIGNS)
    ):
        return NETWORK
    if is_store(service) or (any(sign in text for sign in _STORE_SIGNS) and _OF_STORES.search(text)):
        return DATABASE
    return APPLICATION
