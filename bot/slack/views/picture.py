"""What a view is handed, and the few phrases that several views share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.slack import wording
from bot.slack.text import cut, joined, link, literal, size
from bot.slack.times import clock
from orchestrator.events import InvestigationView
from orchestrator.model import Conclusion, Decision, Incident, InvestigationState, Observation, Report, Standing

MOST_TEXT = 120
LONGEST_LINK = 250
"""A longer link stands in the modals only: here it would push out the facts it is there for."""
ENDED = frozenset({InvestigationState.COMPLETED, InvestigationState.STOPPED, InvestigationState.FAILED})


@dataclass(frozen=True, slots=True)
class Picture:
    """An investigation as it stands, what that amounts to, the names of its agents that people read, and those of
    whoever may answer its gates, by id."""

    view: InvestigationView
    report: Report
    titles: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def incident(self) -> Incident:
        """What is being looked into."""
        return self.view.investigation.incident

    @property
    def investigation_id(self) -> str:
        """Which run this is."""
        return self.view.investigation.investigation_id

    @property
    def ended(self) -> bool:
        """Nothing more will happen in this run."""
        return self.view.state in ENDED

    def title_of(self, agent_id: str) -> str:
        """An agent's name, safe to show."""
        return literal(self.titles.get(agent_id, agent_id), 60)


def notification(conclusion: str, incident: Incident) -> str:
    """A message's `text`, all that a phone shows: `conclusion` (safe text) first, at most 120 characters."""
    return flagged(conclusion, incident.recorded)


def flagged(conclusion: str, is_recorded: bool) -> str:
    """Cut to 120 characters where it is longer; RECORDED DATA is never cut off."""
    ending = f" · {wording.RECORDED}" if is_recorded else ""
    return cut(conclusion, MOST_TEXT - size(ending)) + ending


def heading(incident: Incident) -> str:
    """ "INC-123 checkout 5xx", safe; the id alone where that is all the title says."""
    name = literal(incident.incident_id, 80)
    return name if incident.title in ("", incident.incident_id) else f"{name} {literal(incident.title, 200)}"


def recorded(incident: Incident) -> str:
    """The warning that every message of a recorded incident carries, else ""."""
    return f"*{wording.RECORDED}*" if incident.recorded else ""


def fact(observation: Observation, limit: int = 300) -> str:
    """An observation on one line, with its id, which leads to the source where there is a link."""
    name = observation.observation_id
    shown = link(observation.link, name, LONGEST_LINK) or literal(name, 20)
    return f"{literal(observation.summary, limit)}{f'  ({shown})' if name else ''}"


def cited(picture: Picture, ids: tuple[str, ...]) -> list[Observation]:
    """Those observations, in the order in which things began; those without a beginning last."""
    found = [each for each in picture.report.evidence if each.observation_id in ids]
    return sorted(found, key=lambda each: (each.onset is None, each.onset or picture.view.updated_at))


def summaries(observations: list[Observation], standing: Standing) -> str:
    """The observations of one standing as a list in a sentence."""
    return "; ".join(literal(each.summary, 160) for each in observations if each.standing == standing)


def outcome(picture: Picture) -> str:
    """What the report says in half a sentence: "likely orders v412 … (strong)", safe."""
    report = picture.report
    words = wording.CONCLUSION_TEXT[report.conclusion]
    if report.conclusion != Conclusion.LIKELY:
        return words
    strength = wording.STRENGTH[report.groups[0].strength]
    return words.format(headline=literal(report.headline, 200), strength=strength)


def record(decision: Decision, picture: Picture) -> str:
    """A decision as it stays on the card: who, when, and why."""
    said = wording.DECIDED[decision.verdict].format(
        who=literal(str(decision.by), 60), time=clock(decision.at, picture.view.updated_at)
    )
    mark = wording.DECIDED_MARK[decision.verdict]
    return joined([f"{mark} {said}", literal(decision.reason, 200)])
