"""Words that the grammar did not understand, read by a language model. Implements WordReader over the port of models.

The law: the text is data to the model and its answer a proposal; the core holds it against the text. What it costs is on
the account that was handed in, and a question has so little to say that it costs next to nothing.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from orchestrator.model import WORDS, Prompt
from orchestrator.ports import Account, LanguageModel, Models, Request, WordsAnswer, WordsQuestion

PURPOSE = WORDS
MOST_TOKENS = 400
MOST_NAMES = 80
MOST_TEXT = 2000


@lru_cache(maxsize=1)
def instructions() -> Prompt:
    """The prompt, with its examples; read when it is first needed."""
    return Prompt(
        "llm/parameters", files("agents.llm").joinpath("prompts", "parameters.md").read_text(encoding="utf-8")
    )


@dataclass(frozen=True, slots=True)
class ModelWords:
    """Asks `model`, and pays from `account`."""

    model: LanguageModel
    account: Account

    async def read(self, question: WordsQuestion) -> WordsAnswer:
        """See the port."""
        names = sorted(question.services)[:MOST_NAMES]
        request = Request(
            purpose=PURPOSE,
            prompt=instructions(),
            data=_data(question, names),
            answer=WordsAnswer,
            most_tokens=MOST_TOKENS,
            names=names,
        )
        return await self.model.ask(request, self.account)


@dataclass(frozen=True, slots=True)
class ModelReaders:
    """Reads with whichever model is set up for words. Implements WordReaders."""

    models: Models

    def reader_for(self, workspace: str, investigation_id: str, account: Account) -> ModelWords | None:
        """See the port."""
        model = self.models.model_for(workspace, investigation_id, WORDS)
        return ModelWords(model, account) if model else None


def _data(question: WordsQuestion, names: list[str]) -> str:
    return "\n".join(
        [
            f"wanted: {', '.join(question.wanted)}",
            f"services: {', '.join(names)}",
            f"agents: {', '.join(question.agents)}",
            f"the writer's clock: {question.local:%A %Y-%m-%d %H:%M}",
            f"text: {question.text[:MOST_TEXT]}",
        ]
    )
