"""One agent's calls in the journal of a run: kept before they are sent and again when they are answered.

What was answered is not asked, nor paid for, a second time: the same bytes of the same agent in the same run are the
same question.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.model import ModelCall
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
        """The answer to a request of that digest, where one came and can still be read."""
        for call in reversed(await self.journal.calls_of(self.workspace, self.investigation_id)):
            same = call.agent_id == self.agent_id and call.digest == digest
            if same and call.answered and _is_json(call.response):
                return call.response
        return None

    async def keep(self, call: ModelCall) -> None:
        """Store it, redacted."""
        clean = {"request": self.redact(call.request), "response": self.redact(call.response)}
        await self.journal.keep_call(self.workspace, self.investigation_id, call.model_copy(update=clean))


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
