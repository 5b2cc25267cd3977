"""The grammar first, then whoever else can read: `extract_parameters`.

The law: what was typed or said in plain words stands, and a reader only fills what is still open. Each of its values has to
keep the grammar's own rules, and has to be found in the words that were left: quoted text is not among them, a service is
known or stands there, an amount stands there in digits or words. What does not is dropped, and a reader that fails changes
nothing.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, get_args

from orchestrator.errors import OrchestratorError, ParameterExtractionError
from orchestrator.parameters.claims import FIELDS
from orchestrator.parameters.extraction import Extraction, Parameters, Question, Reading, Source
from orchestrator.parameters.grammar import read_words
from orchestrator.parameters.known import NOTHING_KNOWN, Known
from orchestrator.parameters.numbers import SPOKEN, spoken
from orchestrator.ports import WordField, WordReader, WordsQuestion, WordValue

_DIGITS = re.compile(r"(?<![A-Za-z0-9:.,])\d+(?:\.\d+)?(?![A-Za-z0-9:])")
_SPOKEN = re.compile(rf"(?<!\w){SPOKEN}(?!\w)", re.IGNORECASE)
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
    except OrchestratorError:
        return extraction
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
    """Whether these words were left, and can say that."""
    words = " ".join(value.words.casefold().split())
    if not words or not any(words in each.casefold() for each in left):
        return False
    if value.field == "budget":
        return _amounts(value.value) <= _amounts(words)
    if value.field in ("since", "until"):
        return {each.lstrip("0") for each in re.findall(r"\d+", words)} <= {
            each.lstrip("0") for each in re.findall(r"\d+", value.value)
        }
    return True


def _amounts(text: str) -> set[Decimal]:
    """The numbers in it, in digits or in English words."""
    digits = {Decimal(each).normalize() for each in _DIGITS.findall(text)}
    return digits | {Decimal(spoken(each)).normalize() for each in _SPOKEN.findall(text)}


def _with(extraction: Extraction, value: WordValue, now: datetime, zone: tzinfo, known: Known) -> Extraction:
    """With that value, if the grammar takes it; where it fits several, with that question."""
    given = value.value.replace('"', "").replace("\n", " ").strip()
    affected = ",".join(extraction.parameters.affected_services)
    beside = f" services={affected}" if affected and value.field == "since" else ""
    typed = f"since {given}" if value.field == "since" else f'{value.field}="{given}"'
    try:
        read = read_words(f"{_ANY} {typed}{beside}", now=now, zone=zone, known=known, named=True)
        return _merged(extraction, read, value, known)
    except (ParameterExtractionError, ValueError):
        return extraction


def _merged(extraction: Extraction, read: Extraction, value: WordValue, known: Known) -> Extraction:
    attribute = FIELDS[value.field]
    questions: tuple[Question, ...] = tuple(
        each for each in read.questions if each.field == value.field and each.choices
    )
    if questions:
        return extraction.model_copy(update={"questions": (*extraction.questions, *questions)})
    found: Any = getattr(read.parameters, attribute)
    if value.field == "services":
        left = " ".join(extraction.left).casefold()
        found = tuple(each for each in found or () if each in known.services or each.casefold() in left)
    if not found:
        return extraction
    values = {name: getattr(extraction.parameters, name) for name in Parameters.model_fields}
    return extraction.model_copy(
        update={
            "parameters": Parameters(**{**values, attribute: found}),
            "read": {**extraction.read, attribute: Reading(source=Source.MODEL, words=value.words)},
        }
    )
