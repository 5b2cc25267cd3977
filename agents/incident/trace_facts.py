"""What traces say: who takes longer by itself, which link takes longer, where errors start, which calls are made or not."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from agents.analyzers.drift import Drift, drift_of, link_drifts, matters_ms, share_shift
from agents.analyzers.traces import Forest
from agents.incident.reading import Reading
from agents.incident.words import clock, figure, percent
from orchestrator.model import Aspect, Observation, Signal

FULL_ERROR_SHARE = 0.2
FULL_STEP_SHARE = 0.8
LEAST_ERROR_SHARE = 0.01


class TraceFacts:
    """Tells what a forest of spans shows, as one agent's observations."""

    def __init__(self, reading: Reading, forest: Forest) -> None:
        self._reading = reading
        self._forest = forest
        self._full = matters_ms(forest.roots.values())

    def own_time(self) -> list[Observation]:
        """Services that take longer by themselves: the worst operation of each."""
        best: dict[str, tuple[Drift, str]] = {}
        for (service, operation), sample in sorted(self._forest.own.items()):
            drift = drift_of(sample, self._full)
            if drift and (service not in best or drift.score > best[service][0].score):
                best[service] = (drift, operation)
        return [
            self._drifted(drift, f"{service} itself takes", f"in {operation}", service, "", operation)
            for service, (drift, operation) in best.items()
        ]

    def links(self) -> list[Observation]:
        """Links on which time is lost between the caller and the callee."""
        found = sorted(link_drifts(self._forest.gaps, self._full, self._forest.lost).items())
        return [
            self._drifted(
                drift, f"calls {caller} → {callee} lose", "on the way", caller, callee, f"{caller} → {callee}"
            )
            for (caller, callee), drift in found
        ]

    def waits(self, wanted: Iterable[str]) -> list[Observation]:
        """Callers that wait longer for a peer that sends no spans of its own: the worst operation of each link."""
        names = frozenset(wanted)
        best: dict[tuple[str, str], tuple[Drift, str]] = {}
        for (caller, peer, operation), sample in sorted(self._forest.waits.items()):
            drift = drift_of(sample, self._full) if peer in names else None
            if drift and ((caller, peer) not in best or drift.score > best[caller, peer][0].score):
                best[caller, peer] = (drift, operation)
        return [
            self._drifted(drift, f"{caller} waits", f"for {peer} in {operation}", caller, peer, operation)
            for (caller, peer), (drift, operation) in best.items()
        ]

    def errors(self) -> list[Observation]:
        """Services in which errors start: failing calls that made no failing call themselves."""
        facts = []
        for (service, operation), tally in sorted(self._forest.errors.items()):
            shift = share_shift(tally, FULL_ERROR_SHARE)
            if shift and shift.value > max(LEAST_ERROR_SHARE, shift.usual):
                peer = self._forest.ends.get((service, operation), "")
                where = f"on the way from {service} to {peer}" if peer else f"in {service}"
                summary = (
                    f"errors start {where}: {percent(shift.value)} of {operation} fail since {clock(tally.first)}, "
                    f"was {percent(shift.usual)}"
                )
                facts.append(
                    self._fact(
                        summary,
                        Aspect.ERRORS,
                        service,
                        peer,
                        operation,
                        shift.score,
                        tally.first,
                        shift.value * 100,
                        shift.usual * 100,
                        "%",
                    )
                )
        return _best(facts)

    def steps(self) -> list[Observation]:
        """Operations that no longer make a call they used to make, or make one they did not make before."""
        facts = []
        for (service, operation, callee, inner), tally in sorted(self._forest.steps.items()):
            shift = share_shift(tally, FULL_STEP_SHARE)
            if shift is None:
                continue
            what = inner if callee == service else f"{callee} ({inner})"
            word = "less often" if shift.value < shift.usual else "more often"
            summary = (
                f"{service} calls {what} {word} in {operation}: {percent(shift.value)}, was {percent(shift.usual)}"
            )
            at = self._reading.split
            peer = callee if callee != service else ""
            facts.append(
                self._fact(
                    summary,
                    Aspect.BEHAVIOUR,
                    service,
                    peer,
                    f"{operation} → {inner}",
                    shift.score,
                    at,
                    shift.value * 100,
                    shift.usual * 100,
                    "%",
                )
            )
        return _best(facts)

    def _drifted(self, drift: Drift, who: str, where: str, service: str, peer: str, name: str) -> Observation:
        value, usual = figure(drift.value, "ms"), figure(drift.usual, "ms")
        some = "" if drift.share >= 0.95 else f" in {percent(drift.share)} of calls"
        summary = f"{who} {value} {where}{some} since {clock(drift.onset)}, was {usual}"
        return self._fact(
            summary, Aspect.LATENCY, service, peer, name, drift.score, drift.onset, drift.value, drift.usual, "ms"
        )

    def _fact(
        self, summary: str, aspect: Aspect, service: str, peer: str, name: str, score: float, onset: float,
        value: float, usual: float, unit: str,
    ) -> Observation:  # fmt: skip
        asked = self._reading.spans.asked if self._reading.spans else None
        return Observation(
            agent_id=self._reading.agent_id,
            summary=summary[:600],
            signal=Signal.TRACE,
            aspect=aspect,
            service=service,
            peer=peer,
            signal_name=name[:200],
            score=round(score, 4),
            onset=datetime.fromtimestamp(onset, UTC),
            value=round(value, 3),
            usual=round(usual, 3),
            unit=unit,
            window=self._reading.window,
            source=asked.source if asked else "",
            query=asked.query if asked else "",
            link=asked.link if asked else "",
            latest=asked.latest if asked else None,
        )


def _best(facts: list[Observation], most: int = 3) -> list[Observation]:
    """The strongest few of each service."""
    counts: dict[str, int] = defaultdict(int)
    kept = []
    for each in sorted(facts, key=lambda fact: (-fact.score, fact.service, fact.signal_name)):
        counts[each.service] += 1
        if counts[each.service] <= most:
            kept.append(each)
    return kept
