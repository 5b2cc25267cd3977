"""The fixed world in which every utterance of the corpus is meant.

What "two hours ago", "since the deploy" or "payments" mean depends on when, where and among which services it is
said; an expectation holds in this world only. It is plain data, so that whoever reads the words builds their own types.
"""

import datetime as dt
from typing import Final

NOW: Final = dt.datetime(2026, 3, 14, 14, 0, tzinfo=dt.UTC)
"""A Saturday; the writer's clock shows 15:00."""

ZONE: Final = "Europe/Vienna"
"""The writer's zone: UTC+1 on that day."""

CATALOGUE: Final = (
    "checkout",
    "cart",
    "frontend",
    "search",
    "payments-api",
    "payments-worker",
    "payments-db",
    "orders",
    "orders-db",
    "inventory",
    "auth",
    "notifications",
    "recommendation",
    "kafka",
    "redis-cache",
    "api-gateway",
    "user-service",
    "shipping-service",
)

CHANGES: Final = (
    ("orders", "deploy", "v412", dt.datetime(2026, 3, 14, 13, 40, tzinfo=dt.UTC)),
    ("checkout", "deploy", "2.31.0", dt.datetime(2026, 3, 14, 9, 5, tzinfo=dt.UTC)),
    ("search", "config", "", dt.datetime(2026, 3, 13, 18, 20, tzinfo=dt.UTC)),
    ("payments-api", "deploy", "v77", dt.datetime(2026, 3, 14, 13, 52, tzinfo=dt.UTC)),
    ("payments-api", "deploy", "v76", dt.datetime(2026, 3, 14, 8, 0, tzinfo=dt.UTC)),
)
"""Each is service, kind (deploy or config), version (empty where it has none), and when."""
