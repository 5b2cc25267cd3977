"""The door to whoever reads words that the grammar did not: other languages, stories, another way to say it.

The law: what comes back is a proposal. Each value stands beside the words it was read from, and whoever asked holds both
against the text and the rules before anything is set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from orchestrator.model import Frozen, LedgerEntry, Moment
from orchestrator.ports.agent import Account

WordField = Literal["services", "since", "until", "severity", "budget", "mode", "agents"]


@dataclass(frozen=True, slots=True)
class WordsQuestion:
    """`text` as it was typed, `left` of it what nobody understood, and the fields that are still open.

    `local` is the writer's clock, `services` and `agents` are names that may be meant.
    """

    text: str
    left: tuple[str, ...]
    wanted: tuple[WordField, ...]
    local: datetime
    services: Sequence[str] = ()
    agents: Sequence[str] = ()


class WordValue(Frozen):
    """`field` is `value`, in the options' own English, as `words` of the text say."""

    field: WordField
    value: str = Field(max_length=200)
    words: str = Field(max_length=300)


class WordsAnswer(Frozen):
    """Everything that was found."""

    found: tuple[WordValue, ...] = Field(default=(), max_length=12)


class WordsRead(Frozen):
    """What was made of words about which something was asked: when, what a reader `found` or why it could not, and its cost."""

    at: Moment
    found: tuple[WordValue, ...] = ()
    unread: str = ""
    paid: tuple[LedgerEntry, ...] = ()


MOST_WORDS_READ = 100
"""Of so many questions about words a workspace keeps what was made of the words; older ones are forgotten."""


class WordsStore(Protocol):
    """What was made of words, beside the question about them: whoever answers it asks no model a second time.

    `investigation_id` is the id that was given out for the run which may come of the words.
    """

    async def keep_words(self, workspace: str, investigation_id: str, read: WordsRead) -> None:
        """Store it, unless something is stored for that run. Raises ValueError for what cannot be read back."""
        ...

    async def find_words(self, workspace: str, investigation_id: str) -> WordsRead | None:
        """What was made of the words of that run, where it is known."""
        ...


class WordReader(Protocol):
    """Reads for one person; what it costs is on an account that it was made with."""

    async def read(self, question: WordsQuestion) -> WordsAnswer:
        """What the words say. Raises BudgetExceededError, ModelUnavailableError or ModelAnswerError."""
        ...


class WordReaders(Protocol):
    """Who reads. None: nobody, and the grammar stands alone.

    Calls are kept under `investigation_id`, that of the run which may come of the words: it then owns them. Of those of which
    no run came the store keeps the newest.
    """

    def reader_for(self, workspace: str, investigation_id: str, account: Account) -> WordReader | None: ...
