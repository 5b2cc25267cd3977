"""The attempt to refute the leading explanation with what was observed.

The law: doubt lowers a confidence and never raises one, and only where it rests on facts that can speak against: something
normal, or what happened elsewhere before it. What later came of it, what is a part of it, and what nobody could look at
refutes nothing. How far it lowers is decided here, between nothing and a floor. A model is asked for no reason: what speaks
against an explanation are the facts, which are shown as they were observed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.incident.suspect import Suspect
from agents.incident.thinking.accepting import cited
from agents.incident.thinking.answers import MOST_IDS, Against, Doubt
from agents.incident.thinking.brief import SHORT_LINE, Evidence, answers, calls, change_line, fact_line
from agents.incident.thinking.lines import Section, bounded, one_line
from orchestrator.model import THE_BAR, Hypothesis, Observation, Signal, Standing

MOST_BYTES = 3_000
MOST_FOR, MOST_EARLIER, MOST_NORMAL = 6, 5, 5
TAKES: Mapping[Against, float] = {Against.NONE: 0.0, Against.SOME: 0.2, Against.STRONG: 0.4}
"""The share of its confidence that an explanation loses."""


@dataclass(frozen=True, slots=True)
class Refutation:
    """What is asked over, and the ids that may be answered with."""

    text: str
    shown: frozenset[str]


def refutation(evidence: Evidence, leading: Hypothesis) -> Refutation | None:
    """The lines for the question what speaks against; None where nothing can, and nobody need be asked."""
    against = could_refute(evidence.ranked[0], leading, evidence.observations)
    facts = {each.observation_id: each for each in evidence.observations}
    supports = [facts[each] for each in leading.supporting[:MOST_FOR] if each in facts]
    sections = [
        Section("explanation:", [one_line(f"{leading.service} / {leading.fault_kind}: {leading.statement}", 300)], 0),
        Section("who calls whom:", calls(evidence), 3),
        Section(
            "facts for it:", [_line(each) if each.signal is Signal.CHANGE else fact_line(each) for each in supports], 1
        ),
        Section("might speak against it:", [_line(each) for each in against], 2),
        Section("asked of others:", answers(evidence.asked), 4),
    ]
    text = bounded(sections, MOST_BYTES)
    lines = set(text.splitlines())
    shown = frozenset(each.observation_id for each in against if _line(each) in lines)
    return Refutation(text, shown) if shown else None


def _line(fact: Observation) -> str:
    return change_line(fact, 1) if fact.signal is Signal.CHANGE else fact_line(fact, SHORT_LINE)


def could_refute(suspect: Suspect, leading: Hypothesis, observations: Sequence[Observation]) -> list[Observation]:
    """What can speak against it: trouble and changes elsewhere that came earlier, the loudest first, then what is normal."""
    own = {*leading.supporting, *(word.fact.observation_id for word in suspect.words), ""}
    free = [each for each in observations if each.observation_id not in own]
    earlier = [each for each in free if _began_earlier(each, suspect)]
    normal = [each for each in free if each.standing is Standing.NORMAL]
    earlier.sort(key=lambda each: -each.score)
    normal.sort(key=lambda each: suspect.service not in (each.service, each.peer))
    return [*earlier[:MOST_EARLIER], *normal[:MOST_NORMAL]]


def lowered(leading: Hypothesis, doubt: Doubt, shown: frozenset[str], floor: float) -> Hypothesis:
    """The explanation with what speaks against it; what is under the bar then no longer says what to do first."""
    ids = [each for each in cited(doubt.ids) if each in shown][:MOST_IDS]
    if not ids or doubt.strength is Against.NONE:
        return leading
    before = leading.initial_confidence
    after = min(before, max(floor, before * (1.0 - TAKES[doubt.strength])))
    update = {
        "initial_confidence": min(before, round(after, 4)),
        "refuting": tuple(dict.fromkeys((*leading.refuting, *ids))),
        "do_first": leading.do_first if after >= THE_BAR else "",
    }
    return leading.model_copy(update=update)


def _began_earlier(fact: Observation, suspect: Suspect) -> bool:
    if fact.standing is not Standing.UNUSUAL or suspect.service in (fact.service, fact.peer):
        return False
    return fact.onset is not None and suspect.onset is not None and fact.onset.timestamp() < suspect.onset
