"""Every name that crosses the border to Slack and comes back: action, callback and block ids, values, outbox keys.

The law: what Slack sends back is read strictly. Values are packed here and unpacked here; what was not packed by this
module, or not whole, raises UnreadableValueError, so that a hostile or outdated value is refused before anything is done.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, unquote

VERSION = "v1"
MOST_VALUE = 2000
SURFACE = "slack"
COMMAND = "/investigate"
METADATA_EVENT = "compass_post"


class UnreadableValueError(ValueError):
    """A value that this version did not write."""


class Action(StrEnum):
    """What a button does. The id on the wire is "compass.accept" or "compass.accept.h1"."""

    ACCEPT = "compass.accept"
    REJECT = "compass.reject"
    EVIDENCE = "compass.evidence"
    EVIDENCE_PAGE = "compass.evidence_page"
    HYPOTHESES = "compass.hypotheses"
    HYPOTHESES_PAGE = "compass.hypotheses_page"
    FACTS = "compass.facts"
    FACTS_PAGE = "compass.facts_page"
    LEDGER = "compass.ledger"
    LEDGER_PAGE = "compass.ledger_page"
    APPROVE = "compass.approve"
    DENY = "compass.deny"
    STOP = "compass.stop"
    WINDOW = "compass.window"
    CHOOSE = "compass.choose"
    OTHER = "compass.other"


class Callback(StrEnum):
    """Which form was submitted, or which shortcut was used."""

    NEW = "compass.new"
    REJECT = "compass.reject_reason"
    WINDOW = "compass.change_window"
    READ = "compass.read"
    MESSAGE = "compass.investigate_message"


class Field(StrEnum):
    """The inputs of our forms; block id and action id are the same."""

    INCIDENT = "incident"
    TITLE = "title"
    SERVICES = "services"
    SINCE = "since"
    UNTIL = "until"
    SEVERITY = "severity"
    BUDGET = "budget"
    MODE = "mode"
    AGENTS = "agents"
    PRESET = "preset"
    REASON = "reason"


OF_A_RUN = (
    Field.INCIDENT,
    Field.TITLE,
    Field.SERVICES,
    Field.SINCE,
    Field.UNTIL,
    Field.SEVERITY,
    Field.BUDGET,
    Field.MODE,
    Field.AGENTS,
)
"""The inputs of a new investigation, in their order."""


class Purpose(StrEnum):
    """What a message in the thread is for; one message each, findings one for each agent, gates and what is said of
    the budget one each.

    ROOT is no message of its own: it notes which one the thread hangs under after somebody deleted the parent.
    """

    PARENT = "parent"
    FINDINGS = "findings"
    BUDGET = "budget"
    GATE = "gate"
    REPORT = "report"
    CHART = "chart"
    COST = "cost"
    ROOT = "root"


def pack(*parts: str) -> str:
    """Parts as one value for Slack. Raises ValueError when they do not fit into a button."""
    value = "/".join([VERSION, *(quote(part, safe="") for part in parts)])
    if len(value) > MOST_VALUE:
        raise ValueError("these parts do not fit into a value")
    return value


def unpack(value: object, count: int) -> tuple[str, ...]:
    """The `count` parts that were packed. Raises UnreadableValueError for anything that `pack` would not have written."""
    if not isinstance(value, str) or len(value) > MOST_VALUE:
        raise UnreadableValueError("not a value of ours")
    version, *quoted = value.split("/")
    try:
        parts = tuple(unquote(each, errors="strict") for each in quoted)
    except UnicodeDecodeError:
        raise UnreadableValueError("not a value of ours") from None
    if version != VERSION or len(parts) != count or [quote(each, safe="") for each in parts] != quoted:
        raise UnreadableValueError("not a value of this version")
    return parts


@dataclass(frozen=True, slots=True)
class Target:
    """What a button is about: an investigation, one of its hypotheses or agents perhaps, and a page of a list."""

    investigation_id: str
    subject: str = ""
    page: int = 0

    def packed(self) -> str:
        """The button's value."""
        return pack(self.investigation_id, self.subject, str(self.page))

    @classmethod
    def read(cls, value: object) -> "Target":
        """The target in a button's value. Raises UnreadableValueError."""
        investigation_id, subject, page = unpack(value, 3)
        if not investigation_id or len(investigation_id) > 200 or not re.fullmatch(r"[0-9]{1,4}", page, re.ASCII):
            raise UnreadableValueError("not a target")
        return cls(investigation_id, subject, int(page))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in Slack: a channel, and the thread in it where one is meant."""

    channel: str
    thread_ts: str = ""

    def __str__(self) -> str:
        return f"{self.channel}/{self.thread_ts}" if self.thread_ts else self.channel

    @classmethod
    def read(cls, text: str) -> "Place":
        """The place that `str()` wrote."""
        channel, _, thread_ts = text.partition("/")
        return cls(channel, thread_ts)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a form remembers while somebody fills it in: where it was asked for, what about, and the list it lies on.

    `run_id` is that of the run which it starts, where one was given out.
    """

    place: Place
    target: Target | None = None
    view_id: str = ""
    run_id: str = ""

    def packed(self) -> str:
        """The form's metadata."""
        about = self.target.packed() if self.target else ""
        return pack(self.place.channel, self.place.thread_ts, about, self.view_id, self.run_id)

    @classmethod
    def read(cls, metadata: object) -> "Errand":
        """The errand in a form's metadata. Raises UnreadableValueError."""
        channel, thread_ts, about, view_id, run_id = unpack(metadata, 5)
        return cls(Place(channel, thread_ts), Target.read(about) if about else None, view_id, run_id)


@dataclass(frozen=True, slots=True)
class Words:
    """Words that were typed, with the options by which questions about them were answered, and the id of their run.

    However often and whatever is answered, there is one run of that id.
    """

    text: str
    answers: tuple[str, ...] = ()
    run_id: str = ""

    def packed(self) -> str:
        """A button's value. Raises ValueError for words that do not fit into one."""
        return pack(self.text, "\n".join(self.answers), self.run_id)

    @classmethod
    def read(cls, value: object) -> "Words":
        """The words in a button's value. Raises UnreadableValueError."""
        text, answers, run_id = unpack(value, 3)
        return cls(text, tuple(each for each in answers.split("\n") if each), run_id)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form holds when it opens: the text of each field, where that came from (a Source's value), and its run's id."""

    texts: Mapping[Field, str] = field(default_factory=dict)
    sources: Mapping[Field, str] = field(default_factory=dict)
    run_id: str = ""

    def packed(self) -> str:
        """A button's value. Raises ValueError for texts that do not fit into one."""
        return pack(self.run_id, *(f"{self.sources.get(each, '')}:{self.texts.get(each, '')}" for each in OF_A_RUN))

    @classmethod
    def read(cls, value: object) -> "Filled":
        """The texts in a button's value. Raises UnreadableValueError."""
        run_id, *parts = unpack(value, 1 + len(OF_A_RUN))
        told = [each.partition(":") for each in parts]
        texts = {name: text for name, (_, _, text) in zip(OF_A_RUN, told, strict=True)}
        return cls(texts, {name: source for name, (source, _, _) in zip(OF_A_RUN, told, strict=True)}, run_id)


def action_id(action: Action, target: Target) -> str:
    """Unique within a message: the action, and what it is about."""
    about = [part for part in (target.subject, str(target.page) if target.page or not target.subject else "") if part]
    return ".".join([action, *about])


def actions(action: Action) -> re.Pattern[str]:
    """Matches every id that `action_id` makes of this action."""
    return re.compile(re.escape(action) + r"\..{1,230}", re.DOTALL)


def post_key(investigation_id: str, purpose: Purpose, detail: str = "") -> str:
    """The outbox key of a message, unique within the workspace."""
    return "/".join(part for part in (investigation_id, purpose, detail) if part)
