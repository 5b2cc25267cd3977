"""The grammar first, then whoever else can read: `extract_parameters`.

The law: what was typed or said in plain words stands, and a reader only fills what is still open. Each of its values has to
keep the grammar's own rules, and has to be what words that were left can say (`derived`): quoted text is not among them, and a
service is known or stands there. What does not is dropped, and a reader that fails changes nothing, which is said. Nobody
spends more on a model's word: a budget above the default is asked.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, get_args

from orchestrator.errors import OrchestratorError, ParameterExtractionError
from orchestrator.parameters.claims import FIELDS, label, option
from orchestrator.parameters.derived import Cited
from orchestrator.parameters.extraction import Choice, Extraction, Parameters, Question, Reading, Source
from orchestrator.parameters.grammar import read_words
from orchestrator.parameters.known import NOTHING_KNOWN, Known
from orchestrator.ports import WordField, WordReader, WordsQuestion, WordValue

_ANY = "-"
"""Stands for what is wrong where only a value is read."""


async def extract_parameters(
    text: str,
    *,
    now: datetime,
    zone: tzinfo,
    known: Known = NOTHING_KNOWN,
    reader: WordReader | None = None,
    named: bool = False,
    answers: Sequence[str] = (),
) -> Extraction:
    """What `text` says, by the grammar and, where words are left that may matter, by `reader`.

    Clock times are read in `zone`; `named` and `answers` are those of `read_words`. Raises ParameterExtractionError.
    """
    extraction = read_words(text, now=now, zone=zone, known=known, named=named, answers=answers)
    wanted = tuple(_open(extraction))
    if reader is None or not extraction.left or not wanted:
        return extraction
    question = WordsQuestion(text, extraction.left, wanted, now.astimezone(zone), known.services, known.agents)
    try:
        answer = await reader.read(question)
    except OrchestratorError as error:
        return extraction.model_copy(update={"unread": error.message})
    for value in sorted(answer.found, key=lambda each: list(get_args(WordField)).index(each.field)):
        if value.field in _open(extraction) and _stands(value, extraction.left):
            extraction = _with(extraction, value, now, zone, known)
    return extraction


def _open(extraction: Extraction) -> Iterator[WordField]:
    """The fields that nobody has said and nobody asks for."""
    asked = {each.field for each in extraction.questions}
    for name in get_args(WordField):
        if FIELDS[name] not in extraction.read and name not in asked:
            yield name


def _stands(value: WordValue, left: tuple[str, ...]) -> bool:
    """Whether these words were left."""
    words = " ".join(value.words.casefold().split())
    return bool(words) and any(words in each.casefold() for each in left)


def _with(extraction: Extraction, value: WordValue, now: datetime, zone: tzinfo, known: Known) -> Extraction:
    """With that value, if the grammar takes it; where it fits several, with that question."""
    given = value.value.replace('"', "").replace("\n", " ").strip()
    affected = ",".join(extraction.parameters.affected_services)
    beside = f" services={affected}" if affected and value.field == "since" else ""
    typed = f"since {given}" if value.field == "since" else f'{value.field}="{given}"'
    try:
        read = read_words(f"{_ANY} {typed}{beside}", now=now, zone=zone, known=known, named=True)
        return _merged(extraction, read, value, Cited(value.words, now, zone, known))
    except (ParameterExtractionError, ValueError):
        return extraction


def _merged(extraction: Extraction, read: Extraction, value: WordValue, cited: Cited) -> Extraction:
    attribute = FIELDS[value.field]
    questions: tuple[Question, ...] = tuple(
        each for each in read.questions if each.field == value.field and each.choices
    )
    if questions:
        return extraction.model_copy(update={"questions": (*extraction.questions, *questions)})
    found: Any = getattr(read.parameters, attribute)
    if value.field == "services":
        left = " ".join(extraction.left).casefold()
        found = tuple(each for each in found or () if each in cited.known.services or each.casefold() in left)
    if not found or not cited.can_say(value.field, found):
        return extraction
    if value.field == "budget" and found > cited.known.budget:
        return extraction.model_copy(
            update={"questions": (*extraction.questions, _how_much(value.words, found, cited))}
        )
    values = {name: getattr(extraction.parameters, name) for name in Parameters.model_fields}
    return extraction.model_copy(
        update={
            "parameters": Parameters(**{**values, attribute: found}),
            "read": {**extraction.read, attribute: Reading(source=Source.MODEL, words=value.words)},
        }
    )


def _how_much(words: str, read: Decimal, cited: Cited) -> Question:
    offered = [Choice(label=label(each), option=option("budget", each)) for each in (read, cited.known.budget)]
    return Question(field="budget", said=words, choices=tuple(offered))
