"""The parent message: one card, edited in place, that says where a run stands and lets people stop or redirect it."""

from datetime import datetime

from bot.slack import wording
from bot.slack.blocks import Block, Message, button, buttons, confirmation, context, message, section
from bot.slack.ids import Action, Target
from bot.slack.text import joined, literal
from bot.slack.times import clock, duration, local, of_budget, span
from bot.slack.views.picture import Picture, heading, notification, outcome, recorded
from orchestrator.model import Conclusion, InvestigationState, Mode, Severity


def parent(picture: Picture) -> Message:
    """The card as it should stand now."""
    title = joined([f"*{heading(picture.incident)}*", _severity(picture), _scope(picture), recorded(picture.incident)])
    state = _state(picture)
    return message(
        notification(f"{heading(picture.incident)}: {_plain_state(picture)}", picture.incident),
        section([title, state, _window(picture)]),
        context([_footer(picture), _told(picture), _unread(picture), _assumed(picture), _estimate(picture)]),
        _controls(picture),
    )


def progress(picture: Picture) -> str:
    """Whose turn it is: "2/3 Database"; in parallel who is at work: "1/3 done, Database + Network at work"."""
    view = picture.view
    if view.stop_requested_by:
        return wording.STOPPING
    if view.state == InvestigationState.QUEUED:
        return wording.QUEUED
    if view.state == InvestigationState.WAITING_APPROVAL:
        return wording.WAITING
    if not view.running_steps:
        return wording.RANKING if view.steps else wording.STARTING
    count, phase = len(view.investigation.agent_ids), view.running_steps[-1].step.phase
    at_work = " + ".join(picture.title_of(each.step.agent_id) for each in view.running_steps)
    if view.investigation.mode is Mode.PARALLEL:
        return wording.TOGETHER[phase].format(done=view.done_agents, count=count, agents=at_work)
    return wording.TURN[phase].format(number=view.done_agents + 1, count=count, agent=at_work)


def _severity(picture: Picture) -> str:
    return wording.SEVERITY[picture.incident.severity] if picture.incident.severity != Severity.UNKNOWN else ""


def _scope(picture: Picture) -> str:
    services = ", ".join(literal(name, 60) for name in picture.incident.affected_services[:5])
    more = len(picture.incident.affected_services) - 5
    return joined([literal(str(picture.incident.scope), 120), services + (f" +{more}" if more > 0 else "")])


def _state(picture: Picture) -> str:
    if not picture.ended:
        return joined([f"*{progress(picture)}*", _lead(picture)])
    said = wording.IN_THREAD if picture.view.state == InvestigationState.COMPLETED else wording.PROVISIONAL_IN_THREAD
    reason = literal(picture.view.reason, 400)
    return joined([f"*{_done(picture)}*", reason or outcome(picture), said])


def _plain_state(picture: Picture) -> str:
    if not picture.ended:
        return joined([progress(picture), _lead(picture)], ", ")
    return joined([outcome(picture), _done(picture)], ", ")


def _done(picture: Picture) -> str:
    view = picture.view
    began, ended = view.started_at or view.investigation.requested_at, view.ended_at or view.updated_at
    return wording.DONE[view.state].format(duration=duration((ended - began).total_seconds()))


def _lead(picture: Picture) -> str:
    report = picture.report
    if report.conclusion != Conclusion.LIKELY:
        return wording.NO_CAUSE_YET
    group = report.groups[0]
    return wording.PROVISIONAL.format(
        named=len(group.named_by),
        count=len(picture.view.investigation.agent_ids),
        statement=literal(group.lead.statement, 200),
        strength=wording.STRENGTH[group.strength],
    )


def _now(picture: Picture) -> datetime:
    return picture.view.ended_at or picture.view.updated_at


def _window(picture: Picture) -> str:
    start, baseline = picture.incident.start_time, picture.incident.baseline()
    return wording.WINDOW.format(
        start=clock(start, _now(picture)),
        local=local(start),
        baseline=span(baseline.start, baseline.end, _now(picture)),
    )


def _footer(picture: Picture) -> str:
    cost = picture.view.cost
    return joined(
        [
            wording.UPDATED.format(time=clock(picture.view.updated_at, _now(picture), seconds=True)),
            literal(str(picture.view.investigation.requested_by), 60),
            of_budget(cost.total, cost.limit),
        ]
    )


def _assumed(picture: Picture) -> str:
    fields = [wording.ASSUMED_FIELDS.get(each, literal(each, 40)) for each in picture.view.investigation.assumed[:8]]
    return wording.ASSUMED.format(fields=", ".join(fields)) if fields and not picture.ended else ""


def _told(picture: Picture) -> str:
    """Values that were not typed as options, by where they came from: who wrote them sees at once what was taken for what."""
    if picture.ended:
        return ""
    told = [each for each in picture.view.investigation.told if each[0] in wording.TOLD_FIELDS]
    fields = {of: ", ".join(wording.TOLD_FIELDS[name] for name, source in told if source == of) for of in wording.TOLD}
    return joined([wording.TOLD[of].format(fields=each) for of, each in fields.items() if each])


def _unread(picture: Picture) -> str:
    """Why only the grammar has read it. It stands at the end too: a quick run is looked at when it is over."""
    why = picture.view.investigation.unread
    return wording.UNREAD.format(why=literal(why.rstrip("."), 200)) if why else ""


def _estimate(picture: Picture) -> str:
    estimate = picture.view.investigation.estimate
    return f"{estimate}." if estimate and not picture.ended else ""


def _controls(picture: Picture) -> Block | None:
    target = Target(picture.investigation_id)
    stop = button(
        wording.STOP,
        Action.STOP,
        target,
        style="danger",
        confirm=confirmation(wording.STOP_TITLE, wording.STOP_QUESTION, wording.STOP_YES, wording.STOP_NO),
    )
    return buttons(None if picture.ended else stop, button(wording.CHANGE_WINDOW, Action.WINDOW, target))
