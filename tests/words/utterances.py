"""The corpus of utterances: what people type, and what a careful colleague would understand.

Its law: it was written before the grammar and by somebody else, so an expectation is changed only where it is wrong,
never because the grammar misses it. A field that was not said is None here and has to stay unset; services and agents
are compared as sets, budgets as numbers, words of the title without regard to case. A question about `since` names no
choices, because how a change is called is the asker's business. Where two values contradict each other, a question
about the field at fault is as good as its refusal.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Language = Literal["en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja", "tr", "sv", "cs", "ru", "zh", "ko"]
Route = Literal["grammar", "model"]
Field = Literal["incident_id", "title", "services", "since", "until", "severity", "budget", "mode", "agents"]

CORPUS = Path(__file__).parent / "corpus"
HELD_OUT = Path(__file__).parent / "held_out.toml"


@dataclass(frozen=True, slots=True)
class Expected:
    """What was said; times in UTC, the budget in dollars, None or empty where nothing was said."""

    incident_id: str | None = None
    title_has: tuple[str, ...] = ()
    title_lacks: tuple[str, ...] = ()
    services: tuple[str, ...] | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    severity: str | None = None
    budget: Decimal | None = None
    mode: str | None = None
    agents: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What must not be guessed: the field, and choices that have to be among those offered."""

    field: str
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line somebody types; `refused` is the field at fault, or "incident" where nothing was said at all."""

    kind: str
    text: str
    language: str
    path: str
    why: str = ""
    expect: Expected | None = None
    refused: str | None = None
    asks: Question | None = None


@cache
def load() -> tuple[Utterance, ...]:
    """Every utterance, by kind and in the order of its file.

    Raises:
        ValueError: an entry has an unknown key or value; the message holds the file and the text.
    """
    return tuple(each for file in sorted(CORPUS.glob("*.toml")) for each in _entries(file))


@cache
def held_out() -> tuple[Utterance, ...]:
    """What somebody wrote after the grammar who had not seen it; no part of the corpus. Raises as load() does."""
    return _entries(HELD_OUT)


def _entries(file: Path) -> tuple[Utterance, ...]:
    return tuple(read_entry(file.stem, each) for each in tomllib.loads(file.read_text(encoding="utf-8"))["utterance"])


def read_entry(kind: str, entry: Mapping[str, Any]) -> Utterance:
    """One entry of the file named `kind`, as load() reads it and with its errors."""
    where = f"{kind}.toml, {str(entry.get('text'))[:80]!r}"
    _only(entry, {"text", "language", "path", "why", "expect", "refused", "asks"}, where)
    _one_of(entry["language"], get_args(Language), where)
    _one_of(entry["path"], get_args(Route), where)
    if not entry.keys() & {"expect", "refused", "asks"}:
        raise ValueError(f"{where}: expects nothing; give it expect, refused or asks")
    return Utterance(
        kind=kind,
        text=entry["text"],
        language=entry["language"],
        path=entry["path"],
        why=entry.get("why", ""),
        expect=_expected(entry["expect"], where) if "expect" in entry else None,
        refused=_refused(entry["refused"], where) if "refused" in entry else None,
        asks=_question(entry["asks"], where) if "asks" in entry else None,
    )


def _expected(entry: Mapping[str, Any], where: str) -> Expected:
    _only(entry, {field.name for field in fields(Expected)}, where)
    return Expected(**{name: _value(name, value) for name, value in entry.items()})


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if name in ("since", "until"):
        return dt.datetime.fromisoformat(value)
    return Decimal(value) if name == "budget" else value


def _refused(entry: Mapping[str, Any], where: str) -> str:
    _only(entry, {"field"}, where)
    return _one_of(entry["field"], ("incident", *get_args(Field)), where)


def _question(entry: Mapping[str, Any], where: str) -> Question:
    _only(entry, {"field", "among"}, where)
    return Question(_one_of(entry["field"], get_args(Field), where), tuple(entry.get("among", ())))


def _only(entry: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(entry.keys() - known):
        raise ValueError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")


def _one_of(value: str, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        raise ValueError(f"{where}: {value!r} is none of {', '.join(known)}")
    return value
