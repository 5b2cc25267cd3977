"""The report in the order in which somebody woken at night needs it. Pure: a view and its report in, entries out."""

from collections.abc import Callable, Iterator, Sequence

from bot.terminal.entries import DIM, STRONG, Entry, asked_line, clock_time, confidence, entry, fact, incident_title
from bot.terminal.safe import safe
from orchestrator.events import InvestigationView
from orchestrator.model import (
    Conclusion,
    HypothesisGroup,
    InvestigationState,
    Observation,
    PastIncident,
    Report,
    Standing,
    breakdown_lines,
    call_words,
)

RECORDED = "RECORDED DATA. This is a replay of recorded telemetry; nothing here is happening now."
NOTHING_AGAINST = "nothing found"
SHOWN_GROUPS = 3
SHOWN_LINES = 6

UNREAD = "The model could not read the rest of your words ({why})."

Titles = Callable[[str], str]
UNDERSTOOD = ("said", "model", "record")
"""Values from here were understood, not typed: who wrote them sees what was taken for what."""


def title_entries(view: InvestigationView) -> list[Entry]:
    """Which incident this is, and that it is recorded where it is."""
    incident = view.investigation.incident
    return [
        *entry("", [RECORDED] if incident.recorded else [], STRONG),
        *entry("", [incident_title(incident)], STRONG),
    ]


def header(view: InvestigationView) -> list[Entry]:
    """What is being looked at: the incident, its windows, and what nobody typed and was taken as default."""
    investigation = view.investigation
    incident = investigation.incident
    window, baseline = incident.window(view.updated_at), incident.baseline()
    told = [each for each in investigation.told if each[1] in UNDERSTOOD and each[0] != "title"]
    looked_at = (
        f"{clock_time(window.start)}–{clock_time(window.end, beside=window.start)} UTC, "
        f"against {clock_time(baseline.start, beside=window.start)}–{clock_time(baseline.end, beside=window.start)}"
    )
    return [
        *title_entries(view),
        *entry("Window", [looked_at]),
        *entry("Affected", [", ".join(incident.affected_services)]),
        *entry("Understood", [", ".join(f"{name.replace('_', ' ')} ({source})" for name, source in told)]),
        *entry("Not read", [UNREAD.format(why=investigation.unread.rstrip("."))] if investigation.unread else []),
        *entry("Assumed", [", ".join(each.replace("_", " ") for each in investigation.assumed)]),
    ]


def run_entry(view: InvestigationView) -> list[Entry]:
    """Which run this is, how it stands, how long it took, and who asked."""
    investigation = view.investigation
    took = f" in {(view.ended_at - view.started_at).total_seconds():.1f} s" if view.ended_at and view.started_at else ""
    state = view.state.value.replace("_", " ")
    return entry("Run", [f"{investigation.investigation_id} · {state}{took} · asked by {investigation.requested_by}"])


def report_entries(
    view: InvestigationView, report: Report, title_of: Titles, *, everything: bool = False
) -> list[Entry]:
    """The whole report. `everything` shows all groups and all lines instead of the first ones."""
    most = len(report.evidence) + report.hypothesis_count + 1000 if everything else SHOWN_LINES
    lead = report.groups[0] if report.groups else None
    told = [lead] if lead and report.conclusion == Conclusion.LIKELY else []
    return [
        *entry("", [_headline(view, report)], STRONG),
        *entry("Impact", _capped([fact(each) for each in report.impact], most)),
        *entry("Since", [f"{clock_time(report.since)} UTC"] if report.since else []),
        *(each for group in told for each in _explanation(group, report, title_of)),
        *entry("Asked", _asked(view, title_of)),
        *entry("Stands out", _capped(_standing_out(report) if not told else [], most)),
        *entry("Look next" if told else "Look at", _capped(report.look_next, most)),
        *_others(report.groups[len(told) :], title_of, view, everything, first=len(told) + 1),
        *entry("Seen before", [_seen(each) for each in report.seen_before]),
        *entry("Ruled out", _capped(report.ruled_out, most)),
        *entry("Not checked", _capped(report.not_checked, most)),
        *entry("Degraded", report.degraded),
        *entry("Remarks", report.remarks),
        *entry("Did not run", report.did_not_run),
        *entry("Stopped", [report.stopped_because]),
        *entry("Data until", [f"{clock_time(report.data_until)} UTC"] if report.data_until else []),
        *entry("Decided", _decisions(view)),
        *entry("Cost", breakdown_lines(report.cost, lambda agent_id: safe(title_of(agent_id)))),
        *entry("Calls", _capped([f"{title_of(each.agent_id)}: {call_words(each)}" for each in view.ledger], most)),
    ]


def _asked(view: InvestigationView, title_of: Titles) -> list[str]:
    told = ((agent_id, each) for agent_id in view.investigation.agent_ids for each in view.asked_by(agent_id))
    return [asked_line(each, title_of, f", by {title_of(agent_id)}") for agent_id, each in told]


def _headline(view: InvestigationView, report: Report) -> str:
    provisional = view.state not in (
        InvestigationState.COMPLETED,
        InvestigationState.STOPPED,
        InvestigationState.FAILED,
    )
    mark = "Provisional. " if provisional else ""
    if report.conclusion != Conclusion.LIKELY or not report.groups:
        return f"{mark}{report.headline}"
    return f"{mark}Likely: {report.headline} · {confidence(report.groups[0].lead)}"


def _explanation(group: HypothesisGroup, report: Report, title_of: Titles) -> Iterator[Entry]:
    lead = group.lead
    yield from entry("Do first", [lead.do_first])
    yield from entry("Why", _facts(report, lead.supporting))
    yield from entry("Against", _facts(report, lead.refuting) or [NOTHING_AGAINST])
    yield from entry("Wrong if", lead.disprove)
    yield from entry("Named by", [_named_by(group, title_of)])


def _others(
    groups: Sequence[HypothesisGroup], title_of: Titles, view: InvestigationView, everything: bool, *, first: int
) -> list[Entry]:
    shown = groups if everything else groups[: SHOWN_GROUPS + 1 - first]
    lines = [
        f"{number}. {group.lead.statement} · {confidence(group.lead)} · {_named_by(group, title_of)}{_verdict(group)}"
        for number, group in enumerate(shown, start=first)
    ]
    left = len(groups) - len(shown)
    more = f"and {left} more; all of them: compass show {view.investigation.investigation_id} --all" if left else ""
    return entry("Others" if first > 1 else "Weak", [*lines, more], DIM)


def _seen(past: PastIncident) -> str:
    verdict = f" · {past.verdict} by {past.decided_by}" if past.verdict else ""
    alike = f" · alike: {', '.join(past.alike)}" if past.alike else ""
    return f"{past.incident_id} {past.title} ({past.began:%Y-%m-%d}): {past.statement}{verdict}{alike}"


def _named_by(group: HypothesisGroup, title_of: Titles) -> str:
    names = ", ".join(title_of(each) for each in group.named_by)
    ids = " ".join(each for each in group.hypothesis_ids if each)
    return f"{names} ({ids})" if ids else names


def _verdict(group: HypothesisGroup) -> str:
    return f" · {group.decision.verdict} by {group.decision.by}" if group.decision else ""


def _facts(report: Report, ids: Sequence[str]) -> list[str]:
    found: list[tuple[str, Observation | None]] = [(each, report.observation(each)) for each in ids]
    return [fact(observation) if observation else each for each, observation in found]


def _standing_out(report: Report) -> list[str]:
    """What there is to think about where no cause is named, the most unusual first; the impact is told already."""
    told = {each.observation_id for each in report.impact}
    unusual = [
        each for each in report.evidence if each.standing is Standing.UNUSUAL and each.observation_id not in told
    ]
    return [fact(each) for each in sorted(unusual, key=lambda each: -each.score)]


def _capped(lines: Sequence[str], most: int) -> list[str]:
    left = len(lines) - most
    return [*lines[:most], *([f"and {left} more"] if left > 0 else [])]


def _decisions(view: InvestigationView) -> list[str]:
    return [
        f"{each.hypothesis_id} {each.verdict} by {each.by} at {clock_time(each.at)} UTC"
        + (f": {each.reason}" if each.reason else "")
        for each in view.decisions
    ]
