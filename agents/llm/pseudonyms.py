"""Other names for services and hosts on the way to a model, and the own names again on the way back.

The law: `shown(hidden(x)) == x`, whatever x holds; the same names give the same pseudonyms; and no whole word of what is sent
is one of the names. A word that looks like a pseudonym gets one itself, so none ever means two things.
"""

import re
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel

_SERVICE, _HOST = ("svc", "unit", "part"), ("host", "node", "box")
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_ADDRESS = re.compile(r"[\d.:]*[.:][\d.:]*|[^.\s]+(?:\.[^.\s]+)+")

Told = TypeVar("Told", bound=BaseModel)


class Pseudonyms:
    """The names of one question. What is not worth hiding, or could not be found again, keeps its name."""

    def __init__(self, names: Collection[str]) -> None:
        kept = sorted(
            {each for each in names if len(each) > 1 and not each.isdecimal()}, key=lambda each: (-len(each), each)
        )
        words = {word for name in kept for word in re.findall(r"[^\W_]+", name.casefold())}
        self._service, self._host = _free(_SERVICE, words), _free(_HOST, words)
        self._like = rf"(?:{self._service}|{self._host})-[0-9]+"
        self._own: dict[str, str] = {}
        self._for: dict[str, str] = {}
        self._counts = {self._service: 0, self._host: 0}
        self._names = {each.casefold(): each for each in reversed(kept)}
        self._hides = re.compile(_any([*map(re.escape, kept), self._like]), re.IGNORECASE)
        self._shows = re.compile(_any([self._like]), re.IGNORECASE)
        for each in kept:
            self._pseudonym(each)

    def hidden(self, text: str) -> str:
        """The text with pseudonyms in place of the names."""
        return self._hides.sub(lambda found: self._pseudonym(found[0]), text)

    def shown(self, text: str) -> str:
        """The text with the names again; a pseudonym that was never given stays."""
        return self._shows.sub(lambda found: self._name(found[0]), text)

    def answer(self, told: Told) -> Told:
        """A typed answer with the names again, in each of its texts."""
        return type(told).model_validate(self.data(told.model_dump()))

    def data(self, value: Any) -> Any:
        """Plain data with the names again, in each of its texts, keys too."""
        if isinstance(value, str):
            return self.shown(value)
        if isinstance(value, dict):
            return {self.data(key): self.data(each) for key, each in value.items()}
        return [self.data(each) for each in value] if isinstance(value, list | tuple) else value

    def _pseudonym(self, word: str) -> str:
        """One for each way a name is written: `SVC-1` where it stands in capitals, else another number."""
        if word in self._for:
            return self._for[word]
        known = self._names.get(word.casefold(), "")
        told = self._for.get(known, "").upper() if known != word and known.upper() == word else ""
        if not told or told in self._own:
            prefix = self._host if _ADDRESS.fullmatch(word) else self._service
            self._counts[prefix] += 1
            told = f"{prefix}-{self._counts[prefix]}"
        self._for[word], self._own[told] = told, word
        return told

    def _name(self, told: str) -> str:
        return self._own.get(told) or self._own.get(told.casefold(), told)


def _free(wanted: Iterable[str], words: Collection[str]) -> str:
    """The first that is no word of a name, so that no pseudonym makes one."""
    word = ""
    for word in wanted:
        if word not in words:
            return word
    while word in words:
        word += "x"
    return word


def _any(parts: Collection[str]) -> str:
    return f"{_BEFORE}(?:{'|'.join(parts)}){_AFTER}"
