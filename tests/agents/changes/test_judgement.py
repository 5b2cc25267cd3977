"""Changes that broke systems, and systems that broke without one: whom an engineer on call would suspect.

Each has the same two bystanders: a tidied handler of the same service, and new colours of another.
"""

from collections.abc import Sequence

import pytest

from agents.analyzers.graph import Graph
from agents.analyzers.rollouts import rollouts
from agents.incident.blame import NAMED
from agents.incident.outside import outside_causes
from agents.incident.symptoms import symptoms_of
from agents.incident.weighed import weighed
from orchestrator.model import Change
from tests.agents.changes.builders import CALLS, change, diff, every, level, reading

SERVICES = ("orders", "shop", "stock")
FAILS = {("orders", "error_ratio"): level((58, 0.01), (12, 0.6))}
SLOW = {("orders", "latency_p99_ms"): level((58, 100), (12, 5000))}
TIDY = diff("-  req, err := decode(r)", "+  req, err := decodeRequest[Order](r)")
BYSTANDERS = (
    change(
        "tidy", 200, details=TIDY, summary="v1: refactor: tidy orders handler", files=("services/orders/handler.go",)
    ),
    change("colours", 100, "shop", details=diff("-.a { padding: 1px }", "+.a { padding: 2px }"), files=("shop/a.css",)),
)
Series = dict[tuple[str, str], list[float]]


def named(changes: Sequence[Change], series: Series, said: str) -> str:
    """The change that is named, or "none"."""
    lines = every(6, -90, 60, "orders", "ERROR", said) if said else []
    seen = reading([*BYSTANDERS, *changes], series=series, lines=lines, title="orders is failing")
    symptoms, graph = symptoms_of(seen, []), Graph(CALLS)
    outside = max((each.weight for each in outside_causes(symptoms, graph, SERVICES)), default=0.0)
    assert seen.changes is not None
    found = weighed(rollouts(seen.changes.changes, SERVICES), symptoms, graph, outside)
    first = max(found, key=lambda each: each.score)
    return first.placed.change.change_id if first.score >= NAMED else "none"


@pytest.mark.parametrize(
    ("lines", "series", "said"),
    [
        (["-  memory: 1Gi", "+  memory: 256Mi"], FAILS, "container killed: OOMKilled (exit 137)"),
        (["-  maxPoolSize: 50", "+  maxPoolSize: 5"], SLOW, "timeout waiting for connection from pool"),
        (["+  history = append(history, req)"], {("orders", "memory_rss_mb"): level((58, 200), (12, 900))}, ""),
        (
            ["-  HasPrefix(s, p)", "+  regexp.MatchString(s)"],
            {**SLOW, ("orders", "cpu_pct"): level((58, 20), (12, 99))},
            "",
        ),
        (
            ["+ALTER TABLE orders DROP INDEX by_customer"],
            {("orders", "db_cpu_pct"): level((58, 20), (12, 95))},
            "slow query",
        ),
        (
            ["-  if user.address != null:", "+  return user.address.city"],
            FAILS,
            "NullPointerException: field city of null",
        ),
        (["-  maxRetries: 1", "+  maxRetries: 10"], {**SLOW, ("stock", "requests_rate"): level((58, 9), (12, 90))}, ""),
        (["-  val, ok := cache.Get(key)"], {**SLOW, ("orders", "db_query_rate"): level((58, 9), (12, 900))}, ""),
        (["-  lockA(); lockB()", "+  lockB(); lockA()"], SLOW, "deadlock detected; transaction rolled back"),
        (["-  os.environ['STOCK_URL']", "+  os.environ['STOCK_ADDR']"], FAILS, "KeyError: 'STOCK_ADDR'"),
        (
            ["-  host: db.prod.internal.net", "+  host: db.prd.internal.net"],
            FAILS,
            "lookup db.prd.internal.net: no such host",
        ),
        (["-  - s3:GetObject", "-  - s3:PutObject", "+  - s3:GetObject"], FAILS, "AccessDenied: may not s3:PutObject"),
        (["-  initialDelaySeconds: 30", "+  initialDelaySeconds: 2"], FAILS, "liveness probe failed: restarting"),
        (["-  rate: 1000", "+  rate: 100"], FAILS, "rate limit exceeded"),
        (["-  concurrency: 16", "+  concurrency: 1"], {("orders", "queue_lag"): level((58, 10), (12, 9000))}, ""),
        (["-  defer resp.Body.Close()"], FAILS, "accept: too many open files"),
        (["+ALTER TABLE invoices ADD COLUMN total NUMERIC NOT NULL"], FAILS, "null value in column total of invoices"),
    ],
)
def test_the_change_that_could_do_it_is_named(lines: list[str], series: Series, said: str) -> None:
    broke = change("broke", 300, details=diff(*lines), summary="v9: chore: tune defaults")
    assert named([broke], series, said) == "broke"


def test_a_flag_is_named_by_its_name_and_when_it_was_switched() -> None:
    flag = change("new_pricing_engine", 300, kind="flag", summary="new_pricing_engine: off->on")
    assert named([flag], FAILS, "pricing engine: missing rule for region EU") == "new_pricing_engine"


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ({**SLOW, ("shop", "requests_rate"): level((56, 100), (14, 900))}, ""),
        (FAILS, "x509: certificate has expired or is not yet valid"),
        (FAILS, "POST https://api.mail.example.com/v3/send returned 503 Service Unavailable"),
        (FAILS, "node ip-10-0-3-4 NotReady; pod evicted"),
        ({**FAILS, ("orders", "disk_used_pct"): [50 + at * 0.7 for at in range(70)]}, "no space left on device"),
        (FAILS, "429 from api.example.com: insufficient quota"),
        (SLOW, "canceling statement due to lock timeout"),
    ],
    ids=["surge", "certificate", "another party", "machine", "disk that filled slowly", "quota", "lock"],
)
def test_where_no_change_could_do_it_none_is_named(series: Series, said: str) -> None:
    assert named([], series, said) == "none"
