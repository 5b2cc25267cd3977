"""A modal with every hypothesis, page by page: nothing was merged or dropped, and each can be accepted or rejected here."""

from bot.slack import wording
from bot.slack.blocks import Block, button, buttons, context, modal, section
from bot.slack.ids import Action, Callback, Target, pack
from bot.slack.text import joined, literal
from bot.slack.views.facts import turning
from bot.slack.views.picture import Picture, record, recorded
from orchestrator.model import Hypothesis, strength

ON_A_PAGE = 5


def hypotheses(picture: Picture, page: int = 0) -> Block:
    """That page of the list; a page beyond the end is the last one."""
    ranked = picture.view.ranked
    last = max(0, (len(ranked) - 1) // ON_A_PAGE)
    page = min(max(0, page), last)
    first = page * ON_A_PAGE
    shown = ranked[first : first + ON_A_PAGE]
    blocks = [block for n, each in enumerate(shown, start=first + 1) for block in _entry(picture, n, each, page)]
    position = wording.PAGE.format(first=first + 1, last=first + len(shown), count=len(ranked))
    return modal(
        wording.HYPOTHESES_TITLE,
        [
            section([recorded(picture.incident)]),
            *(blocks or [section([wording.NO_HYPOTHESES])]),
            context([position] if last else []),
            turning(Action.HYPOTHESES_PAGE, Target(picture.investigation_id, page=page), last),
        ],
        callback=Callback.READ,
        close=wording.CLOSE,
        metadata=pack(picture.investigation_id, str(page)),
    )


def _entry(picture: Picture, number: int, each: Hypothesis, page: int) -> list[Block | None]:
    head = joined(
        [
            f"*{number}. {literal(each.statement, 300)}*",
            f"{wording.STRENGTH[strength(each.initial_confidence)]} ({each.initial_confidence:.2f})",
        ]
    )
    about = joined([picture.title_of(each.agent_id), literal(each.service, 60), each.fault_kind])
    decision = picture.view.decision(each.hypothesis_id)
    target = Target(picture.investigation_id, each.hypothesis_id, page)
    undecided = decision is None
    return [
        section([head, about, record(decision, picture) if decision else ""], limit=1200),
        buttons(
            button(wording.ACCEPT, Action.ACCEPT, target, style="primary") if undecided else None,
            button(wording.REJECT, Action.REJECT, target) if undecided else None,
            button(wording.EVIDENCE, Action.EVIDENCE, target),
        ),
    ]
