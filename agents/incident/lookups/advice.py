"""A question to a colleague, through the desk: one of those that specialists answer, about a service that is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from agents.incident.asking import TEXTS
from agents.incident.lookups.remit import Remit, Wish, minutes_of, one_of
from agents.incident.lookups.text import fitted, safe
from agents.incident.territory import APPLICATION, DATABASE, NETWORK
from agents.incident.words import clock
from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Aspect, Consultation, Question
from orchestrator.ports import Desk, Tool

MOST_ASKED = 2
SPECIALISTS = (APPLICATION, DATABASE, NETWORK)
DESCRIPTION = "Ask a colleague, minute after the start; network needs peer"


class AdviceWish(Wish):
    """`minute` counts from the start of the incident; `peer` is the other end where it is about a link."""

    who: Literal["application", "database", "network"]
    about: Literal["saturation", "locks", "network", "traffic", "latency"]
    service: str
    peer: str = ""
    minute: int = 0


def advice_tool(remit: Remit, desk: Desk) -> Tool:
    """The question to a colleague, so many times at most in one turn."""
    asked: list[Question] = []

    async def run(wish: AdviceWish) -> str:
        question = question_of(remit, wish, asked)
        asked.append(question)
        return told(await desk.consult(wish.who, question))

    return Tool("ask_specialist", DESCRIPTION, AdviceWish, run)


def question_of(remit: Remit, wish: AdviceWish, asked: Sequence[Question]) -> Question:
    """The question in the words that the agents themselves use. Raises ParameterExtractionError for what may not be asked."""
    if len(asked) >= MOST_ASKED:
        rule = f"{MOST_ASKED} questions were asked, and more are not answered in one turn"
        raise ParameterExtractionError("ask_specialist", wish.who, rule, "answer with what is known")
    others = [each for each in SPECIALISTS if each != remit.agent_id]
    if wish.who not in others:
        raise ParameterExtractionError("who", wish.who, "that is you", f"ask {' or '.join(others)}")
    aspect = Aspect(wish.about)
    service = one_of("service", wish.service, remit.known, "service")
    peer = one_of("peer", wish.peer, remit.known, "service") if aspect is Aspect.NETWORK else ""
    at = _moment(remit, wish.minute)
    text = TEXTS[aspect].format(service=service, peer=peer, at=clock(at))
    return Question(text=text[:500], service=service, peer=peer, aspect=aspect, at=at)


def told(consultation: Consultation) -> str:
    """What came of it, and on which observations it rests."""
    advice = consultation.advice
    rests_on = f"It rests on {', '.join(advice.cites)}." if advice.cites else ""
    answered = "" if consultation.is_answered else "Not answered. "
    return fitted(
        [f"{consultation.specialist}: {answered}{safe(advice.text, 1500)}", *([rests_on] if rests_on else [])]
    )


def _moment(remit: Remit, minute: int) -> datetime:
    most = minutes_of(remit.since)
    if not 0 <= minute <= most:
        rule = f"may be 0 to {most}, from the start of the incident to its end"
        raise ParameterExtractionError("minute", str(minute), rule, "minute=0")
    return min(remit.since.end, remit.since.start + timedelta(minutes=minute))
