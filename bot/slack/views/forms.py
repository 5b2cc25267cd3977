"""The three forms: a new investigation, another window, and why a hypothesis is rejected.

They need to ask nobody, so that they can be opened within the three seconds that Slack allows; what stands in them was
understood before, and each value says where it came from.
"""

from collections.abc import Mapping

from bot.slack import form_wording, wording
from bot.slack.blocks import Block, choice, modal, section, text_input
from bot.slack.ids import Callback, Field, Filled
from bot.slack.text import plain
from orchestrator.parameters import Source

MOST_FILLED = 500
"""Characters of a field that stand in a form when it opens; all of a button's value do."""


def new_investigation(metadata: str, filled: Filled | None = None) -> Block:
    """The form of `/investigate new`: an id or a few words are enough. `metadata` says where the run belongs.

    No field is required by itself, as Slack cannot ask for one of two. `filled` is what is known already, and stands with a
    word on where it came from; what is empty was not said.
    """
    filled = filled or Filled()
    return modal(
        form_wording.NEW_TITLE,
        [
            _line(Field.INCIDENT, filled),
            _line(Field.TITLE, filled),
            _line(Field.SERVICES, filled),
            _line(Field.SINCE, filled),
            _line(Field.UNTIL, filled),
            _choice(Field.SEVERITY, filled, form_wording.SEVERITY_OPTIONS),
            _line(Field.BUDGET, filled),
            _choice(Field.MODE, filled, form_wording.MODE_OPTIONS, form_wording.NEW_MODE),
            _line(Field.AGENTS, filled),
        ],
        callback=Callback.NEW,
        close=wording.CANCEL,
        submit=wording.START,
        metadata=metadata,
    )


def change_window(metadata: str, since: str, source: str) -> Block:
    """Asks for another beginning. `since` is that of the run, as it would be typed, and `source` where it came from."""
    return modal(
        form_wording.WINDOW_TITLE,
        [
            section([form_wording.WINDOW_INTRO]),
            text_input(
                Field.SINCE,
                form_wording.WINDOW_LABEL,
                initial=since,
                hint=f"{form_wording.SOURCES[source]} {form_wording.WINDOW_HINT}",
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


def _line(field: Field, filled: Filled) -> Block:
    return text_input(
        field,
        form_wording.NEW_LABELS[field],
        initial=plain(filled.texts.get(field, ""), MOST_FILLED),
        hint=_hint(field, filled),
        placeholder=form_wording.NEW_EXAMPLES.get(field, ""),
        optional=True,
    )


def _choice(field: Field, filled: Filled, options: Mapping[str, str], usual: str = "") -> Block:
    initial = filled.texts.get(field) or usual
    return choice(
        field,
        form_wording.NEW_LABELS[field],
        options,
        initial=initial,
        hint=_hint(field, filled, usual),
        optional=True,
    )


def _hint(field: Field, filled: Filled, usual: str = "") -> str:
    """Where what stands there came from, else what may stand there."""
    source = filled.sources.get(field, "") if filled.texts.get(field) else ""
    if not source and usual:
        source = Source.DEFAULT
    return form_wording.SOURCES.get(source) or form_wording.NEW_HINTS[field]
