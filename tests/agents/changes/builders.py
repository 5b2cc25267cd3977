"""Changes and telemetry made by hand, a few lines each."""

from array import array
from collections.abc import Mapping, Sequence
from datetime import timedelta

from agents.incident.reading import Reading
from orchestrator.model import Asked, Change, Changes, Incident, Logs, Metrics, MetricSeries, Topology, Window
from tests.support.clock import NOON

START = NOON.timestamp()
CALLS = (("shop", "orders"), ("orders", "stock"))
Line = tuple[float, str, str, str]


def change(
    change_id: str, before_s: float = 60, service: str = "orders", *, kind: str = "deploy", **more: object
) -> Change:
    """A change so many seconds before noon."""
    return Change(change_id, NOON - timedelta(seconds=before_s), kind, service, **more)  # type: ignore[arg-type]


def diff(*lines: str) -> str:
    """A diff of these lines, each with its mark."""
    return "\n".join(("@@ orders/query.go", *lines))


def reading(
    changes: Sequence[Change] = (),
    *,
    series: Mapping[tuple[str, str], Sequence[float]] | None = None,
    lines: Sequence[Line] = (),
    title: str = "orders is bad",
    calls: Sequence[tuple[str, str]] = CALLS,
) -> Reading:
    """An hour before noon that counts as healthy and ten minutes after it; series have a point a minute from 11:00 on."""
    window = Window(start=NOON, end=NOON + timedelta(minutes=10))
    before = Window(start=NOON - timedelta(hours=1), end=NOON)
    asked = Asked("test", "all", window)
    services = tuple(sorted({name for call in calls for name in call}))
    columns = sorted((START + at, service, level, message) for at, service, level, message in lines)
    return Reading(
        "application",
        Incident(incident_id="INC-1", title=title, start_time=NOON, affected_services=("orders",)),
        window,
        before,
        metrics=Metrics(asked, tuple(_series(*name, values) for name, values in (series or {}).items())),
        logs=Logs(asked, array("d", (each[0] for each in columns)), *_columns(columns)),
        changes=Changes(
            Asked("test", "changes", Window(start=before.start, end=window.end)),
            tuple(sorted(changes, key=lambda each: each.at)),
        ),
        topology=Topology(services, tuple(calls)),
    )


def level(*stretches: tuple[int, float]) -> list[float]:
    """So many minutes of each value, with a little wobble."""
    return [value * (1 + 0.02 * (-1) ** at) for minutes, value in stretches for at in range(minutes)]


def every(seconds: float, start: float, end: float, service: str, level_name: str, message: str) -> list[Line]:
    """One line every so many seconds; times in seconds after noon. `{n}` in it counts."""
    count = int((end - start) / seconds)
    return [(start + at * seconds, service, level_name, message.replace("{n}", str(at))) for at in range(count)]


def _series(service: str, metric: str, values: Sequence[float]) -> MetricSeries:
    return MetricSeries(
        service, metric, array("d", (START - 3600 + 60 * at for at in range(len(values)))), array("d", values)
    )


def _columns(lines: Sequence[Line]) -> tuple[tuple[str, ...], ...]:
    services, levels, messages = (tuple(str(each[at]) for each in lines) for at in (1, 2, 3))
    return services, levels, messages, tuple("" for _ in lines)
