"""What `compass map` shows: what all live stores know, with what the analyzers take each metric for."""

from datetime import timedelta

from agents.analyzers.meaning import meaning_of
from agents.sources.catalogue import KnownMetric, KnownService, Overview, together
from bot.bootstrap.live import Live
from bot.settings import Settings
from orchestrator.clock import SystemClock
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Aspect, Window


async def overview(settings: Settings, looking_back: timedelta) -> Overview:
    """What was discovered in the time up to now. Raises SourceUnavailableError where no server is set up or answers."""
    clock = SystemClock()
    live = Live(settings, clock)
    if not live.any:
        raise SourceUnavailableError(
            "No live telemetry server is set up, so there is nothing to discover.",
            remedy="Set COMPASS_PROMETHEUS_URL=http://prometheus:9090 in the environment or in .env.",
        )
    window = Window(start=clock.now() - looking_back, end=clock.now())
    async with live.opened():
        parts = [await each.overview(window) for each in live.surveyed]
    return understood(together(parts))


def understood(found: Overview) -> Overview:
    """The same with the aspect and the unit of each metric as the agents will understand them."""
    known: dict[int, KnownMetric] = {}
    return found.model_copy(
        update={"services": tuple(_understood(each, known) for each in found.services)},
    )


def _understood(service: KnownService, known: dict[int, KnownMetric]) -> KnownService:
    """`known` keeps each metric once, for most services share theirs."""
    for each in service.metrics:
        if id(each) not in known:
            known[id(each)] = _meant(each)
    metrics = [known[id(each)] for each in service.metrics]
    return service.model_copy(update={"metrics": tuple(metrics)})


def _meant(metric: KnownMetric) -> KnownMetric:
    if metric.aspect is not Aspect.OTHER:
        return metric
    meaning = meaning_of(metric.metric)
    return metric.model_copy(update={"aspect": meaning.aspect, "unit": metric.unit or meaning.unit})
