"""What is said to a language model and what is kept of it: the prompt by its hash, and every call as it was sent."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from orchestrator.model.base import Frozen, Moment, Name

DIGEST = 16
"""So many hexadecimal digits of a SHA-256 tell two prompts, or two requests, apart."""


def digest_of(content: bytes) -> str:
    """The name of that content: the same bytes have the same, whoever asks."""
    return hashlib.sha256(content).hexdigest()[:DIGEST]


@dataclass(frozen=True)
class Prompt:
    """Instructions, as they stand in a file: `name` for people, `text` as it is sent."""

    name: str
    text: str

    @cached_property
    def digest(self) -> str:
        """Its version: another text has another one."""
        return digest_of(self.text.encode())


class ModelCall(Frozen):
    """One request as it left the process, and what came back. Both are redacted before they get here.

    `call_id` is the ledger's; `digest` is that of the request, by which the same question is known again. `status` is the
    HTTP status, 0 where no answer came; `at` is when it was sent, `duration_s` how long the answer took. What was longer
    than is kept was cut: of such a request the beginning can be read, and nothing can be answered from such a response.
    """

    call_id: Name
    agent_id: Name
    purpose: str = ""
    prompt: str = ""
    prompt_digest: str = ""
    model: str = ""
    digest: str
    request: str
    status: int = Field(default=0, ge=0)
    response: str = ""
    at: Moment
    duration_s: float = Field(default=0.0, ge=0.0)
    request_cut: bool = False
    response_cut: bool = False

    @property
    def answered(self) -> bool:
        """Whether what came back is a whole answer, which can stand in for asking again."""
        return 200 <= self.status < 300 and not self.response_cut
