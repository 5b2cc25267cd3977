"""What somebody typed, read as a verb or as an investigation. Pure: no clock, no Slack, no zone.

The law: a verb is a verb only where it stands alone or before an id, so that "stop losing orders" is an investigation.
Slack's own markup is undone first: `&amp;`, `<https://…|label>`, `<@U1|ana>`, `<!channel>` become what people meant.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

MOST_TEXT = 4000

_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ID = re.compile(r"#?[A-Za-z][A-Za-z0-9]{0,19}-[0-9]{1,12}|inv-[0-9a-f]{4,40}", re.ASCII | re.IGNORECASE)
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u200b": "", "\ufeff": ""})
_INVESTIGATE = re.compile(r"^/?(?:investigate|look\s+into)\b[:\s]*", re.IGNORECASE)


class Verb(StrEnum):
    """What is asked for. INVESTIGATE has no word of its own."""

    INVESTIGATE = "investigate"
    HELP = "help"
    STATUS = "status"
    STOP = "stop"
    HISTORY = "history"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Command:
    """A verb, and the rest: an id (or "") behind a verb, everything that was typed for an investigation."""

    verb: Verb
    rest: str = ""


def read_command(text: str) -> Command:
    """The command in the text behind `/investigate`."""
    plain = as_typed(text)
    words = plain.split()
    known = {verb.value: verb for verb in Verb if verb != Verb.INVESTIGATE}
    verb = known.get(words[0].lower()) if words else None
    if verb is None or len(words) > 2 or (len(words) == 2 and not _ID.fullmatch(words[1])):
        return Command(Verb.INVESTIGATE, plain)
    return Command(verb, words[1].lstrip("#") if len(words) == 2 else "")


def read_mention(text: str, bot_user_id: str) -> Command:
    """The command in a message that mentions the bot; "investigate" may stand before it. An empty mention asks for help."""
    said = re.sub(rf"<@{re.escape(bot_user_id)}(?:\|[^>]*)?>[:,]?", " ", text).strip()
    return read_command(_INVESTIGATE.sub("", said, count=1)) if said else Command(Verb.HELP)


def as_typed(text: str) -> str:
    """The words as they were typed, without Slack's markup, with straight quotes, at most 4,000 characters."""
    words = _MARKUP.sub(_word, text)
    for entity, character in _ENTITIES:
        words = words.replace(entity, character)
    return words.translate(_CURLY).strip()[:MOST_TEXT]


def is_incident_id(text: str) -> bool:
    """Whether this is an incident's id rather than an investigation's."""
    return not text.lower().startswith("inv-")


def _word(found: re.Match[str]) -> str:
    what, label = found.group(1), found.group(2)
    if what.startswith("@"):
        return f"@{label or what[1:]}"
    if what.startswith("#"):
        return f"#{label or what[1:]}"
    if what.startswith("!"):
        return label or "@" + what[1:].split("^")[0]
    return label or what
