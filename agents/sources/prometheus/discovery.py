"""Discovery: what a Prometheus server holds, found out with few questions that it answers aggregated.

First the names, then, for what could be asked at all, the label sets that tell services apart (never those that tell
requests apart), the labels that say how requests ended, and how often each job is scraped. A server that keeps no
metadata is known by the names alone.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median

from agents.sources.catalogue import NO_CORRECTIONS, SCOPE_LABELS, Corrections, service_of
from agents.sources.catalogue.exporters import Describes, exporter_of
from agents.sources.catalogue.identity import LABELS
from agents.sources.prometheus.answers import Answer, Meaning
from agents.sources.prometheus.api import PrometheusApi
from agents.sources.prometheus.edges import other_ends
from agents.sources.prometheus.grouping import Row
from agents.sources.prometheus.kinds import Kind, Metric, metrics_of
from agents.sources.prometheus.plan import Found, Plan, plan_of, rules_for, sighted
from agents.sources.prometheus.promql import escaped, label, quoted
from agents.sources.prometheus.rules import STATUS_LABELS
from agents.sources.wire import ServerError, Trouble, answers_to
from orchestrator.model import Window

NAMES_IN_A_QUESTION = 40
MOST_METRICS = 400
SCRAPES_SEEN_OVER = "10m"
USUAL_INTERVALS = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
NEAR_ENOUGH = 0.25
_OF_INSTANCES = frozenset(
    (
        "pod",
        "pod_name",
        "exported_pod",
        "kubernetes_pod_name",
        "k8s_pod_name",
        "k8s.pod.name",
        "instance",
        "exported_instance",
        "host",
        "host_name",
        "host.name",
        "node",
        "nodename",
    )
)
"""Labels of which a service has many values; asked for only where nothing else tells whose a metric is."""
_ABSENT = (Trouble.NOT_FOUND, Trouble.REJECTED, Trouble.FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Discovered:
    """The plan for a window, and what was left out on the way. `metrics` counts all that the server has."""

    plan: Plan
    metrics: int = 0
    left_out: tuple[str, ...] = ()


class Discovery:
    """Looks around on one server. Raises ServerError where it does not answer."""

    def __init__(
        self, api: PrometheusApi, corrections: Corrections = NO_CORRECTIONS, *, most_metrics: int = MOST_METRICS
    ) -> None:
        self._api, self._corrections, self._most = api, corrections, most_metrics

    async def look(self, window: Window) -> Discovered:
        """What there is between the window's ends."""
        listed, labels, described = await asyncio.gather(
            self._api.label_values("__name__", window), self._api.labels(window), self._described()
        )
        series = frozenset(listed.items)
        metrics = metrics_of(series, described)
        names, left_out = self._wanted(metrics, series)
        if not names:
            return Discovered(Plan(), len(metrics), listed.left_out + labels.left_out)
        rows = await self._rows(names, frozenset(labels.items), window)
        found = Found(
            metrics=metrics,
            rows=rows,
            statuses=await self._statuses(metrics, names, labels.items, window),
            scrapes=await self._scrapes(rows, window),
        )
        plan = await asyncio.to_thread(plan_of, found, series, self._corrections)
        return Discovered(plan, len(metrics), listed.left_out + labels.left_out + left_out)

    async def _described(self) -> Mapping[str, Meaning]:
        """What exporters say of their metrics; servers that only store know nothing of it."""
        try:
            return await self._api.metadata()
        except ServerError as error:
            if error.trouble not in _ABSENT:
                raise
            return {}

    def _wanted(self, metrics: Sequence[Metric], series: frozenset[str]) -> tuple[list[str], tuple[str, ...]]:
        """The series to look at, the most telling first, and what is beyond the limit."""
        rules = sorted(rules_for(metrics, series, self._corrections), key=lambda rule: (rule.tier, rule.told))
        names = list(dict.fromkeys(sighted(name) for rule in rules for name in rule.metrics))
        kept, rest = names[: self._most], names[self._most :]
        left_out = (f"{len(rest)} less telling metrics, the first of them {', '.join(rest[:3])}",) if rest else ()
        return kept, left_out

    def _telling(self) -> tuple[str, ...]:
        own = [each.service_label for each in self._corrections.metrics.values() if each.service_label]
        scopes = [name for names in SCOPE_LABELS.values() for name in names]
        return tuple(dict.fromkeys((*self._corrections.service_labels, *own, *LABELS, *scopes)))

    async def _rows(self, names: Sequence[str], labels: frozenset[str], window: Window) -> dict[str, list[Row]]:
        """The label sets of each metric. Only those of calls are asked for the labels that name the other end."""
        telling = [each for each in self._telling() if each in labels]
        ends = {tuple(each for each in other_ends(name) if each in labels) for name in names}
        rows: dict[str, list[Row]] = {}
        for end in sorted(ends):
            part = [name for name in names if tuple(each for each in other_ends(name) if each in labels) == end]
            rows |= await self._rows_by(part, telling, end, window)
        return rows

    async def _rows_by(
        self, names: Sequence[str], telling: Sequence[str], ends: Sequence[str], window: Window
    ) -> dict[str, list[Row]]:
        coarse = [each for each in telling if each not in _OF_INSTANCES]
        plain = [each for each in names if exporter_of({"__name__": each}).describes is Describes.ITSELF]
        rows = await self._grouped(plain, (*coarse, *ends), window)
        homeless = [name for name in plain if not all(self._service(row) for row in rows.get(name, ({},)))]
        rest = [*homeless, *(each for each in names if each not in set(plain))]
        return {**rows, **await self._grouped(rest, (*telling, *ends), window)}

    def _service(self, row: Row) -> str:
        return service_of(row, self._corrections)

    async def _grouped(self, names: Sequence[str], labels: Sequence[str], window: Window) -> dict[str, list[Row]]:
        by = ", ".join(("__name__", *(label(each) for each in dict.fromkeys(labels))))
        answers = await self._twice([f"count by ({by}) ({_any_of(part)})" for part in _parts(names)], window)
        rows: dict[str, dict[tuple[tuple[str, str], ...], Row]] = defaultdict(dict)
        for series in (each for answer in answers for each in answer.series):
            rows[series.name][tuple(series.labels.items())] = series.labels
        return {name: list(found.values()) for name, found in rows.items()}

    async def _statuses(
        self, metrics: Iterable[Metric], names: Sequence[str], labels: Iterable[str], window: Window
    ) -> dict[str, str]:
        """The label that says how a request ended, for each metric that counts and has one."""
        wanted = set(names)
        counting = [each.asked_as for each in metrics if each.kind is not Kind.GAUGE and each.asked_as in wanted]
        known = [each for each in STATUS_LABELS if each in set(labels)]
        questions = {
            f"count by (__name__) ({_any_of(part, label(name) + '!=' + quoted(''))})": name
            for name in known
            for part in _parts(counting)
        }
        found: dict[str, str] = {}
        answers = await answers_to(self._twice([query], window) for query in questions)
        for name, both in zip(questions.values(), answers, strict=True):
            for series in (each for answer in both for each in answer.series):
                found.setdefault(series.name, name)
        return found

    async def _scrapes(self, rows: Mapping[str, Sequence[Row]], window: Window) -> dict[str, float]:
        """Seconds between two points of each job, read off the metric with the fewest series that the job has."""
        least: dict[str, tuple[int, str]] = {}
        for name, found in rows.items():
            for job in {row.get("job", "") for row in found}:
                least[job] = min(least.get(job, (len(found), name)), (len(found), name))
        names = sorted({name for _, name in least.values()})
        return _intervals(
            await self._twice([f"{_any_of(part)}[{SCRAPES_SEEN_OVER}]" for part in _parts(names)], window)
        )

    async def _twice(self, queries: Iterable[str], window: Window) -> list[Answer]:
        """What they answer at the end and in the middle of the window: what has gone by its end counts too."""
        middle = window.start + (window.end - window.start) / 2
        moments = dict.fromkeys((window.end, middle))
        return await answers_to(self._api.instant(query, at) for query in queries for at in moments)


def _any_of(names: Sequence[str], *matchers: str) -> str:
    either = "|".join(escaped(each) for each in names)
    return f"{{{', '.join((f'__name__=~{quoted(either)}', *matchers))}}}"


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[at : at + NAMES_IN_A_QUESTION] for at in range(0, len(names), NAMES_IN_A_QUESTION))


def _intervals(answers: Iterable[Answer]) -> dict[str, float]:
    gaps: dict[str, list[float]] = defaultdict(list)
    for series in (each for answer in answers for each in answer.series):
        if steps := [later - earlier for earlier, later in pairwise(series.times)]:
            gaps[series.labels.get("job", "")].append(median(steps))
    return {job: usual_interval(median(found)) for job, found in gaps.items()}


def usual_interval(seconds: float) -> float:
    """The interval that people configure which is nearest, or else whole seconds: scrapes come a little early or late."""
    near = min(USUAL_INTERVALS, key=lambda usual: abs(usual - seconds))
    return near if abs(near - seconds) <= NEAR_ENOUGH * near else max(1.0, float(round(seconds)))


Look = Callable[[Window], Awaitable[Discovered]]
"""What the source needs of a discovery."""

FRESH_FOR = timedelta(minutes=10)
"""So long a look around counts for present: pods come and go, but services do so seldom."""
