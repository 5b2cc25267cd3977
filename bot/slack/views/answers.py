"""Short answers that only one person sees: what happened, what to do, and the request id where something went wrong."""

from datetime import datetime

from bot.slack import wording
from bot.slack.blocks import Message, context, message, section
from bot.slack.ids import COMMAND, Field
from bot.slack.text import joined, link, literal
from bot.slack.times import clock
from bot.slack.views.picture import flagged
from orchestrator.errors import OrchestratorError, ParameterExtractionError, SourceUnavailableError
from orchestrator.model import Decision, Incident, Investigation

_FAILURE = 500


def say(text: str, *, is_recorded: bool = False, short: str = "") -> Message:
    """A sentence or two, safe already. The phone shows `short`, which has to be given where the text has a link."""
    flag = f"*{wording.RECORDED}*" if is_recorded else ""
    return message(flagged(short or text, is_recorded), section([joined([flag, text])]))


def help_message() -> Message:
    """How to use Compass."""
    lines = [each.format(command=COMMAND, bot=wording.BOT) for each in wording.HELP]
    return message(wording.HELP_TEXT, section(lines))


def joined_run(investigation: Investigation, thread: str, *, hidden: bool) -> Message:
    """Somebody asked for what is being investigated already; `hidden` where it runs in a private channel elsewhere."""
    incident = literal(investigation.incident.incident_id, 60)
    if hidden:
        return say(wording.JOINED_PRIVATE.format(incident=incident), is_recorded=investigation.incident.recorded)
    return _with_way(wording.JOINED, investigation, thread)


def started_run(investigation: Investigation, thread: str) -> Message:
    """It was asked for in another thread: where its own is."""
    return _with_way(wording.STARTED, investigation, thread)


def _with_way(words: str, investigation: Investigation, thread: str) -> Message:
    incident, who = literal(investigation.incident.incident_id, 60), literal(str(investigation.requested_by), 60)
    text, short = (
        words.format(incident=incident, who=who, where=wording.FOLLOW.format(link=way))
        for way in (link(thread, wording.FOLLOW_HERE) or wording.FOLLOW_HERE, wording.FOLLOW_HERE)
    )
    return say(text, is_recorded=investigation.incident.recorded, short=short)


def may_not_post(incident: Incident, code: str) -> Message:
    """Slack refuses the thread: why, and what to do. The run itself is not lost, and that is said too."""
    words = wording.MAY_NOT_POST[_sort_of(code)]
    text = words.format(incident=literal(incident.incident_id, 60), bot=wording.BOT, code=literal(code, 60))
    return say(joined([wording.RUN_GOES_ON, text], " "), is_recorded=incident.recorded)


def _sort_of(code: str) -> str:
    """Slack hides a private channel it is not in; `restricted_action` comes in many kinds."""
    if code in ("not_in_channel", "channel_not_found"):
        return "not_in_channel"
    if code.startswith("restricted_action"):
        return "restricted_action"
    return code if code in wording.MAY_NOT_POST else "other"


def already_decided(decision: Decision, now: datetime, *, is_recorded: bool) -> Message:
    """Somebody else was first."""
    words = wording.ALREADY[decision.verdict]
    text = words.format(who=literal(str(decision.by), 60), time=clock(decision.at, now))
    return say(text, is_recorded=is_recorded)


def refused(error: OrchestratorError, request_id: str, typed: str = "") -> Message:
    """An error that the core wrote for people: what happened, what to do, and what they typed, so that it can be mended.

    The request id is for whoever reads the log: it stands only where Compass itself failed.
    """
    happened = _sentence(error)
    failed = error.status >= _FAILURE and not isinstance(error, SourceUnavailableError)
    return message(
        flagged(joined([literal(happened, 100), literal(error.remedy, 100)]), False),
        section([f"*{literal(happened, 600)}*", literal(error.remedy, 600)]),
        context(
            [
                wording.TYPED.format(words=literal(typed, 200)) if typed else "",
                wording.REQUEST.format(request=literal(request_id, 60)) if failed else "",
            ]
        ),
    )


def _sentence(error: OrchestratorError) -> str:
    """A field's name and its rule read as one sentence, whichever way the rule is put."""
    if not isinstance(error, ParameterExtractionError):
        return error.message
    if error.rule.split(" ", 1)[0] in wording.PREDICATES:
        return f"{error.field} {error.rule}"
    if error.field == Field.INCIDENT:
        return error.rule[:1].upper() + error.rule[1:]
    return error.message


def unexpected(request_id: str) -> Message:
    """Something broke; its text stays with us."""
    return say(wording.UNEXPECTED.format(request=literal(request_id, 60)))
