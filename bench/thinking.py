"""What a language model can do to the answers, at its best and at its worst: no provider is asked.

    python -m bench.thinking --cases DIR --lab

Each case is looked into once. Then the three specialists explain what they saw, without a model and with each of these:
`agrees` repeats what is suspected, `guesses` cites and doubts at random, `opposes` blames everybody but the suspects with every
fact there is and holds all it may against the leading explanation, `invents` cites and names what is not there. The law of
`agents.incident.thinking.settling` says that the order of what plain analysis suspects stays; here it is measured.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from agents.incident import INCIDENT_TEAM
from agents.incident.thinking.answers import KINDS, Doubt
from bench.accuracy import QUIET_BAR
from bench.investigating import Run, investigate_all, say
from bench.known import chosen
from bench.scores import highest, score, table
from bot.evaluation import Answer, answer_of
from orchestrator.budget import Budget
from orchestrator.clock import SystemClock
from orchestrator.investigation.ranking import numbered, rank
from orchestrator.model import Hypothesis
from orchestrator.ports import Account, AgentKit, Request, Spender, Telemetry, Wanted

Told = Mapping[str, Any]
Mind = Callable[[Request[Any], random.Random], Told]
NO_DOUBT: Told = {"ids": [], "strength": "none"}


@dataclass
class Minded:
    """Implements LanguageModel by making up its answers, for nothing."""

    name: str
    mind: Mind
    dice: random.Random

    async def ask(self, request: Request[Wanted], account: Account) -> Wanted:  # noqa: ARG002 - it is never paid
        """See the port."""
        return request.answer.model_validate(self.mind(request, self.dice))


def agrees(request: Request[Any], dice: random.Random) -> Told:  # noqa: ARG001 - the shape of every mind
    """Says again what is suspected."""
    if request.answer is Doubt:
        return NO_DOUBT
    lines = request.data.partition("suspected so far, likeliest first:\n")[2].splitlines()
    told = []
    for line in lines:
        (service, _, rest), cited = line.partition(" / "), line.rpartition("(")[2].rstrip(")").split()
        kind, _, words = rest.partition(": ")
        told.append({"service": service, "kind": kind, "statement": words[:100], "supports": cited})
    return {"explanations": told}


def guesses(request: Request[Any], dice: random.Random) -> Told:
    """Says anything that could be said."""
    ids = _ids(request)
    if request.answer is Doubt:
        return {"ids": dice.sample(ids, min(2, len(ids))), "strength": dice.choice(["none", "some", "strong"])}
    return {"explanations": [_blame(dice.choice(_names(request)), dice, dice.sample(ids, min(4, len(ids))))] * 4}


def opposes(request: Request[Any], dice: random.Random) -> Told:
    """Blames everybody but the suspects with every fact, and doubts as strongly as it may."""
    ids = _ids(request)
    if request.answer is Doubt:
        return {"ids": ids, "strength": "strong"}
    suspected = request.data.partition("suspected so far, likeliest first:\n")[2]
    others = [each for each in _names(request) if each not in suspected] or _names(request)
    return {"explanations": [_blame(each, dice, ids) for each in others]}


def invents(request: Request[Any], dice: random.Random) -> Told:
    """Cites and names what is not there."""
    if request.answer is Doubt:
        return {"ids": ["o0", "o9999"], "strength": "strong"}
    return {"explanations": [_blame("nobody-of-that-name", dice, ["o1"]), _blame(_names(request)[0], dice, ["o9999"])]}


MINDS: Mapping[str, Mind] = {"agrees": agrees, "guesses": guesses, "opposes": opposes, "invents": invents}


def _names(request: Request[Any]) -> list[str]:
    return list(request.names) or ["nobody"]


def _ids(request: Request[Any]) -> list[str]:
    firsts = (line.partition(" ")[0] for line in request.data.splitlines())
    return [each for each in firsts if each[:1] == "o" and each[1:].isdigit()]


def _blame(service: str, dice: random.Random, ids: Sequence[str]) -> Told:
    kind = dice.choice(KINDS).value
    return {"service": service, "kind": kind, "statement": f"{service} is the cause", "supports": ids}


async def thought_over(run: Run, mind: Mind | None) -> Answer:
    """The answer of a case that was looked into, when its agents explain it anew."""
    if run.examined is None:
        return run.answer
    said: list[Hypothesis] = []
    incident = run.examined.view.investigation.incident
    for spec in INCIDENT_TEAM.agents:
        model = Minded("made up", mind, random.Random(run.case.case_id)) if mind else None
        agent = spec.build(AgentKit(Telemetry(), Nobody(), SystemClock(), model=model, incident=incident))
        if isinstance(agent, Spender):
            agent.use_account(Budget(Decimal(1), [spec.agent_id]).account(spec.agent_id))
        said += await agent.generate_hypothesis(run.observations)
    view = run.examined.view.model_copy(update={"ranked": numbered(rank(said))})
    return answer_of(run.case.case_id, replace(run.examined, view=view), 0.0)


class Nobody:
    """Implements Compute: nothing is computed, for all has been observed."""

    async def run(self, function: Callable[..., Any], *arguments: object) -> Any:
        """Never called."""
        raise NotImplementedError(function, arguments)


async def measured(cases: Sequence[Any], jobs: int) -> str:
    """A table with a row for each mind: the figures over faults, and how many quiet stretches somebody is named in."""
    runs = await investigate_all(cases, jobs=jobs)
    say(f"{len(runs)} cases looked into")
    faults = [run.case.truth for run in runs if not run.case.is_quiet]
    quiet = [run.case.case_id for run in runs if run.case.is_quiet]
    rows, named = {}, []
    for name, mind in {"without a model": None, **MINDS}.items():
        answers = {run.case.case_id: await thought_over(run, mind) for run in runs}
        rows[name] = {key: value for key, value in score(answers, faults).items() if key != "seconds_mean"}
        named.append(f"{name} {sum(highest(answers[each]) > QUIET_BAR for each in quiet)}")
    return f"{table(rows)}\n\nNamed above the bar where nothing is wrong, of {len(quiet)}: {', '.join(named)}."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure what a language model can do to the answers.")
    parser.add_argument("--cases", type=Path, help="a folder of cases, each with its truth.json")
    parser.add_argument("--lab", action="store_true", help="the incidents that come with Compass")
    parser.add_argument("--every", type=int, default=1, help="one case in so many (1)")
    parser.add_argument("--jobs", type=int, default=2, help="cases at once (2)")
    options = parser.parse_args(arguments)
    if not (options.cases or options.lab):
        parser.error("say --lab, or --cases DIR, or both")
    with chosen(options.cases, options.lab, every=options.every) as cases:
        print(asyncio.run(measured(cases, options.jobs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
