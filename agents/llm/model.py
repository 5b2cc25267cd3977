"""The LanguageModel port over pydantic-ai: a typed question, at most one repeat of a wrong answer, and our errors only.

The law: whatever the library does, a request leaves through the paid transport or not at all, and nothing that a provider
or a library wrote is shown. The library's own retries are off, it reports nothing to OpenTelemetry, and it is imported
when the first question is asked.
"""

import logging
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from agents.llm.lookups import Lookups
from agents.llm.outgoing import passage
from agents.llm.prices import Price
from agents.llm.wire.asking import Asking, asking
from agents.llm.wire.record import CallRecord
from orchestrator.clock import Clock, within
from orchestrator.errors import ModelAnswerError, ModelUnavailableError, OrchestratorError
from orchestrator.ports import Account, Request, Wanted

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.settings import ModelSettings

LOG = logging.getLogger("compass.llm")

MODEL_LIBRARIES = ("anthropic", "genai_prices", "httpx2", "openai", "pydantic_ai")
INSTALL_MODELS = "pip install 'compass-oncall[llm]'"

ANSWER = "final_result"
REPEATS = 1
"""So often is a model asked again whose answer is not of the wanted form."""
TEMPERATURE = 0.0


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: a question with its repeats and lookups, and one lookup."""

    question_s: float = 50.0
    lookup_s: float = 10.0


@dataclass(frozen=True)
class PydanticModel:
    """A model for one agent of one run. Implements LanguageModel.

    `price` says what it costs at a time, None where nobody knows and that is allowed, and raises ModelUnavailableError
    where it is not. `settings` are the provider's own, beside those of every question. With `pseudonyms` the services and
    hosts that a question names are sent under other names.
    """

    name: str
    model: "Callable[[], Model]"
    price: Callable[[datetime], Price | None]
    clock: Clock
    record: CallRecord | None = None
    times: Times = Times()
    settings: "ModelSettings | None" = None
    pseudonyms: bool = False

    async def ask(self, request: Request[Wanted], account: Account) -> Wanted:
        """See the port."""
        until = self.clock.monotonic() + self.times.question_s
        price = self._price()
        question = Asking(account, self.name, request.purpose, request.prompt, price, until, self.record)
        if self.record:
            await self.record.keep_prompt(request.prompt)
        with asking(question):
            return await self._told(question, self._run(request, question))

    def _price(self) -> Price | None:
        try:
            return self.price(self.clock.now())
        except ImportError as error:
            raise _not_installed() from error

    async def _told(self, question: Asking, run: Awaitable[Wanted]) -> Wanted:
        """The answer of `run`, or why there is none, in our words."""
        try:
            return await within(self.clock, self.times.question_s, run)
        except TimeoutError as error:
            raise ModelUnavailableError(
                f"{self.name} did not answer within {self.times.question_s:g} seconds.",
                remedy="Set COMPASS_MODEL_TIMEOUT higher (seconds), or choose a quicker model.",
            ) from error
        except ImportError as error:
            raise _not_installed() from error
        except OrchestratorError as error:
            raise (question.failure or error) from None
        except Exception as error:
            # The border to libraries, which wrap what passes through them in whatever they like, with its text.
            if question.failure is not None:
                raise question.failure from None
            LOG.warning("the answer of %s could not be used: %s", self.name, type(error).__name__)
            raise ModelAnswerError(
                f"What {self.name} answered cannot be used.",
                remedy="If this happens often, choose another model.",
            ) from error

    async def _run(self, request: Request[Wanted], question: Asking) -> Wanted:
        from pydantic_ai import Agent, ToolOutput, UsageExtractionFailedWarning
        from pydantic_ai.usage import UsageLimits

        # What the library makes of a usage pays for nothing here; its complaint would print what the provider wrote.
        warnings.simplefilter("ignore", UsageExtractionFailedWarning)
        way = passage(request, pseudonyms=self.pseudonyms)
        lookups = Lookups(request.tools, request.most_lookups, self.times.lookup_s, self.clock, question, way)
        agent: Agent[None, Wanted] = Agent(
            self.model(),
            output_type=ToolOutput(request.answer, name=ANSWER, description="Give the answer."),
            instructions=request.prompt.text,
            tools=lookups.offered,
            retries={"tools": REPEATS, "output": REPEATS},
            end_strategy="early",
        )
        most = 1 + REPEATS + (request.most_lookups + REPEATS if request.tools else 0)
        result = await agent.run(
            way.out(request.data), model_settings=self._settings(request), usage_limits=UsageLimits(request_limit=most)
        )
        return way.answer(result.output)

    def _settings(self, request: Request[Any]) -> "ModelSettings":
        """Thought is kept as short as the model allows: it is paid for like an answer, and has its room from it."""
        ours = {"max_tokens": request.most_tokens, "temperature": TEMPERATURE, "thinking": False}
        return cast("ModelSettings", {**ours, **(self.settings or {})})


def _not_installed() -> ModelUnavailableError:
    return ModelUnavailableError("The libraries for language models are not installed.", remedy=INSTALL_MODELS)


def missing_libraries() -> list[str]:
    """What asking a model needs and is not installed."""
    return [each for each in MODEL_LIBRARIES if find_spec(each) is None]
