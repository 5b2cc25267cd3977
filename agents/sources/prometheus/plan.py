"""The plan: which queries answer what the agents want to know, from what a server was found to hold. Pure.

The law: what the field knows goes before what a generic rule guesses; what was corrected by people goes before both;
what cannot be placed is told, never dropped in silence.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agents.sources.catalogue import SCOPE_LABELS, Corrections, scope_of, service_of
from agents.sources.prometheus.edges import callee_label, calls_of, other_ends
from agents.sources.prometheus.grouping import Grouping, Row, grouping_of
from agents.sources.prometheus.kinds import Metric
from agents.sources.prometheus.known import CLOSED, PLATFORM, RULES
from agents.sources.prometheus.promql import Filling, duration, one_of, rendered
from agents.sources.prometheus.rules import Rule, Tier, generic_rules
from orchestrator.model import Aspect, Scope

SCRAPES_IN_A_RATE = 4
"""A rate needs two points, and survives one lost scrape with four (Prometheus' own advice for `rate`)."""
JUST_LESS_S = 0.001
"""Ranges were closed on both ends before Prometheus 3: a millisecond less keeps the point that belongs to the step before."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on a server. `rows`: for each metric (as `Metric.asked_as` or as a rule names it) the label sets
    that matter; `statuses`: the label that says how a request ended; `scrapes`: seconds between scrapes, for each job."""

    metrics: tuple[Metric, ...]
    rows: Mapping[str, Sequence[Row]]
    statuses: Mapping[str, str] = field(default_factory=dict)
    scrapes: Mapping[str, float] = field(default_factory=dict)
    usual_scrape_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to ask for all services at once. `metric`: what a general rule reads, because no row knows it.

    `callee`: the label by which a client's metric names whom it calls, where it does.
    """

    rule: Rule
    grouping: Grouping
    scrape_s: float
    labels: Mapping[str, frozenset[str]]
    scopes: tuple[Row, ...]
    aspect: Aspect | None = None
    metric: str = ""
    callee: str = ""

    @property
    def services(self) -> frozenset[str]:
        """Of whom it tells."""
        return frozenset(service for service in self.grouping.services.values() if service)

    def tells(self, metrics: Collection[str]) -> bool:
        """Whether a series of one of these names may be in its answer; a client's begins with whom it calls."""
        if self.callee:
            return any(each.endswith(f"_{self.rule.told}") for each in metrics)
        return self.rule.told in metrics

    def rows_of(self, services: frozenset[str]) -> int:
        """How many series an answer has; `services` empty means all."""
        asked = {key for key, each in self.grouping.services.items() if each and (not services or each in services)}
        if not self.callee:
            return len(asked)
        ends = {(self.grouping.key(row), row.get(self.callee, "")) for row in self.scopes}
        return sum(1 for key, _ in ends if key in asked)

    def query(self, step_s: float, scope: Scope, services: frozenset[str] = frozenset()) -> str:
        """The query, for a step of so many seconds, of that scope and those services (empty: all)."""
        matchers = (*self._scope_matchers(scope), *self._service_matchers(services))
        filling = Filling(
            by=(*self.grouping.by, *([self.callee] if self.callee else [])),
            rate=duration(max(SCRAPES_IN_A_RATE * self.scrape_s, step_s)),
            step=duration(step_s - JUST_LESS_S),
            matchers=lambda _: matchers,
            labels=self.labels,
        )
        return rendered(self.rule.promql, filling)

    def _scope_matchers(self, scope: Scope) -> Iterator[str]:
        for part, names in SCOPE_LABELS.items():
            wanted = str(getattr(scope, part))
            name = next((each for each in names if any(row.get(each) for row in self.scopes)), "")
            if wanted and name:
                spelt = {row[name] for row in self.scopes if row.get(name, "").casefold() == wanted.casefold()}
                yield one_of(name, sorted(spelt) or [wanted])

    def _service_matchers(self, services: frozenset[str]) -> Iterator[str]:
        if services and not self.services <= services:
            keys = [key for key, service in self.grouping.services.items() if service in services]
            for place, name in enumerate(self.grouping.by):
                yield one_of(name, sorted({key[place] for key in keys}))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask, the most telling first. `unplaced`: metrics whose labels name no service. `calls`: (caller, callee)."""

    asks: tuple[Ask, ...] = ()
    unplaced: tuple[str, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()

    @property
    def services(self) -> frozenset[str]:
        """Everybody that something is known of."""
        return frozenset(service for ask in self.asks for service in ask.services)


def rules_for(metrics: Iterable[Metric], series: frozenset[str], corrections: Corrections) -> tuple[Rule, ...]:
    """What could be asked of a server that has series of these names, before it is known how requests end there."""
    return tuple(_known(series, corrections)) + tuple(
        rule for metric in _unknown(metrics, series, corrections) for rule in _generic(metric, "")
    )


def plan_of(found: Found, series: frozenset[str], corrections: Corrections) -> Plan:
    """The plan for what was found; `series` are the names of all series of the server."""
    placing = _Placing(found, corrections)
    asks = [ask for rule in _known(series, corrections) if (ask := placing.ask(rule)) is not None]
    for metric in _unknown(found.metrics, series, corrections):
        status = found.statuses.get(metric.asked_as, "")
        said = corrections.metric(metric.name)
        for rule in _generic(metric, status):
            ask = placing.ask(rule)
            if ask is not None:
                aspect = said.aspect if said and not rule.aside else None
                asks.append(replace(ask, aspect=aspect, metric=metric.name))
    asks.sort(key=lambda each: (each.rule.tier, each.rule.told, each.rule.promql))
    calls = calls_of(found.rows, lambda row: service_of(row, corrections))
    return Plan(tuple(asks), tuple(sorted(placing.unplaced)), calls)


class _Placing:
    """Gives rules their grouping; remembers the metrics that have none."""

    def __init__(self, found: Found, corrections: Corrections) -> None:
        self._found, self._corrections = found, corrections
        self._groupings: dict[str, Grouping] = {}
        self.unplaced: set[str] = set()

    def ask(self, rule: Rule) -> Ask | None:
        """The rule with its grouping; None where it cannot be asked of any service."""
        rows = self._rows(rule.metrics[0])
        grouping = self._grouping(rule.metrics[0])
        if not any(grouping.services.values()):
            if rows:
                self.unplaced.add(rule.metrics[0])
            return None
        labels = {name: frozenset(key for row in self._rows(name) for key in row) for name in rule.metrics}
        callee = callee_label(rule.metrics[0], rows)
        return Ask(rule, grouping, self._scrape(rows), labels, tuple(rows), callee=callee)

    def _grouping(self, name: str) -> Grouping:
        name = sighted(name)
        if name not in self._groupings:
            ends = frozenset(other_ends(name))
            rows = [{key: row[key] for key in row if key not in ends} for row in self._rows(name)]
            self._groupings[name] = grouping_of(rows, lambda row: service_of(row, self._corrections))
        return self._groupings[name]

    def _rows(self, name: str) -> Sequence[Row]:
        return self._found.rows.get(sighted(name), ())

    def _scrape(self, rows: Iterable[Row]) -> float:
        known = [self._found.scrapes.get(row.get("job", ""), 0.0) for row in rows]
        return max(known, default=0.0) or self._found.usual_scrape_s


def sighted(name: str) -> str:
    """The series whose rows stand for those of `name`: of a histogram, the one that counts."""
    for suffix in ("_bucket", "_sum"):
        if name.endswith(suffix):
            return f"{name.removesuffix(suffix)}_count"
    return name


def _known(series: frozenset[str], corrections: Corrections) -> Iterator[Rule]:
    for rule in RULES:
        there = all(name in series for name in rule.metrics)
        if there and not any(corrections.ignores_metric(name) or corrections.metric(name) for name in rule.metrics):
            yield rule


def _unknown(metrics: Iterable[Metric], series: frozenset[str], corrections: Corrections) -> Iterator[Metric]:
    """Metrics for the generic rules: no family that is known as a whole, unless somebody said something of it."""
    used = {sighted(name) for rule in _known(series, corrections) for name in rule.metrics}
    for metric in metrics:
        said = corrections.metric(metric.name)
        if corrections.ignores_metric(metric.name):
            continue
        if said is not None or not (CLOSED.match(metric.name) or sighted(metric.asked_as) in used):
            unit = said.unit if said is not None and said.unit is not None else metric.unit
            yield replace(metric, unit=unit)


def _generic(metric: Metric, status: str) -> Iterator[Rule]:
    for rule in generic_rules(metric, status):
        yield replace(rule, tier=Tier.PLATFORM) if PLATFORM.match(metric.name) else rule


def scopes_of(asks: Iterable[Ask], service: Callable[[Row], str]) -> dict[str, frozenset[Scope]]:
    """Where each service was seen."""
    seen: dict[str, set[Scope]] = {}
    rows = {tuple(sorted(row.items())): row for ask in asks for row in ask.scopes}
    for row in rows.values():
        if name := service(row):
            seen.setdefault(name, set()).add(scope_of(row))
    return {name: frozenset(scopes) for name, scopes in seen.items()}
