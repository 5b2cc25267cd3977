"""On whose account a request is sent: set where a question is asked, read where it leaves the process.

The libraries between the two know nothing of money and could not hand it through. A request that leaves outside of
`asking` has nobody to pay for it, and is not sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from agents.llm.prices import Price
from agents.llm.wire.record import CallRecord
from orchestrator.errors import OrchestratorError
from orchestrator.model import Prompt
from orchestrator.ports import Account


@dataclass
class Asking:
    """One question, for all its requests and repeats.

    `price` None: nobody knows it, and the settings allow that. `until` is when its time is over, by the clock's
    `monotonic`. `failure` is why no answer came: libraries wrap what passes through them, so it is left here.
    """

    account: Account
    model: str
    purpose: str
    prompt: Prompt
    price: Price | None
    until: float
    record: CallRecord | None = None
    failure: OrchestratorError | None = None


_ASKING: ContextVar[Asking | None] = ContextVar("asking", default=None)


@contextmanager
def asking(question: Asking) -> Iterator[Asking]:
    """Requests that leave within, by this task or one it starts, belong to that question."""
    token = _ASKING.set(question)
    try:
        yield question
    finally:
        _ASKING.reset(token)


def asked() -> Asking | None:
    """The question that the running task asks."""
    return _ASKING.get()
