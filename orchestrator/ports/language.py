"""The door to a language model: one typed question, one typed answer, paid for by whoever asks.

The law: what is asked over is data, whatever it says. Whoever implements this fences and redacts it, reserves on the
account before every physical attempt, and hands back an answer of the wanted type or raises; there is no third way.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from orchestrator.model import ModelCall, Prompt
from orchestrator.ports.agent import Account

Wanted = TypeVar("Wanted", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that a model may look up while it thinks. It reads and never changes anything.

    `run` is handed what `arguments` made of the model's wish and returns text, which is data like all else. A wish that
    cannot be met raises an OrchestratorError: its message and remedy are told to the model.
    """

    name: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[Any], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Request(Generic[Wanted]):
    """A question. `purpose` names it in the ledger, `data` is what it is asked over, `answer` the type that is wanted.

    `most_tokens` bounds the answer. `names` are the services and hosts that stand in `data`, for an implementation that
    sends others in their place. With `tools` the model may look closer before it answers, so many times in all.
    """

    purpose: str
    prompt: Prompt
    data: str
    answer: type[Wanted]
    most_tokens: int
    names: Collection[str] = ()
    tools: Sequence[Tool] = ()
    most_lookups: int = 4


@dataclass(frozen=True, slots=True)
class FurtherTools:
    """Tools that somebody added. `remarks` say, in sentences for people, which of them are not there and why."""

    tools: tuple[Tool, ...] = ()
    remarks: tuple[str, ...] = ()


class ToolSource(Protocol):
    """Knows further tools, which read and never change anything, as far as they say so themselves."""

    async def tools(self) -> FurtherTools:
        """Those that are there now. Never raises: what is not there is a remark."""
        ...


class LanguageModel(Protocol):
    """A model, for one agent of one run."""

    @property
    def name(self) -> str:
        """As the setting that chose it: `openai:gpt-4o-mini`."""
        ...

    async def ask(self, request: Request[Wanted], account: Account) -> Wanted:
        """The answer. The same question of the same run is answered from the record, and not paid for again.

        Raises BudgetExceededError where a call did not fit (it was not sent), ModelUnavailableError where no answer came,
        ModelAnswerError where what came is none.
        """
        ...


class Models(Protocol):
    """Which model an agent reasons with. None: plain analysis only."""

    def model_for(self, workspace: str, investigation_id: str, agent_id: str) -> LanguageModel | None: ...


MOST_REQUEST = 64 * 1024
MOST_RESPONSE = 256 * 1024
"""So many bytes of UTF-8 are kept of one request, and of one response. What is longer is cut, and says so."""
MOST_UNOWNED = 100
"""So many calls for words are kept of which no run came."""


class CallJournal(Protocol):
    """Every call to a model, as it was sent, so that a run can be followed and asked again without a provider.

    A run need not have been opened yet: what was typed may be read by a model before there is one. Calls for words of which no
    run came belong to nobody; of those the newest MOST_UNOWNED of a workspace are kept.
    """

    async def keep_call(self, workspace: str, investigation_id: str, call: ModelCall) -> None:
        """Store it, in place of one of the same `call_id`. Raises ValueError for one that cannot be read back."""
        ...

    async def calls_of(self, workspace: str, investigation_id: str) -> Sequence[ModelCall]:
        """All of a run, in the order in which they were first kept."""
        ...

    async def keep_prompt(self, workspace: str, prompt: Prompt) -> None:
        """Store what was asked, once for all runs: calls name it by its digest, also when its file says something else."""
        ...

    async def find_prompt(self, workspace: str, digest: str) -> Prompt | None:
        """The prompt of that digest, by the name under which it was first kept."""
        ...
