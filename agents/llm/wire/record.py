"""One agent's calls in the journal of a run: kept before they are sent and again when they are answered.

What was answered is not asked, nor paid for, a second time: the same bytes of the same agent in the same run are the
same question.
"""

from collections.abc import Callable
from dataclasses import dataclass

from agents.llm.recorded import Recorded
from orchestrator.model import ModelCall, Prompt
from orchestrator.ports import CallJournal


@dataclass(frozen=True)
class CallRecord:
    """Where the calls of one agent in one run are kept. `redact` is applied to every body on its way there."""

    journal: CallJournal
    workspace: str
    investigation_id: str
    agent_id: str
    redact: Callable[[str], str]

    async def answered(self, digest: str) -> str | None:
        """The answer to a request of that digest, where a whole one came."""
        recorded = Recorded(await self.journal.calls_of(self.workspace, self.investigation_id))
        found = recorded.answer(self.agent_id, digest)
        return found.response if found else None

    async def keep_prompt(self, prompt: Prompt) -> None:
        """Store what is asked, so that it can be read when its file says something else."""
        await self.journal.keep_prompt(self.workspace, prompt)

    async def keep(self, call: ModelCall) -> None:
        """Store it, redacted."""
        clean = {"request": self.redact(call.request), "response": self.redact(call.response)}
        await self.journal.keep_call(self.workspace, self.investigation_id, call.model_copy(update=clean))
