"""What each call of a run cost, page by page: what for, which model, tokens in and out, price."""

from bot.slack import wording
from bot.slack.blocks import Block, button, buttons, context, modal, section
from bot.slack.ids import Action, Callback, Target
from bot.slack.text import joined, literal
from bot.slack.views.facts import turning
from bot.slack.views.picture import Picture, recorded
from orchestrator.model import LedgerEntry, call_words

ON_A_PAGE = 10


def ledger(picture: Picture, page: int = 0) -> Block:
    """The calls in the order in which they were made."""
    calls = picture.view.ledger
    last = max(0, (len(calls) - 1) // ON_A_PAGE)
    page = min(page, last)
    first = page * ON_A_PAGE
    shown = calls[first : first + ON_A_PAGE]
    position = wording.PAGE.format(first=first + 1, last=first + len(shown), count=len(calls))
    turn = turning(Action.LEDGER_PAGE, Target(picture.investigation_id, "", page), last)
    return modal(
        wording.LEDGER_TITLE,
        [
            section([recorded(picture.incident)]) if picture.incident.recorded else None,
            *(section([_call(each, picture)]) for each in shown),
            *([context([position]), turn] if last else []),
            None if calls else section([wording.NO_CALLS]),
        ],
        callback=Callback.READ,
        close=wording.CLOSE,
    )


def to_ledger(picture: Picture) -> Block | None:
    """The button that opens it, where there is a call."""
    count = len(picture.view.ledger)
    label = wording.CALLS_OF_RUN.format(count=count)
    return buttons(button(label, Action.LEDGER, Target(picture.investigation_id))) if count else None


def _call(each: LedgerEntry, picture: Picture) -> str:
    return joined([f"*{picture.title_of(each.agent_id)}*", literal(call_words(each), 400)])
