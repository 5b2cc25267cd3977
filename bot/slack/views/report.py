"""The report: one new reply that mentions who asked, in the order in which somebody woken at night needs it."""

from datetime import datetime

from bot.slack import wording
from bot.slack.blocks import Block, Message, button, buttons, context, message, section
from bot.slack.ids import Action, Target
from bot.slack.text import ELLIPSIS, joined, literal, mention
from bot.slack.times import bare_clock, clock, of_budget, span
from bot.slack.views.picture import Picture, cited, fact, heading, notification, outcome, record, recorded
from orchestrator.model import Conclusion, HypothesisGroup, Observation, PastIncident, Standing

SHOWN_GROUPS = 3
MOST_WHY = 5
MOST_LINES = 4
MOST_NEXT = 2
MOST_RULED_OUT = 3
MOST_DECISIONS = 6
MOST_SEEN = 2


def report(picture: Picture) -> Message:
    """The answer, also of a run that was stopped or failed: then it says so first."""
    return message(
        notification(_text(picture), picture.incident),
        section([_headline(picture), *_early(picture), *_impact(picture), *_do_first(picture)], limit=1800),
        section([*_why(picture), *_doubts(picture)], limit=2200, more=wording.MORE_IN_FACTS),
        section(_others(picture), limit=1000, more=wording.MORE_IN_ALL),
        section(_unlooked(picture), limit=1400, more=wording.MORE_IN_FACTS),
        section(_decisions(picture), limit=1200),
        context([_looked_at(picture), joined([_data(picture), _spent(picture)])], limit=900),
        _controls(picture),
    )


def _text(picture: Picture) -> str:
    """The conclusion, and then what to do: all that a phone shows."""
    report = picture.report
    conclusion = f"{literal(picture.incident.incident_id, 40)}: {outcome(picture)}"
    return joined([conclusion, literal(_first_step(picture) or "".join(report.look_next[:1]), 100)], ". ")


def _first_step(picture: Picture) -> str:
    return _lead(picture).lead.do_first if _names_a_cause(picture) else ""


def _names_a_cause(picture: Picture) -> bool:
    return picture.report.conclusion == Conclusion.LIKELY


def _lead(picture: Picture) -> HypothesisGroup:
    return picture.report.groups[0]


def _headline(picture: Picture) -> str:
    report = picture.report
    person = picture.view.investigation.requested_by
    asker = mention(person.user_id, person.name)
    if not _names_a_cause(picture):
        return joined(
            [f"{asker} *{heading(picture.incident)}: {literal(report.headline, 300)}*", recorded(picture.incident)]
        )
    group = _lead(picture)
    headline = wording.LIKELY.format(headline=literal(report.headline, 500))
    return joined([f"{asker} *{headline}*", _confidence(group), _named_by(group), recorded(picture.incident)])


def _confidence(group: HypothesisGroup) -> str:
    return f"{wording.STRENGTH[group.strength]} ({group.lead.initial_confidence:.2f})"


def _named_by(group: HypothesisGroup) -> str:
    return wording.NAMED_BY.format(count=len(group.named_by)) if len(group.named_by) > 1 else ""


def _early(picture: Picture) -> list[str]:
    report = picture.report
    lines = _line(wording.ENDED_EARLY, [literal(report.stopped_because, 500)])
    lines += _line(wording.DID_NOT_RUN, [literal(each, 100) for each in report.did_not_run], ", ")
    return lines + _line(wording.DEGRADED, [literal(each, 200) for each in report.degraded])


def _impact(picture: Picture) -> list[str]:
    report = picture.report
    lines = _line(wording.IMPACT, [literal(each.summary, 200) for each in report.impact])
    since = clock(report.since, picture.view.updated_at, seconds=True) if report.since else ""
    return lines + _line(wording.SINCE, [since])


def _do_first(picture: Picture) -> list[str]:
    """What to do, and where nobody can say that: what to look at. There is always a next step where there is a thought."""
    if first := _first_step(picture):
        return _line(wording.DO_FIRST, [literal(first, 300)])
    steps = picture.report.look_next[:MOST_NEXT] if _names_a_cause(picture) else picture.report.look_next
    return _line(wording.LOOK_NEXT, [literal(each, 200) for each in steps])


def _why(picture: Picture) -> list[str]:
    if _names_a_cause(picture):
        why, title, where = cited(picture, _lead(picture).lead.supporting), wording.WHY, wording.MORE_IN_EVIDENCE
    else:
        why, title, where = _standing_out(picture), wording.STANDS_OUT, wording.MORE_IN_FACTS
    if not why:
        return []
    lines = [joined([f"• {_began(each)}", fact(each, 220)], "") for each in why[:MOST_WHY]]
    more = len(why) - MOST_WHY
    return [title, *lines, *([f"{ELLIPSIS} +{more} {where}"] if more > 0 else [])]


def _began(each: Observation) -> str:
    """When it began, where the fact does not say so itself."""
    began = bare_clock(each.onset) if each.onset else ""
    return f"{began} " if began and began not in each.summary else ""


def _standing_out(picture: Picture) -> list[Observation]:
    unusual = [each for each in picture.report.evidence if each.standing == Standing.UNUSUAL]
    return sorted(unusual, key=lambda each: -each.score)


def _doubts(picture: Picture) -> list[str]:
    if not _names_a_cause(picture):
        return []
    lead = _lead(picture).lead
    against = [fact(each, 200) for each in cited(picture, lead.refuting)[:MOST_LINES]]
    wrong_if = [literal(each, 200) for each in lead.disprove[:MOST_LINES]]
    return [*_line(wording.AGAINST, against or [wording.NOTHING_AGAINST]), *_line(wording.WRONG_IF, wrong_if)]


def _others(picture: Picture) -> list[str]:
    first = 1 if _names_a_cause(picture) else 0
    shown = list(enumerate(picture.report.groups, start=1))[first:SHOWN_GROUPS]
    return [
        joined([f"{number}. {literal(group.lead.statement, 240)}", _confidence(group), _named_by(group)])
        for number, group in shown
    ]


def _unlooked(picture: Picture) -> list[str]:
    ruled_out = [literal(each, 120) for each in picture.report.ruled_out[:MOST_RULED_OUT]]
    unchecked = [literal(each, 160) for each in picture.report.not_checked[:MOST_LINES]]
    return [
        *_line(wording.SEEN_BEFORE, [_seen(each, picture) for each in picture.report.seen_before[:MOST_SEEN]]),
        *_line(wording.RULED_OUT, _counted(ruled_out, len(picture.report.ruled_out))),
        *_line(wording.UNCHECKED, _counted(unchecked, len(picture.report.not_checked))),
        *_line(wording.REMARKS, [literal(each, 200) for each in picture.report.remarks[:MOST_LINES]], " "),
    ]


def _seen(past: PastIncident, picture: Picture) -> str:
    """An earlier incident like this one: which, when, what was thought to be its cause, and what the two have in common."""
    when = clock(past.began, picture.view.updated_at)
    verdict = wording.SEEN_VERDICT[past.verdict].format(who=literal(past.decided_by, 60)) if past.verdict else ""
    alike = wording.ALIKE.format(what=literal(", ".join(past.alike), 100)) if past.alike else ""
    name = f"{literal(past.incident_id, 40)} {literal(past.title, 60)} ({when})"
    return f"{name}: {joined([literal(past.statement, 160), verdict, alike])}"


def _counted(shown: list[str], count: int) -> list[str]:
    return [*shown, f"+{count - len(shown)} {wording.IN_FACTS}"] if count > len(shown) else shown


def _decisions(picture: Picture) -> list[str]:
    decisions = picture.view.decisions
    known = {each.hypothesis_id: each.statement for each in picture.view.ranked}
    lines = [
        joined([record(each, picture), literal(known.get(each.hypothesis_id, each.hypothesis_id), 120)])
        for each in decisions[:MOST_DECISIONS]
    ]
    more = len(decisions) - MOST_DECISIONS
    return [*lines, f"{ELLIPSIS} +{more} {wording.MORE_IN_ALL}"] if more > 0 else lines


def _looked_at(picture: Picture) -> str:
    incident, now = picture.incident, picture.view.ended_at or picture.view.updated_at
    window, baseline = incident.window(picture.view.started_at or now), incident.baseline()
    return wording.LOOKED_AT.format(
        window=span(window.start, window.end, now), baseline=span(baseline.start, baseline.end, window.start)
    )


def _data(picture: Picture) -> str:
    """How far each source's data reaches: one that lags behind may be why nothing was found in it."""
    near = picture.view.updated_at
    latest: dict[str, datetime] = {}
    for each in picture.report.evidence:
        if each.source and each.latest:
            latest[each.source] = max(each.latest, latest.get(each.source, each.latest))
    if len(latest) > 1:
        return joined(
            wording.SOURCE_UNTIL.format(source=literal(name, 60), time=clock(until, near, seconds=True))
            for name, until in list(latest.items())[:5]
        )
    until = picture.report.data_until
    return wording.DATA_UNTIL.format(time=clock(until, near, seconds=True)) if until else ""


def _spent(picture: Picture) -> str:
    return of_budget(picture.report.cost.total, picture.report.cost.limit)


def _line(title: str, parts: list[str], separator: str = "; ") -> list[str]:
    said = joined(parts, separator)
    return [f"{title} {said}"] if said else []


def _controls(picture: Picture) -> Block | None:
    groups = picture.report.groups
    if not groups or not groups[0].lead.hypothesis_id:
        return None
    lead = groups[0]
    target = Target(picture.investigation_id, lead.lead.hypothesis_id)
    open_question = _names_a_cause(picture) and lead.decision is None
    return buttons(
        button(wording.ACCEPT, Action.ACCEPT, target, style="primary") if open_question else None,
        button(wording.REJECT, Action.REJECT, target) if open_question else None,
        button(wording.EVIDENCE, Action.EVIDENCE, target),
        button(
            wording.ALL.format(count=picture.report.hypothesis_count),
            Action.HYPOTHESES,
            Target(picture.investigation_id),
        ),
    )
