"""What is going on, and what was before: one line an investigation, shown to the one person who asked.

A run in a private channel shows its title nowhere else; the caller hands over only what may be shown here, and how many
were left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.slack import wording
from bot.slack.blocks import Message, context, message, section
from bot.slack.ids import COMMAND
from bot.slack.text import joined, link, literal
from bot.slack.times import clock, of_budget
from bot.slack.views.answers import say
from bot.slack.views.gate import asking
from bot.slack.views.parent import progress
from bot.slack.views.picture import Picture, flagged, heading, recorded
from orchestrator.model import THE_BAR, AcceptedCost, Allowance, dollars
from orchestrator.ports import InvestigationSummary


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the history, and where its thread is."""

    summary: InvestigationSummary
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Current:
    """A run that is going on, where its thread is, and where it waits its place in the line: 1 for the next one."""

    picture: Picture
    thread: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What the runs of the last 30 days have cost, if anything, and what is spent of each of today's allowances."""

    cost: AcceptedCost | None = None
    today: Sequence[tuple[Allowance, Decimal]] = ()


def status(running: Sequence[Current], hidden: int, incident_id: str = "", spent: Spent | None = None) -> Message:
    """What is going on, of one incident where it is named; and what was spent."""
    money = context([_money(spent)]) if spent else None
    if not running and not hidden:
        if incident_id:
            return say(wording.NOT_RUNNING.format(incident=literal(incident_id, 60), command=COMMAND))
        nothing = wording.NOTHING_RUNS.format(command=COMMAND)
        return message(nothing, section([nothing]), money)
    text = wording.STATUS_TEXT.format(count=len(running) + hidden)
    return message(
        flagged(text, any(each.picture.incident.recorded for each in running)),
        section([wording.STATUS_TITLE, *(_current(each) for each in running)]),
        context([_hidden(hidden)]),
        money,
    )


def which_one(running: Sequence[Current]) -> Message:
    """Asks which of several is meant."""
    example = literal(running[0].picture.incident.incident_id, 60)
    asked = wording.WHICH_ONE.format(command=COMMAND, incident=example)
    text = flagged(asked, any(each.picture.incident.recorded for each in running))
    return message(text, section([asked, *(_current(each) for each in running)]))


def history(past: Sequence[Past], hidden: int, now: datetime, incident_id: str = "") -> Message:
    """The newest investigations, newest first."""
    if not past and not hidden:
        if incident_id:
            return say(wording.NO_HISTORY_OF.format(incident=literal(incident_id, 60), command=COMMAND))
        return say(wording.NO_HISTORY.format(command=COMMAND))
    return message(
        flagged(wording.HISTORY_TEXT.format(count=len(past) + hidden), any(each.summary.recorded for each in past)),
        section([wording.HISTORY_TITLE, *(_past(each, now) for each in past)]),
        context([_hidden(hidden)]),
    )


def _current(each: Current) -> str:
    picture = each.picture
    cost = picture.view.cost
    return "• " + joined(
        [
            f"*{heading(picture.incident)}*",
            wording.QUEUED_AT.format(place=each.place) if each.place else progress(picture),
            wording.ASKED_BY.format(who=literal(str(picture.view.investigation.requested_by), 60)),
            of_budget(cost.total, cost.limit),
            asking(picture),
            recorded(picture.incident),
            link(each.thread, wording.THREAD),
        ]
    )


def _past(each: Past, now: datetime) -> str:
    one = each.summary
    title = "" if one.title in ("", one.incident_id) else literal(one.title, 100)
    leading = ""
    if one.leading and one.confidence is not None and one.confidence >= THE_BAR:
        leading = f"{literal(one.leading, 140)} ({one.confidence:.2f})"
    decided = wording.DECISIONS.format(accepted=one.accepted, rejected=one.rejected)
    return "• " + joined(
        [
            f"*{literal(one.incident_id, 60)}* {title}".strip(),
            f"{wording.STATE[one.state]} {clock(one.requested_at, now)}",
            literal(one.requested_by, 40),
            leading,
            decided if one.accepted or one.rejected else "",
            dollars(one.spent),
            f"*{wording.RECORDED}*" if one.recorded else "",
            link(each.thread, wording.THREAD),
        ]
    )


def _money(spent: Spent) -> str:
    today = [wording.OF_ALLOWANCE[each.kind].format(spent=of_budget(used, each.limit)) for each, used in spent.today]
    return joined(
        [
            wording.LAST_DAYS.format(cost=spent.cost) if spent.cost else "",
            wording.TODAY.format(spent=", ".join(today)) if today else "",
        ]
    )


def _hidden(count: int) -> str:
    return wording.HIDDEN.format(count=count) if count else ""
