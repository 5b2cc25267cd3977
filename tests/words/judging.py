"""How a reading of an utterance compares with what a colleague would understand."""

from zoneinfo import ZoneInfo

from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters import Extraction, Known, KnownChange, read_words
from tests.words.utterances import Expected, Question, Utterance
from tests.words.world import CATALOGUE, CHANGES, NOW, ZONE

WORLD = Known(
    services=CATALOGUE,
    changes=tuple(KnownChange(service, kind, version, at) for service, kind, version, at in CHANGES),
    agents=("application", "database", "network"),
)
FIELDS = {
    "incident_id": "incident_id",
    "services": "affected_services",
    "since": "start_time",
    "until": "end_time",
    "severity": "severity",
    "budget": "budget",
    "mode": "mode",
    "agents": "agent_ids",
}
_ASKED_AS = {"incident": "incident_id"}

EXACT, ASKED, REFUSED, INCOMPLETE, WRONG = "exact", "asked", "refused rightly", "incomplete", "WRONG"
RIGHT = {EXACT, ASKED, REFUSED}


def read(text: str) -> Extraction:
    """The grammar alone, in the corpus' world."""
    return read_words(text, now=NOW, zone=ZoneInfo(ZONE), known=WORLD)


def judge(utterance: Utterance, reading: Extraction | ParameterExtractionError) -> tuple[str, str]:
    """The verdict, and what is amiss."""
    if isinstance(reading, ParameterExtractionError):
        if utterance.refused == reading.field or (utterance.refused == "incident_id" and reading.field == "incident"):
            return REFUSED, ""
        return INCOMPLETE, f"refused: {reading}"
    asked = {_ASKED_AS.get(each.field, each.field): each for each in reading.questions}
    if utterance.refused:
        return (ASKED, "") if utterance.refused in asked else (WRONG, f"accepted: {shown(reading)}")
    return compare(utterance.expect or Expected(), utterance.asks, reading, set(asked))


def compare(expected: Expected, asks: Question | None, reading: Extraction, asked: set[str]) -> tuple[str, str]:
    """Field by field: a value that was not said, or another one, is wrong; one that is missing is not."""
    missing, wrong = [], []
    for name, attribute in FIELDS.items():
        wanted, got = getattr(expected, name), getattr(reading.parameters, attribute) or None
        if isinstance(got, tuple):
            got, wanted = set(got), None if wanted is None else set(wanted)
        if got is not None and got != wanted:
            wrong.append(f"{name}: {got} for {wanted}")
        elif got != wanted:
            missing.append(f"{name}: {wanted}")
    title = reading.parameters.title.lower()
    missing += [f"title lacks {word!r}: {title!r}" for word in expected.title_has if word.lower() not in title]
    wrong += [f"title has {word!r}" for word in expected.title_lacks if word.lower() in title]
    missing += _unasked(asks, reading, asked)
    if wrong:
        return WRONG, "; ".join([*wrong, *missing])
    return (INCOMPLETE, "; ".join(missing)) if missing else (ASKED if asks else EXACT, "")


def _unasked(asks: Question | None, reading: Extraction, asked: set[str]) -> list[str]:
    if asks is None:
        return [f"asked for {name}" for name in asked]
    if asks.field not in asked:
        return [f"did not ask for {asks.field}"]
    offered = {choice.label for each in reading.questions if each.field == asks.field for choice in each.choices}
    return [f"did not offer {each}" for each in asks.among if each not in offered]


def shown(reading: Extraction) -> str:
    """The values, for people."""
    return str(reading.parameters.model_dump(exclude_defaults=True))
