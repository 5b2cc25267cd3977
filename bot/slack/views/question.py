"""What has to be asked before anything starts: which of several was meant, with a button for each."""

from bot.slack import wording
from bot.slack.blocks import Message, buttons, context, message, section, word_button
from bot.slack.ids import Action, Filled, Words
from bot.slack.text import literal
from orchestrator.parameters import Question

MOST_CHOICES = 5


def question(asked: Question, typed: Words, understood: Filled) -> Message:
    """The question; each button carries the words with its answer, the last one what was `understood`, for the form.

    Raises ValueError where they do not fit into a button.
    """
    several = wording.CONTRADICTION if asked.contradiction and asked.field != "incident" else ""
    which = several or wording.QUESTIONS.get(asked.field, wording.QUESTION)
    words = which.format(said=literal(asked.said, 80))
    offered = [
        word_button(each.label, Action.CHOOSE, number, Words(typed.text, (*typed.answers, each.option), typed.run_id))
        for number, each in enumerate(asked.choices[:MOST_CHOICES])
    ]
    other = word_button(wording.OTHER, Action.OTHER, 0, understood)
    return message(
        wording.QUESTION_TEXT.format(said=literal(asked.said, 60)),
        section([f"*{words}*", wording.NOTHING_STARTED]),
        buttons(*offered, other),
        context([wording.TYPED.format(words=literal(typed.text, 200))]),
    )
