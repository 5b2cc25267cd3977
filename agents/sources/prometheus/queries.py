"""PromQL that somebody else wrote, asked of a server: checked, held to the incident's window and scope, few points back."""

from datetime import timedelta

from agents.sources.catalogue import NO_CORRECTIONS, Corrections, service_of
from agents.sources.prometheus.answers import Answer
from agents.sources.prometheus.api import ApiLimits, PrometheusApi
from agents.sources.prometheus.guard import Checked, can_check, checked, scoped
from agents.sources.wire import Server, answers_to
from orchestrator.model import Asked, Metrics, MetricSeries, Scope, Window
from orchestrator.ports import Query

LANGUAGE = "promql"
MOST_POINTS = 48
MOST_SERIES = 12
SHORTEST_STEP_S = 15.0


class PrometheusQueries:
    """Implements QuerySource."""

    def __init__(self, server: Server, *, corrections: Corrections = NO_CORRECTIONS) -> None:
        self._api = PrometheusApi(server, ApiLimits(points=MOST_POINTS, series=MOST_SERIES, names=1_000))
        self._corrections = corrections

    @property
    def languages(self) -> tuple[str, ...]:
        """None without the parser that checks a query."""
        return (LANGUAGE,) if can_check() else ()

    async def query(self, asked: Query) -> Metrics:
        """See the port. What a range or an offset would read before the window shortens the answer instead."""
        scope = self._corrections.meant(asked.scope)
        wanted = checked(asked.expression, asked.window.seconds, scope)
        expression = await self._scoped(wanted, asked.window, scope)
        window = Window(start=asked.window.start + timedelta(seconds=wanted.reach_s), end=asked.window.end)
        step = max(SHORTEST_STEP_S, asked.step_s, -(-window.seconds // MOST_POINTS))
        answer = await self._api.range(expression, window, step)
        return self._told(answer, expression, window)

    async def _scoped(self, wanted: Checked, window: Window, scope: Scope) -> str:
        """The server says which labels there are to hold the scope by."""
        if scope == Scope():
            return wanted.expression
        names = await answers_to(self._api.labels(window, [each]) for each in wanted.selectors)
        labels = {each: frozenset(found.items) for each, found in zip(wanted.selectors, names, strict=True)}
        return scoped(wanted, labels, scope)

    def _told(self, answer: Answer, expression: str, window: Window) -> Metrics:
        series = tuple(
            MetricSeries(
                service_of(each.labels, self._corrections),
                each.name,
                each.times,
                each.values,
                labels={name: value for name, value in each.labels.items() if name != "__name__"},
            )
            for each in answer.series
        )
        left_out = "; ".join([*answer.left_out, *(["native histograms"] if answer.histograms else [])])
        return Metrics(Asked("prometheus", expression, window, left_out=left_out), series)
