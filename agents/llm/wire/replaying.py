"""The wire of a replay: it leads nowhere. What was answered in the run is answered again, and nothing else is.

Nothing is reserved here and nothing can be sent. What the run never asked is noted, since that is what has changed since.
"""

import httpx2

from agents.llm.recorded import Rerun, Unasked
from agents.llm.wire.asking import Asking, asked
from orchestrator.errors import ModelUnavailableError, OrchestratorError
from orchestrator.model import digest_of


class RecordedTransport(httpx2.AsyncBaseTransport):
    """A transport for the client of a provider's SDK, for one agent."""

    def __init__(self, rerun: Rerun, agent_id: str) -> None:
        self._rerun, self._agent_id = rerun, agent_id

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer that was kept. Raises ModelUnavailableError where none was, and leaves it with the question."""
        question = asked()
        if question is None:
            raise ModelUnavailableError("A request to a model outside of a question was not answered.")
        try:
            answer = self._answer(await request.aread(), question)
        except OrchestratorError as failure:
            question.failure = failure
            raise
        return httpx2.Response(200, headers={"content-type": "application/json"}, content=answer.encode())

    def _answer(self, body: bytes, question: Asking) -> str:
        recorded, digest = self._rerun.recorded, digest_of(body)
        same = recorded.answer(self._agent_id, digest)
        if same is None and recorded.knows(self._agent_id, digest):
            raise ModelUnavailableError("The model did not answer that in the run either.")
        found = same or recorded.alike(self._agent_id, self._rerun.redact(body.decode(errors="replace")))
        if found is None:
            self._rerun.unasked.append(Unasked(self._agent_id, question.purpose, question.prompt))
            raise ModelUnavailableError("That was never asked in the run, and a replay asks nobody.")
        return found.response
