"""The attempts of `injections.toml`, and a model that obeys each of them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.ports import Account, Request, Wanted
from tests.agents.thinking.scene import said


@dataclass(frozen=True)
class Attempt:
    """`text` is planted; `obeys` is what a model answers that does as it is told."""

    name: str
    text: str
    obeys: Mapping[str, Any]

    def answer(self) -> dict[str, Any]:
        """What explains the incident, as whoever wrote the text would have it."""
        words = dict(self.obeys)
        more = {key: each for key, each in words.items() if key not in ("times", "repeat", "none", "doubt")}
        statement = str(more.pop("statement", self.text)) * int(words.get("repeat", 1))
        one = {**said("orders", "error", statement, ["o2"]), **more}
        return {"explanations": [] if words.get("none") else [one] * int(words.get("times", 1)), **more}

    def doubt(self, ids: list[str]) -> dict[str, Any]:
        """What is said against the leading explanation."""
        return {"reason": self.text, "ids": [*ids, "o99"], "strength": self.obeys.get("doubt", "strong")}


def _read() -> list[Attempt]:
    told = tomllib.loads(Path(__file__).with_name("injections.toml").read_text(encoding="utf-8"))["attempt"]
    return [Attempt(each["name"], each["text"] * each.get("repeat", 1), each["obeys"]) for each in told]


ATTEMPTS = _read()


class Obedient:
    """A model that does whatever the data says. Implements LanguageModel; every question is kept in `asked`."""

    name = "obedient"

    def __init__(self, attempt: Attempt) -> None:
        self.attempt, self.asked = attempt, list[Request[Any]]()

    async def ask(self, request: Request[Wanted], account: Account) -> Wanted:
        """See the port."""
        self.asked.append(request)
        if request.purpose == "refute":
            return request.answer.model_validate(self.attempt.doubt([f"o{number}" for number in range(1, 10)]))
        return request.answer.model_validate(self.attempt.answer())
