"""A modal with the evidence behind one hypothesis: what speaks for it, what against it, how to check and to disprove it."""

from collections.abc import Sequence

from bot.slack import wording
from bot.slack.blocks import Block, context, modal, section
from bot.slack.ids import Action, Callback, Target
from bot.slack.text import code, joined, literal
from bot.slack.views.facts import pages
from bot.slack.views.notices import notice
from bot.slack.views.picture import Picture, cited, recorded
from orchestrator.model import Hypothesis

MOST_STEPS = 5


def evidence(picture: Picture, hypothesis_id: str, page: int = 0) -> Block:
    """That page of the modal; it says so where the hypothesis is not known."""
    found = next((each for each in picture.view.ranked if each.hypothesis_id == hypothesis_id), None)
    if found is None:
        return notice(wording.GONE_HYPOTHESIS)
    head = joined(
        [f"*{literal(found.statement, 400)}*", f"{found.initial_confidence:.2f}", picture.title_of(found.agent_id)]
    )
    titled = [
        *((wording.FOR_IT, each) for each in cited(picture, found.supporting)),
        *((wording.AGAINST_IT, each) for each in cited(picture, found.refuting)),
    ]
    target = Target(picture.investigation_id, hypothesis_id, page)
    return modal(
        wording.EVIDENCE_TITLE,
        [
            section([head, recorded(picture.incident), *_missing(found)]),
            *pages(titled, picture, Action.EVIDENCE_PAGE, target),
            _steps(wording.CHECK_IT, found.verify),
            _steps(wording.DISPROVE_IT, found.disprove),
            _touched(found, picture),
        ],
        callback=Callback.READ,
        close=wording.CLOSE,
    )


def _missing(found: Hypothesis) -> list[str]:
    return [
        "" if found.supporting else f"{wording.FOR_IT} {wording.NOTHING_FOR_IT}",
        "" if found.refuting else f"{wording.AGAINST_IT} {wording.NOTHING_AGAINST}",
    ]


def _steps(title: str, steps: Sequence[str]) -> Block | None:
    lines = [f"• {literal(each, 200)}" for each in steps[:MOST_STEPS]]
    return section([title, *lines], limit=1200) if lines else None


def _touched(found: Hypothesis, picture: Picture) -> Block | None:
    place, change = _place(found, picture), code(found.change_id, 80)
    return context(
        [
            joined(
                [
                    wording.WHERE.format(place=place) if place else "",
                    wording.KIND.format(kind=found.fault_kind.value),
                    wording.CHANGE.format(change=change) if change else "",
                ]
            )
        ]
    )


def _place(found: Hypothesis, picture: Picture) -> str:
    """The service, or the link: who calls whom is told by the facts, as a hypothesis says only which two ends it has."""
    service, peer = literal(found.service, 80), literal(found.peer, 80)
    if not peer:
        return service
    ends = {found.service, found.peer}
    link = next((each for each in cited(picture, found.supporting) if {each.service, each.peer} == ends), None)
    if link is None:
        return wording.BETWEEN.format(service=service, peer=peer)
    return wording.CALLS.format(caller=literal(link.service, 80), callee=literal(link.peer, 80))
