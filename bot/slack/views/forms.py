"""The three forms: a new investigation, another window, and why a hypothesis is rejected.

They need to know nothing of a run, so that they can be opened within the three seconds that Slack allows.
"""

from collections.abc import Mapping

from bot.slack import form_wording, wording
from bot.slack.blocks import Block, choice, modal, section, text_input
from bot.slack.ids import Callback, Field


def new_investigation(metadata: str, filled: Mapping[Field, str] | None = None) -> Block:
    """The form of `/investigate new`: an id or a few words are enough. `metadata` says where the run belongs.

    No field is required by itself, as Slack cannot ask for one of two. `filled` is what is known already; what is empty was
    not said.
    """
    labels, hints, filled = form_wording.NEW_LABELS, form_wording.NEW_HINTS, filled or {}
    return modal(
        form_wording.NEW_TITLE,
        [
            _line(Field.INCIDENT, filled.get(Field.INCIDENT, "")),
            _line(Field.TITLE, filled.get(Field.TITLE, "")),
            _line(Field.SERVICES, filled.get(Field.SERVICES, "")),
            _line(Field.SINCE, filled.get(Field.SINCE, "")),
            choice(
                Field.SEVERITY,
                labels[Field.SEVERITY],
                form_wording.SEVERITY_OPTIONS,
                initial=filled.get(Field.SEVERITY, ""),
                hint=hints[Field.SEVERITY],
                optional=True,
            ),
            _line(Field.BUDGET, filled.get(Field.BUDGET, "")),
            choice(
                Field.MODE,
                labels[Field.MODE],
                form_wording.MODE_OPTIONS,
                initial=filled.get(Field.MODE) or form_wording.NEW_MODE,
                optional=True,
            ),
        ],
        callback=Callback.NEW,
        close=wording.CANCEL,
        submit=wording.START,
        metadata=metadata,
    )


def change_window(metadata: str) -> Block:
    """Asks for another beginning. It can be opened before anything is known of the run."""
    return modal(
        form_wording.WINDOW_TITLE,
        [
            section([form_wording.WINDOW_INTRO]),
            text_input(
                Field.SINCE,
                form_wording.WINDOW_LABEL,
                hint=form_wording.WINDOW_HINT,
                placeholder=form_wording.NEW_EXAMPLES[Field.SINCE],
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
        form_wording.REJECT_TITLE,
        [
            section([form_wording.REJECT_INTRO]),
            choice(Field.PRESET, form_wording.REJECT_PRESET, form_wording.REJECT_PRESETS, optional=True),
            text_input(Field.REASON, form_wording.REJECT_REASON, optional=True, lines=True),
        ],
        callback=Callback.REJECT,
        close=wording.CANCEL,
        submit=wording.REJECT,
        metadata=metadata,
    )


def _line(field: Field, initial: str = "") -> Block:
    return text_input(
        field,
        form_wording.NEW_LABELS[field],
        initial=initial,
        hint=form_wording.NEW_HINTS.get(field, ""),
        placeholder=form_wording.NEW_EXAMPLES.get(field, ""),
        optional=True,
    )
