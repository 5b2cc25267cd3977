"""The three forms: a new investigation, another window, and why a hypothesis is rejected.

They need to know nothing of a run, so that they can be opened within the three seconds that Slack allows.
"""

from bot.slack import wording
from bot.slack.blocks import Block, choice, modal, section, text_input
from bot.slack.ids import Callback, Field


def new_investigation(metadata: str, *, incident_id: str = "", title: str = "") -> Block:
    """The form of `/investigate new`: an id or a few words are enough. `metadata` says where the run belongs.

    No field is required by itself, as Slack cannot ask for one of two, and none is preset: what is empty was not said.
    """
    labels, hints = wording.NEW_LABELS, wording.NEW_HINTS
    return modal(
        wording.NEW_TITLE,
        [
            _line(Field.INCIDENT, incident_id),
            _line(Field.TITLE, title),
            _line(Field.SERVICES),
            _line(Field.SINCE),
            choice(
                Field.SEVERITY,
                labels[Field.SEVERITY],
                wording.SEVERITY_OPTIONS,
                hint=hints[Field.SEVERITY],
                optional=True,
            ),
            _line(Field.BUDGET),
            choice(Field.MODE, labels[Field.MODE], wording.MODE_OPTIONS, initial=wording.NEW_MODE, optional=True),
        ],
        callback=Callback.NEW,
        close=wording.CANCEL,
        submit=wording.START,
        metadata=metadata,
    )


def change_window(metadata: str) -> Block:
    """Asks for another beginning. It can be opened before anything is known of the run."""
    return modal(
        wording.WINDOW_TITLE,
        [
            section([wording.WINDOW_INTRO]),
            text_input(
                Field.SINCE,
                wording.WINDOW_LABEL,
                hint=wording.WINDOW_HINT,
                placeholder=wording.NEW_EXAMPLES[Field.SINCE],
            ),
        ],
        callback=Callback.WINDOW,
        close=wording.CANCEL,
        submit=wording.START,
        metadata=metadata,
    )


def reject(metadata: str) -> Block:
    """Asks why, and takes no answer for an answer."""
    return modal(
        wording.REJECT_TITLE,
        [
            section([wording.REJECT_INTRO]),
            choice(Field.PRESET, wording.REJECT_PRESET, wording.REJECT_PRESETS, optional=True),
            text_input(Field.REASON, wording.REJECT_REASON, optional=True, lines=True),
        ],
        callback=Callback.REJECT,
        close=wording.CANCEL,
        submit=wording.REJECT,
        metadata=metadata,
    )


def _line(field: Field, initial: str = "") -> Block:
    return text_input(
        field,
        wording.NEW_LABELS[field],
        initial=initial,
        hint=wording.NEW_HINTS.get(field, ""),
        placeholder=wording.NEW_EXAMPLES.get(field, ""),
        optional=True,
    )
