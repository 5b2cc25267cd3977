"""What fits: which asks of a plan are sent, at which step, and what that leaves out. Pure.

The law: the most telling first. Where all services are too many for what tells little, that is asked only of those where
the trouble shows.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.sources.prometheus.plan import Ask, Plan
from agents.sources.prometheus.rules import Tier
from orchestrator.ports import Lookup

FEW_SERVICES = 60
FEW_NAMED = 3


@dataclass(frozen=True, slots=True)
class LookupLimits:
    """The most one lookup may bring: things asked, points of one series, points of all; and what one answer may.

    `fewest_points`: a series that is sampled so seldom that the window holds fewer is asked for further back, as far as
    the lookup allows it: an hour of points every five minutes is too little to say what is usual.
    `series_an_answer`: few things are asked together with `or`, which a server evaluates anew for each series and step:
    with 300 services twelve at once cost it twice the work of one after the other; with ten it saves round trips.
    """

    asks: int = 300
    points_a_series: int = 1500
    fewest_points: int = 72
    points: int = 1_500_000
    points_an_answer: int = 250_000
    asks_an_answer: int = 12
    series_an_answer: int = 400


@dataclass(frozen=True, slots=True)
class Chosen:
    """An ask that is sent: at that step, of those services (empty: all), from so many seconds before the window on."""

    ask: Ask
    step_s: float
    services: frozenset[str]
    points: int
    series: int
    further_s: float = 0.0


def chosen_of(plan: Plan, lookup: Lookup, limits: LookupLimits) -> tuple[list[Chosen], str]:
    """What is sent for that lookup, whose services are spelt as the plan's, and in words what is not."""
    services, affected = frozenset(lookup.services), frozenset(lookup.affected)
    wanted = [ask for ask in plan.asks if not services or services & ask.services]
    wanted = [ask for ask in wanted if not lookup.metrics or ask.tells(lookup.metrics)]
    narrow = len(plan.services) > FEW_SERVICES and bool(affected & plan.services)
    kept: list[Chosen] = []
    narrowed = 0
    points = 0
    for ask in wanted:
        only = services
        if narrow and not services and ask.rule.tier >= Tier.TELLING:
            if not affected & ask.services:
                continue
            only, narrowed = affected, narrowed + 1
        each = _chosen(ask, lookup, only, limits)
        if len(kept) < limits.asks and points + each.points <= limits.points:
            kept.append(each)
            points += each.points
    return kept, _left_out(wanted, kept, narrowed)


def _chosen(ask: Ask, lookup: Lookup, services: frozenset[str], limits: LookupLimits) -> Chosen:
    window_s = lookup.window.seconds
    further = min(max(0.0, limits.fewest_points * ask.scrape_s - window_s), lookup.further.total_seconds())
    seconds = window_s + further
    step = ask.scrape_s * max(1, math.ceil(seconds / ask.scrape_s / limits.points_a_series))
    series = ask.rows_of(services)
    return Chosen(ask, step, services, series * max(1, math.ceil(seconds / step)), series, further)


def _left_out(wanted: Sequence[Ask], kept: Sequence[Chosen], narrowed: int) -> str:
    sent = {id(each.ask) for each in kept}
    rest = list(dict.fromkeys(ask.rule.told for ask in wanted if id(ask) not in sent))
    parts = []
    if rest:
        more = ", …" if len(rest) > FEW_NAMED else ""
        parts.append(f"{len(rest)} less telling metrics ({', '.join(rest[:FEW_NAMED])}{more})")
    if narrowed:
        parts.append(f"{narrowed} less telling metrics of services other than the affected ones")
    return "; ".join(parts)


def answers_of(chosen: Sequence[Chosen], limits: LookupLimits) -> Iterator[list[Chosen]]:
    """Those that are asked together: of one step and one beginning, and no more than an answer may bring."""
    by_step: dict[tuple[float, float], list[Chosen]] = {}
    for each in chosen:
        by_step.setdefault((each.step_s, each.further_s), []).append(each)
    for group in by_step.values():
        together: list[Chosen] = []
        for each in group:
            if together and not _fits([*together, each], limits):
                yield together
                together = []
            together.append(each)
        yield together


def _fits(together: Sequence[Chosen], limits: LookupLimits) -> bool:
    return (
        len(together) <= limits.asks_an_answer
        and sum(each.points for each in together) <= limits.points_an_answer
        and sum(each.series for each in together) <= limits.series_an_answer
    )
