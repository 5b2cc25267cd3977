"""A language model that answers what the test says. Implements LanguageModel, and pays as a real one would."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from orchestrator.errors import ModelAnswerError
from orchestrator.ports import Account, LanguageModel, Request, Wanted

Answers = Callable[[Request[Any]], Any]
"""From what is asked to a dict of the wanted shape, an instance of it, or an exception to raise; or an awaitable of one."""


class ScriptedModel:
    """Every question is kept in `asked`. Each costs `cost` dollars, after `most` dollars were put aside for it."""

    def __init__(
        self, answers: Answers | Mapping[str, Any], *, cost: str = "0.001", most: str = "0.002", name: str = "scripted"
    ) -> None:
        self.name, self.asked = name, list[Request[Any]]()
        self._answers = answers if callable(answers) else lambda request: answers[request.purpose]
        self._cost, self._most = Decimal(cost), Decimal(most)

    async def ask(self, request: Request[Wanted], account: Account) -> Wanted:
        """See the port."""
        reservation = await account.reserve(self._most, purpose=request.purpose, model=self.name)
        self.asked.append(request)
        answer = self._answers(request)
        if isinstance(answer, Awaitable):
            answer = await answer
        await reservation.settle(self._cost, tokens_in=len(request.data) // 4, tokens_out=100)
        if isinstance(answer, Exception):
            raise answer
        try:
            return request.answer.model_validate(answer)
        except ValidationError:
            raise ModelAnswerError("The model's answer is not of the wanted form.") from None


class OneModel:
    """The same model for every agent of every run. Implements Models."""

    def __init__(self, model: LanguageModel | None) -> None:
        self.model = model

    def model_for(self, workspace: str, investigation_id: str, agent_id: str) -> LanguageModel | None:
        """See the port."""
        return self.model
