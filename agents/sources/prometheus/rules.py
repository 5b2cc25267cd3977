"""Rules: what to ask of metrics that the field knows, each under a name that says what it means.

The name that is told follows the naming habits of the field, so that whoever reads it (analysis or a person) understands
it without knowing the exporter. The generic rules at the end serve every metric that nobody wrote a row for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from agents.sources.prometheus.kinds import Kind, Metric
from agents.sources.prometheus.promql import names_in


class Tier(IntEnum):
    """What is asked first when not everything can be: what users feel, what is used up, then the rest."""

    FELT = 0
    USED = 1
    TELLING = 2
    OTHER = 3
    PLATFORM = 4


class Merge(IntEnum):
    """How several rows of one service become one: added, the mean, the largest, or the smallest."""

    SUM = 0
    MEAN = 1
    MOST = 2
    LEAST = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to ask: the name under which it is told, the template of the query, and its unit.

    `counts` says that nothing happened where there is no series: a counter appears with its first event. `aside` is what
    a general rule reads of a metric beside what the metric is about: how many there were, and how many failed.
    """

    told: str
    promql: str
    unit: str = ""
    tier: Tier = Tier.USED
    counts: bool = False
    aside: bool = False

    @property
    def metrics(self) -> tuple[str, ...]:
        """The series that it selects."""
        return names_in(self.promql)

    @property
    def merge(self) -> Merge:
        """Sums can be added; a share or a quantile cannot, so the worst counts."""
        if "/" in self.promql or "quantile" in self.promql:
            return Merge.MOST
        kind = self.promql.lstrip("(").split(" ", 1)[0]
        return {"sum": Merge.SUM, "avg": Merge.MEAN, "min": Merge.LEAST}.get(kind, Merge.MOST)


def rate_of(told: str, metric: str, matchers: str = "", unit: str = "/s", tier: Tier = Tier.USED) -> Rule:
    """How fast a counter grows, per second, added up."""
    return Rule(told, f"sum by ($by) (rate({{{{{metric}|{matchers}}}}}[$rate]))", unit, tier, counts=True)


def most_of(told: str, metric: str, matchers: str = "", unit: str = "", tier: Tier = Tier.USED) -> Rule:
    """The highest of a gauge: one instance in trouble shows."""
    return Rule(told, f"max by ($by) (max_over_time({{{{{metric}|{matchers}}}}}[$step]))", unit, tier)


def least_of(told: str, metric: str, matchers: str = "", unit: str = "", tier: Tier = Tier.USED) -> Rule:
    """The lowest of a gauge."""
    return Rule(told, f"min by ($by) (min_over_time({{{{{metric}|{matchers}}}}}[$step]))", unit, tier)


def sum_of(told: str, metric: str, matchers: str = "", unit: str = "", tier: Tier = Tier.USED) -> Rule:
    """A gauge added up over its series."""
    return Rule(told, f"sum by ($by) (max_over_time({{{{{metric}|{matchers}}}}}[$step]))", unit, tier)


def mean_of(told: str, metric: str, matchers: str = "", unit: str = "", tier: Tier = Tier.USED) -> Rule:
    """The mean of a gauge over its series."""
    return Rule(told, f"avg by ($by) (avg_over_time({{{{{metric}|{matchers}}}}}[$step]))", unit, tier)


def share_of(told: str, part: str, whole: str, tier: Tier = Tier.USED) -> Rule:
    """How much of one gauge another one is, at its worst: the fullest pool, not the pools' mean."""
    fraction = f"max_over_time({{{{{part}}}}}[$step]) / (max_over_time({{{{{whole}}}}}[$step]) > 0)"
    return Rule(told, f"max by ($by) ({fraction})", "", tier)


def ratio_of_rates(told: str, part: str, whole: str, unit: str = "", tier: Tier = Tier.USED) -> Rule:
    """What share of one counter's growth another one's is. `part` and `whole` are selectors: `name` or `name|matchers`."""
    over, under = (f"sum by ($by) (rate({{{{{each}}}}}[$rate]))" for each in (part, whole))
    return Rule(told, f"{over} / {under}", unit, tier)


BAD_STATUS = '=~"(?i)5..|5xx|.*error.*|fail.*|exception|timeout|unavailable"'
BAD_GRPC = (
    '=~"(?i)unknown|deadline_?exceeded|resource_?exhausted|aborted|unimplemented|internal|unavailable|data_?loss'
    '|2|4|8|10|12|13|14|15"'
)
ANY_ERROR = '!~"(?i)|none|null|ok|success"'
STATUS_LABELS = {
    "error_type": ANY_ERROR,
    "http_response_status_code": BAD_STATUS,
    "http_status_code": BAD_STATUS,
    "status_code": BAD_STATUS,
    "response_code": BAD_STATUS,
    "grpc_code": BAD_GRPC,
    "rpc_grpc_status_code": BAD_GRPC,
    "grpc_status": BAD_GRPC,
    "code": BAD_STATUS,
    "status": BAD_STATUS,
    "outcome": BAD_STATUS,
    "result": BAD_STATUS,
}
"""Labels that say how a request ended, the most telling first, and the matcher for values that mean a failure."""
_TIMES = re.compile(r"duration|latency|_seconds$|_milliseconds$|_ms$|_time$|elapsed")
_FELT = re.compile(r"request|http|grpc|rpc|server|handled|response|call")
_TELLING = re.compile(
    r"error|fail|exception|timeout|retr|reject|drop|queue|lag|pool|wait|pending|lock|saturat|throttl|conn|cache|thread"
    r"|db|sql|expired|abort|invalid|restart|backlog|limit"
)
_HIGHEST_COUNTS = re.compile(
    r"queue|lag|pool|wait|pending|lock|saturat|backlog|used|usage|active|busy|in_?flight|max|age"
)
_LOWEST_COUNTS = re.compile(r"free|idle|available|remaining|healthy|success|ready|_up$|^up$")


def generic_rules(metric: Metric, status: str) -> Iterator[Rule]:
    """What to ask of a metric that no row knows. `status` is the label that says how a request ended, or empty."""
    if metric.kind is Kind.COUNTER:
        yield _growth(metric, metric.name.removesuffix("_total"))
    elif metric.kind is Kind.GAUGE:
        yield _level(metric)
    else:
        yield from _spread(metric)
    if status and metric.kind is not Kind.GAUGE:
        yield _failing(metric, status)


def tier_of(metric: Metric) -> Tier:
    """How soon a metric is asked for, by the words in its name."""
    felt = _FELT.search(metric.name) and metric.kind is not Kind.GAUGE
    if felt:
        return Tier.FELT
    return Tier.TELLING if _TELLING.search(metric.name) or _TIMES.search(metric.name) else Tier.OTHER


def _growth(metric: Metric, base: str) -> Rule:
    told = f"{base}_per_s" if metric.unit == "s" else f"{base}_rate"
    return rate_of(told, metric.name, tier=tier_of(metric))


def _level(metric: Metric) -> Rule:
    if _LOWEST_COUNTS.search(metric.name):
        make = least_of
    elif _HIGHEST_COUNTS.search(metric.name):
        make = most_of
    else:
        make = mean_of
    return make(metric.name, metric.name, unit=metric.unit, tier=tier_of(metric))


def _spread(metric: Metric) -> Iterator[Rule]:
    """Of a distribution: nine of ten are below, the mean, and how many there were."""
    name, tier = metric.name, tier_of(metric)
    if metric.kind is Kind.HISTOGRAM:
        inner = f"sum by (le, $by) (rate({{{{{name}_bucket}}}}[$rate]))"
        yield Rule(f"{name}_p90", f"histogram_quantile(0.9, {inner})", metric.unit, tier)
    if metric.kind is Kind.NATIVE:
        inner = f"sum by ($by) (rate({{{{{name}}}}}[$rate]))"
        yield Rule(f"{name}_p90", f"histogram_quantile(0.9, {inner})", metric.unit, tier)
        yield Rule(f"{name}_mean", f"histogram_sum({inner}) / histogram_count({inner})", metric.unit, tier)
        yield Rule(f"{_stem(name)}_rate", f"histogram_count({inner})", "/s", tier, counts=True, aside=True)
    else:
        beside = tier if metric.kind is Kind.SUMMARY else max(tier, Tier.TELLING)
        yield ratio_of_rates(f"{name}_mean", f"{name}_sum", f"{name}_count", metric.unit, beside)
        yield replace(rate_of(f"{_stem(name)}_rate", f"{name}_count", tier=tier), aside=True)


def _stem(name: str) -> str:
    """What is counted: `http_request_duration_seconds` counts http_request."""
    return re.sub(r"(?:_(?:duration|latency|time))?(?:_(?:seconds|milliseconds|ms))?$", "", name) or name


def _failing(metric: Metric, status: str) -> Rule:
    """The share of requests that the server failed; none failed where no series says so."""
    if metric.kind is Kind.NATIVE:
        counted = f"histogram_count(sum by ($by) (rate({{{{{metric.name}|%s}}}}[$rate])))"
    else:
        counted = f"sum by ($by) (rate({{{{{metric.asked_as}|%s}}}}[$rate]))"
    bad, every = counted % (status + STATUS_LABELS[status]), counted % ""
    told = f"{_stem(metric.name.removesuffix('_total'))}_error_ratio"
    return Rule(told, f"({bad} or {every} * 0) / {every}", "", Tier.FELT, aside=True)
