"""Modals that only say something: one moment, or why not."""

from bot.slack import wording
from bot.slack.blocks import Block, Message, modal, section
from bot.slack.ids import Callback


def notice(text: str) -> Block:
    """A modal with a sentence or two, safe already."""
    return modal(wording.ANSWER_TITLE, [section([text])], callback=Callback.READ, close=wording.CLOSE)


def notice_of(message: Message) -> Block:
    """What would have been said in the channel, said in a modal."""
    return modal(wording.ANSWER_TITLE, message.blocks, callback=Callback.READ, close=wording.CLOSE)


def loading() -> Block:
    """What stands in a modal until its content is known: Slack lets one be opened for three seconds only."""
    return modal(wording.LOADING_TITLE, [section([wording.LOADING])], callback=Callback.READ, close=wording.CLOSE)
