"""What leaves for a model and what comes back: the one place through which data passes, both ways.

The law: what is sent was redacted, then has other names where that is wanted, then is fenced; what comes back has its own
names again before anybody reads it. The same question is the same text.
"""

from collections.abc import Collection
from typing import Any

from agents.llm.bodies import without_secrets
from agents.llm.fence import fenced
from agents.llm.pseudonyms import Pseudonyms, Told
from orchestrator.ports import Request
from orchestrator.redaction import redact


class Passage:
    """The way out and back of one question. `names` are sent under other names."""

    def __init__(self, names: Collection[str] = ()) -> None:
        self._names = Pseudonyms(names) if names else None

    def out(self, text: str) -> str:
        """What a question is asked over, or what a tool found, as it is sent."""
        clean = redact(text)
        return fenced(self._names.hidden(clean) if self._names else clean)

    def wish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """What a model wants looked up, in our names."""
        return self._names.data(arguments) if self._names else arguments

    def answer(self, told: Told) -> Told:
        """What a model answered, in our names."""
        return self._names.answer(told) if self._names else told


def passage(request: Request[Any], *, pseudonyms: bool) -> Passage:
    """That of a question; its names leave under others only where that is wanted."""
    return Passage(request.names if pseudonyms else ())


def kept(text: str) -> str:
    """A body, as it is kept in the journal."""
    return without_secrets(text)
