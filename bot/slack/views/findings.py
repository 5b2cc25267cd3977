"""What one agent found: a quiet reply as its turn ends. Facts only; what they may mean is the report's to say."""

from bot.slack import wording
from bot.slack.blocks import Block, Message, button, buttons, context, message, section
from bot.slack.ids import Action, Target
from bot.slack.text import ELLIPSIS, joined, literal
from bot.slack.times import duration
from bot.slack.views.picture import Picture, fact, notification, recorded, summaries
from orchestrator.events import StepView
from orchestrator.model import ZERO, Consultation, Observation, Phase, Standing, Step, StepOutcome, dollars

MOST_FACTS = 6
MOST_ASKED = 3


def findings(picture: Picture, agent_id: str) -> Message | None:
    """What this agent observed; None while it observes, or where its turn never came."""
    ended = picture.view.ended(Step(phase=Phase.OBSERVE, agent_id=agent_id))
    if ended is None or ended.outcome == StepOutcome.NOT_RUN:
        return None
    unusual = _strongest(ended.observations)
    head = joined(
        [
            f"*{picture.title_of(agent_id)}*",
            duration(ended.duration_s),
            _cost(picture, agent_id),
            recorded(picture.incident),
        ]
    )
    failure = _failure(ended)
    lines = [f"• {fact(each, 200)}" for each in unusual[:MOST_FACTS]]
    if len(unusual) > MOST_FACTS:
        lines.append(f"{ELLIPSIS} +{len(unusual) - MOST_FACTS} {wording.MORE_IN_FACTS}")
    if not unusual and not failure:
        lines.append(wording.NOTHING_STANDS_OUT)
    text = f"{literal(picture.incident.incident_id, 40)} {picture.title_of(agent_id)}: {_gist(unusual, failure)}"
    return message(
        notification(text, picture.incident),
        section([head, failure, *lines, *_asked(picture, agent_id)]),
        context(_rest(list(ended.observations)), limit=1500),
        _all_facts(picture, agent_id, len(ended.observations)),
    )


def _asked(picture: Picture, agent_id: str) -> list[str]:
    """What it asked other agents while it explained, and what they said."""
    asked = picture.view.asked_by(agent_id)
    lines = [_answer(each, picture.title_of(each.specialist)) for each in asked[:MOST_ASKED]]
    more = len(asked) - MOST_ASKED
    return [*lines, *([f"{ELLIPSIS} +{more} {wording.MORE_QUESTIONS}"] if more > 0 else [])]


def _answer(told: Consultation, whom: str) -> str:
    said = wording.ASKED.format(whom=literal(whom, 60), said=literal(told.said, 300))
    return joined([said, dollars(told.cost) if told.cost else ""])


def _all_facts(picture: Picture, agent_id: str, count: int) -> Block | None:
    label = wording.FACTS.format(count=count)
    return buttons(button(label, Action.FACTS, Target(picture.investigation_id, agent_id))) if count else None


def _strongest(observations: tuple[Observation, ...]) -> list[Observation]:
    unusual = [each for each in observations if each.standing == Standing.UNUSUAL]
    return sorted(unusual, key=lambda each: -each.score)


def _cost(picture: Picture, agent_id: str) -> str:
    spent = next((line.amount for line in picture.view.cost.lines if line.agent_id == agent_id), ZERO)
    return dollars(spent)


def _failure(ended: StepView) -> str:
    if ended.outcome == StepOutcome.FINISHED:
        return ""
    return joined([literal(ended.note, 300) or wording.AGENT_FAILED, wording.WITHOUT_AGENT])


def _gist(unusual: list[Observation], failure: str) -> str:
    if unusual:
        return literal(unusual[0].summary, 200)
    return failure or wording.NOTHING_STANDS_OUT


def _rest(observations: list[Observation]) -> list[str]:
    normal = summaries(observations, Standing.NORMAL)
    missing = summaries(observations, Standing.NO_DATA)
    if not normal and not missing:
        only = "" if observations else wording.NOT_CHECKED.format(what=wording.NOTHING_LOOKED_AT)
        return [only]
    return [
        wording.NORMAL.format(what=normal) if normal else "",
        wording.NOT_CHECKED.format(what=missing) if missing else "",
    ]
