"""What became of a stored run when it was thought through again: what is the same, what differs, what was never asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from agents.llm.recorded import Unasked
from bot.terminal.calls import version
from bot.terminal.entries import Entry, entry, incident_title
from orchestrator.events import InvestigationView
from orchestrator.investigation import Difference, TurnAgain
from orchestrator.model import ModelCall

PLAIN = "No model was asked in this run: plain analysis was thought through again."


@dataclass(frozen=True, slots=True)
class Replayed:
    """The run, each agent's turn then and now, the calls that were kept, and what today would be asked beyond them."""

    view: InvestigationView
    turns: Sequence[TurnAgain]
    calls: Sequence[ModelCall]
    unasked: Sequence[Unasked] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    def title_of(self, agent_id: str) -> str:
        """The name that people read."""
        return self.titles.get(agent_id, agent_id)

    @property
    def is_same(self) -> bool:
        """Whether all agents came to the same."""
        return all(each.is_same for each in self.turns)


def replay_entries(replayed: Replayed) -> list[Entry]:
    """The same in words."""
    view = replayed.view
    lines = entry("", [f"{incident_title(view.investigation.incident)} · {view.investigation.investigation_id}"])
    lines += entry("", [_answered(replayed.calls)])
    for turn in replayed.turns:
        lines += entry(replayed.title_of(turn.agent_id), _turn(turn))
    lines += entry("Never asked", [_never_asked(each, replayed) for each in replayed.unasked])
    return lines + entry("", ["The same." if replayed.is_same else "Different."])


def replay_as_json(replayed: Replayed) -> dict[str, Any]:
    """The same for machines."""
    return {
        "investigation_id": replayed.view.investigation.investigation_id,
        "same": replayed.is_same,
        "calls": len(replayed.calls),
        "agents": [
            {
                "agent_id": each.agent_id,
                "same": each.is_same,
                "plain": each.plain,
                "failed": each.failed,
                "differences": [asdict(one) for one in each.differences],
            }
            for each in replayed.turns
        ],
        "never_asked": [
            {
                "agent_id": each.agent_id,
                "purpose": each.purpose,
                "prompt": each.prompt.name,
                "digest": each.prompt.digest,
            }
            for each in replayed.unasked
        ],
    }


def _answered(calls: Sequence[ModelCall]) -> str:
    models = ", ".join(dict.fromkeys(each.model for each in calls))
    return f"Answered from the record, at $0.00: {len(calls)} calls to {models}" if calls else PLAIN


def _turn(turn: TurnAgain) -> Iterator[str]:
    by = ", by plain analysis as in the run" if turn.plain else ""
    count = f"{len(turn.before)} {'hypothesis' if len(turn.before) == 1 else 'hypotheses'}"
    if turn.failed:
        yield f"came to nothing: {turn.failed}"
    elif turn.is_same:
        yield f"the same {count}{by}"
    else:
        yield f"differs from its {count}{by}"
        yield from _differences(turn.differences)


def _differences(differences: Iterable[Difference]) -> Iterator[str]:
    for each in differences:
        if each.what == "gone":
            yield f"{each.about}: was there, and is not any more ({each.before})"
        elif each.what == "new":
            yield f"{each.about}: is new ({each.now})"
        else:
            yield f"{each.about}: {each.what} was {each.before}, is {each.now}"


def _never_asked(unasked: Unasked, replayed: Replayed) -> str:
    """Which question, and what has changed since, as far as the record can tell."""
    who = f"{replayed.title_of(unasked.agent_id)}, {unasked.purpose}"
    today = unasked.prompt
    then = [each for each in replayed.calls if (each.agent_id, each.purpose) == (unasked.agent_id, unasked.purpose)]
    if not then:
        return f"{who}: this agent did not get to ask that in the run"
    before = version(then[-1].prompt, then[-1].prompt_digest)
    if then[-1].prompt_digest != today.digest:
        return f"{who}: the prompt has changed since, {before} → {version(today.name, today.digest)}"
    return f"{who}: the prompt is the same ({before}); how evidence is told, or a setting, has changed since"
