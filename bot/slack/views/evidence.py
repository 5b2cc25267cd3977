"""A modal with the evidence behind one hypothesis: what speaks for it, what against it, how to check and to disprove it."""

from collections.abc import Sequence

from bot.slack import wording
from bot.slack.blocks import Block, context, modal, section
from bot.slack.ids import Callback
from bot.slack.text import code, joined, link, literal
from bot.slack.times import span
from bot.slack.views.notices import notice
from bot.slack.views.picture import Picture, cited, recorded
from orchestrator.model import Hypothesis, Observation, Window

MOST_FACTS = 6
MOST_STEPS = 5


def evidence(picture: Picture, hypothesis_id: str) -> Block:
    """The modal; it says so where the hypothesis is not known."""
    found = next((each for each in picture.view.ranked if each.hypothesis_id == hypothesis_id), None)
    if found is None:
        return notice(wording.GONE_HYPOTHESIS)
    head = joined(
        [f"*{literal(found.statement, 400)}*", f"{found.initial_confidence:.2f}", picture.title_of(found.agent_id)]
    )
    return modal(
        wording.EVIDENCE_TITLE,
        [
            section([head, recorded(picture.incident)]),
            *_facts(wording.FOR_IT, cited(picture, found.supporting), picture, wording.NOTHING_FOR_IT),
            *_facts(wording.AGAINST_IT, cited(picture, found.refuting), picture, wording.NOTHING_AGAINST),
            _steps(wording.CHECK_IT, found.verify),
            _steps(wording.DISPROVE_IT, found.disprove),
            _touched(found),
        ],
        callback=Callback.READ,
        close=wording.CLOSE,
    )


def _facts(title: str, facts: Sequence[Observation], picture: Picture, nothing: str) -> list[Block | None]:
    if not facts:
        return [section([f"{title} {nothing}"])]
    lines = [line for each in facts[:MOST_FACTS] for line in _fact(each, picture)]
    more = len(facts) - MOST_FACTS
    return [section([title]), section([*lines, f"… +{more}" if more > 0 else ""])]


def _fact(each: Observation, picture: Picture) -> list[str]:
    where = joined(
        [
            literal(each.observation_id, 20),
            picture.title_of(each.agent_id),
            literal(each.source, 60),
            _when(each.window, picture),
            link(each.link, wording.OPEN_SOURCE),
        ]
    )
    return [f"• {literal(each.summary, 240)}", f"    {where}", f"    {code(each.query, 160)}" if each.query else ""]


def _when(window: Window | None, picture: Picture) -> str:
    return span(window.start, window.end, picture.view.updated_at) if window else ""


def _steps(title: str, steps: Sequence[str]) -> Block | None:
    lines = [f"• {literal(each, 200)}" for each in steps[:MOST_STEPS]]
    return section([title, *lines], limit=1200) if lines else None


def _touched(found: Hypothesis) -> Block | None:
    peer = f" → {literal(found.peer, 80)}" if found.peer else ""
    return context([joined([literal(found.service, 80) + peer, found.fault_kind, code(found.change_id, 80)])])
