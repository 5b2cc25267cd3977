"""Facts with their queries and links, page by page: all that one agent observed, and how a fact is told in a modal."""

from collections.abc import Sequence

from bot.slack import wording
from bot.slack.blocks import Block, button, buttons, context, modal, section
from bot.slack.ids import Action, Callback, Target
from bot.slack.text import code, joined, link, literal
from bot.slack.times import span
from bot.slack.views.picture import Picture, recorded
from orchestrator.model import Observation, Standing, Window

ON_A_PAGE = 6
MOST_OF_A_FACT = 1400
ORDER = tuple(Standing)

Titled = tuple[str, Observation]
"""A fact, and the heading it stands under."""


def facts(picture: Picture, agent_id: str, page: int = 0) -> Block:
    """All that this agent observed: the unusual first, strongest first; then what is normal, and what was not there."""
    mine = [each for each in picture.view.observations if each.agent_id == agent_id]
    mine.sort(key=lambda each: (ORDER.index(each.standing), -each.score))
    titled = [(wording.STANDING[each.standing], each) for each in mine]
    target = Target(picture.investigation_id, agent_id, page)
    return modal(
        wording.FACTS_TITLE,
        [
            section([joined([f"*{picture.title_of(agent_id)}*", recorded(picture.incident)])]),
            *(pages(titled, picture, Action.FACTS_PAGE, target) or [section([wording.NO_FACTS])]),
        ],
        callback=Callback.READ,
        close=wording.CLOSE,
    )


def pages(titled: Sequence[Titled], picture: Picture, turn: Action, target: Target) -> list[Block | None]:
    """The facts of the target's page under their headings, and buttons to turn it where there are more."""
    last = max(0, (len(titled) - 1) // ON_A_PAGE)
    page = min(target.page, last)
    first = page * ON_A_PAGE
    shown = titled[first : first + ON_A_PAGE]
    blocks: list[Block | None] = []
    for title in dict.fromkeys(title for title, _ in shown):
        under = [each for each_title, each in shown if each_title == title]
        blocks += [section([title]), *(section(_fact(each, picture), limit=MOST_OF_A_FACT) for each in under)]
    if last:
        position = wording.PAGE.format(first=first + 1, last=first + len(shown), count=len(titled))
        blocks += [context([position]), turning(turn, Target(target.investigation_id, target.subject, page), last)]
    return blocks


def turning(turn: Action, target: Target, last: int) -> Block | None:
    """Buttons to the page before and the page after, where there are such."""

    def to(label: str, page: int) -> Block:
        return button(label, turn, Target(target.investigation_id, target.subject, page))

    return buttons(
        to(wording.PREVIOUS, target.page - 1) if target.page > 0 else None,
        to(wording.NEXT, target.page + 1) if target.page < last else None,
    )


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
