"""How long an agent waits for its context, cold and warm: `python -m bench.context [--case DIR ...]`.

The store holds a thousand investigated incidents; the telemetry is a recording (by default those that come with Compass),
read through the real processes. Cold: nothing was read or kept. Warm: the same question again, as the second agent asks it.
"""

import argparse
import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from random import Random

from agents.incident import INCIDENT_TEAM
from bot.bootstrap import Compass
from bot.settings import Settings
from orchestrator.context import ContextAssembler, shared
from orchestrator.events import HypothesesRanked, InvestigationOpened, StepEnded
from orchestrator.model import Hypothesis, Incident, Investigation, Observation, Phase, Step
from orchestrator.ports import Store, Telemetry

PAST = 1000
SIGNALS = 20
COLD_S, WARM_S = 2.0, 0.1
WARM_ROUNDS = 20
SEEN = Step(phase=Phase.OBSERVE, agent_id="application")


async def remember(store: Store, like: Incident, services: list[str], rng: Random) -> None:
    """A thousand incidents over the same services, each with signals that stood out."""
    for number in range(PAST):
        id_ = f"past-{number}"
        at = like.start_time - timedelta(days=number + 1)
        incident = like.model_copy(
            update={
                "incident_id": id_,
                "title": f"{rng.choice(services)} {rng.choice(['slow', 'errors', 'timeouts'])}",
                "start_time": at,
                "baseline_end": None,
                "baseline_start": None,
                "end_time": None,
            }
        )
        asked = Investigation(workspace="bench", investigation_id=id_, incident=incident, requested_at=at)
        found = tuple(
            Observation(
                agent_id="application",
                summary="fact",
                service=(service := rng.choice(services)),
                signal_name=f"signal of {service}",
                score=0.8,
            )
            for _ in range(SIGNALS)
        )
        thought = Hypothesis(agent_id="application", statement="an explanation", initial_confidence=0.7)
        await store.append("bench", id_, InvestigationOpened(investigation=asked), at)
        await store.append("bench", id_, StepEnded(step=SEEN, observations=found), at)
        await store.append("bench", id_, HypothesesRanked(hypotheses=(thought,)), at)


async def measure(place: Path | None, folder: Path) -> list[str]:
    """A line per recording: its size, and cold and warm in milliseconds."""
    settings = Settings(_env_file=None, database=folder / "compass.db", cases=())  # type: ignore[call-arg]
    program = Compass(settings, cases=[place] if place else [], own_recordings=place is None)
    lines: list[str] = []
    async with program.opened():
        known = await program.incidents.known()
        services = [f"service-{n}" for n in range(20)]
        await remember(program.store, known[0], services, Random(7))
        for incident in known:
            source = program.incidents
            telemetry = Telemetry(source, source, source, source, source)
            assembler = ContextAssembler(
                "bench", INCIDENT_TEAM, shared(telemetry, program.clock), program.store, program.clock
            )
            seen = [
                Observation(
                    agent_id="a", summary="fact", service=services[n], signal_name=f"signal of {services[n]}", score=0.9
                )
                for n in range(SIGNALS)
            ]
            begun = time.perf_counter()
            context = await assembler.assemble("application", incident, seen)
            cold = time.perf_counter() - begun
            warm = []
            for _ in range(WARM_ROUNDS):
                begun = time.perf_counter()
                await assembler.assemble("database", incident, seen)
                warm.append(time.perf_counter() - begun)
            good = "yes" if cold < COLD_S and max(warm) < WARM_S else "no"
            lines.append(
                f"{incident.incident_id:<14}{len(context.baselines):>9}{len(context.catalogue):>9}"
                f"{len(context.similar):>8}{cold * 1e3:>9.0f}{max(warm) * 1e3:>9.1f}  {good}"
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", type=Path, action="append", default=[], help="a case folder; may be given again")
    cases: list[Path | None] = list(parser.parse_args().case) or [None]
    print(
        f"{'incident':<14}{'baselines':>9}{'services':>9}{'similar':>8}{'cold ms':>9}{'warm ms':>9}  within 2 s / 100 ms"
    )
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            for line in asyncio.run(measure(case, Path(folder))):
                print(line)


if __name__ == "__main__":
    main()
