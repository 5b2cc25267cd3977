"""The alert rules that watch the gateway, evaluated over the recorded rows as a monitoring system would.

A rule looks at the last 30 s and must hold for three scrapes in a row before it fires. Nothing else decides when an
incident was noticed and what its symptom is called.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.lab.columns import Row

LOOKBACK_ROWS = 6
FOR_ROWS = 3
GATEWAY = "gateway"


@dataclass(frozen=True)
class Rule:
    """A value over recent rows, its threshold, and how it is told."""

    monitor: str
    severity: str
    metric: str
    threshold: float
    value: Callable[[Sequence[Row]], float]
    tell: Callable[[float, float], str]


@dataclass(frozen=True)
class Alert:
    """A rule that fired: at which row, with which value."""

    rule: Rule
    index: int
    observed: float

    @property
    def symptom(self) -> str:
        return self.rule.tell(self.observed, self.rule.threshold)


def error_ratio(kind: str) -> Callable[[Sequence[Row]], float]:
    """Failed requests as a percentage of all of one kind; 0 where there were none."""

    def value(rows: Sequence[Row]) -> float:
        asked = sum(row.get(f"{GATEWAY}__{kind}requests_rate") or 0 for row in rows)
        failed = sum(row.get(f"{GATEWAY}__{kind}errors_rate") or 0 for row in rows)
        return 100 * failed / asked if asked else 0.0

    return value


def median_p95(rows: Sequence[Row]) -> float:
    """The median of the gateway's p95 latency in ms, so that one slow scrape is no incident; 0 where unmeasured."""
    values = [value for row in rows if (value := row.get(f"{GATEWAY}__latency_p95_ms")) is not None]
    return median(values) if values else 0.0


RULES = (
    Rule(
        "checkout-error-ratio", "SEV2", f"{GATEWAY}__checkout_errors_rate", 5.0, error_ratio("checkout_"),
        lambda seen, limit: f"checkout error ratio {seen:.0f} % > {limit:.0f} %",
    ),
    Rule(
        "gateway-error-ratio", "SEV2", f"{GATEWAY}__errors_rate", 3.0, error_ratio(""),
        lambda seen, limit: f"gateway error ratio {seen:.0f} % > {limit:.0f} %",
    ),
    Rule(
        "gateway-p95", "SEV3", f"{GATEWAY}__latency_p95_ms", 300.0, median_p95,
        lambda seen, limit: f"gateway p95 latency {seen / 1000:.1f} s > {limit / 1000:.1f} s",
    ),
)  # fmt: skip


def first_alert(rows: Sequence[Row], rules: Sequence[Rule] = RULES) -> Alert | None:
    """The first rule to have held for three scrapes; of several at the same scrape, the first in the table."""
    held = dict.fromkeys((rule.monitor for rule in rules), 0)
    for index in range(len(rows)):
        recent = rows[max(0, index + 1 - LOOKBACK_ROWS) : index + 1]
        for rule in rules:
            observed = rule.value(recent)
            held[rule.monitor] = held[rule.monitor] + 1 if observed > rule.threshold else 0
            if held[rule.monitor] == FOR_ROWS:
                return Alert(rule, index, observed)
    return None
