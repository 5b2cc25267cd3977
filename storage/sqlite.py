"""The store in one SQLite file."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from orchestrator.events import Event, Recorded
from orchestrator.model import AgentContext, Feature, ModelCall, Prompt
from orchestrator.ports import InvestigationSummary, OutboxEntry, Remembered, TaskJournal, WordsRead
from storage import codec, investigations, journal, model_calls, past, posts, projection, words_read
from storage.beside import ChangeRows, DrawRows
from storage.connection import Access, Synchronous
from storage.database import OwnedDatabase
from storage.sqlite_hub import SqliteHub
from storage.tasks import SqliteTasks


class SqliteStore(ChangeRows, DrawRows, SqliteHub):
    """Implements `orchestrator.ports.Store`.

    One process at a time has the file; with `read_only` others may look, also while that one works. Every
    method raises a StorageError where the file does not do as it should; nothing is stored then.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        synchronous: Synchronous = Synchronous.FULL,
        busy_timeout_s: float = 5.0,
    ) -> None:
        super().__init__(OwnedDatabase(Access(path, read_only, synchronous, busy_timeout_s)))
        self._read_only = read_only

    async def open(self) -> None:
        """Make or open the file and bring it to its newest shape."""
        await self._database.open()
        if not self._read_only:
            await self._database.run(past.catch_up)

    async def aclose(self) -> None:
        """Do what was handed over, then let go of the file."""
        await self._database.aclose()

    async def append(self, workspace: str, investigation_id: str, event: Event, at: datetime) -> Recorded:
        """See `InvestigationStore.append`. Raises ValueError for an event that cannot be kept.

        Once begun it is done, also when the waiting task is cancelled; that task may find its event in `events`.
        """

        def work(db: Database) -> Recorded:
            first, payload = codec.record(workspace, investigation_id, event, at)
            return projection.append(db, first, payload)

        return await self._database.run(work)

    async def events(self, workspace: str, investigation_id: str, after: int = 0) -> Sequence[Recorded]:
        """See `InvestigationStore.events`."""
        return await self._database.run(lambda db: journal.read(db, workspace, investigation_id, after))

    async def unfinished(self) -> Sequence[tuple[str, str]]:
        """See `InvestigationStore.unfinished`."""
        return await self._database.run(investigations.unfinished)

    async def unfinished_of(self, workspace: str, incident_id: str) -> str | None:
        """See `InvestigationStore.unfinished_of`."""
        return await self._database.run(lambda db: investigations.unfinished_of(db, workspace, incident_id))

    async def recent(self, workspace: str, *, limit: int = 10, incident_id: str = "") -> Sequence[InvestigationSummary]:
        """See `InvestigationStore.recent`."""
        return await self._database.run(lambda db: investigations.recent(db, workspace, limit, incident_id))

    async def resembling(
        self, workspace: str, features: Sequence[Feature], *, but_not: str = "", limit: int = 20
    ) -> Sequence[Remembered]:
        """See `PastIncidents.resembling`."""
        return await self._database.run(lambda db: past.resembling(db, workspace, features, but_not, limit))

    async def find_post(self, workspace: str, key: str) -> OutboxEntry | None:
        """See `Outbox.find_post`."""
        return await self._database.run(lambda db: posts.find(db, workspace, key))

    async def find_message(self, workspace: str, place: str, message_id: str) -> OutboxEntry | None:
        """See `Outbox.find_message`. An empty message id is nobody's."""
        return await self._database.run(lambda db: posts.find_message(db, workspace, place, message_id))

    async def keep_post(self, entry: OutboxEntry) -> None:
        """See `Outbox.keep_post`."""
        await self._database.run(lambda db: posts.keep(db, entry))

    async def posts_of(self, workspace: str, investigation_id: str) -> Sequence[OutboxEntry]:
        """See `Outbox.posts_of`."""
        return await self._database.run(lambda db: posts.of_investigation(db, workspace, investigation_id))

    async def keep_call(self, workspace: str, investigation_id: str, call: ModelCall) -> None:
        """See `CallJournal.keep_call`."""
        key = codec.run_key(workspace, investigation_id)
        await self._database.run(lambda db: model_calls.keep(db, key, call))

    async def calls_of(self, workspace: str, investigation_id: str) -> Sequence[ModelCall]:
        """See `CallJournal.calls_of`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: model_calls.of_run(db, key))

    async def keep_prompt(self, workspace: str, prompt: Prompt) -> None:
        """See `CallJournal.keep_prompt`."""
        await self._database.run(lambda db: model_calls.keep_prompt(db, workspace, prompt))

    async def find_prompt(self, workspace: str, digest: str) -> Prompt | None:
        """See `CallJournal.find_prompt`."""
        return await self._database.run(lambda db: model_calls.find_prompt(db, workspace, digest))

    async def keep_context(self, workspace: str, investigation_id: str, asked: str, context: AgentContext) -> None:
        """See `ContextStore.keep_context`."""
        key = codec.run_key(workspace, investigation_id)
        await self._database.run(lambda db: model_calls.keep_context(db, key, asked, context))

    async def find_context(
        self, workspace: str, investigation_id: str, agent_id: str, asked: str
    ) -> AgentContext | None:
        """See `ContextStore.find_context`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: model_calls.find_context(db, key, agent_id, asked))

    async def keep_words(self, workspace: str, investigation_id: str, read: WordsRead) -> None:
        """See `WordsStore.keep_words`."""
        key = codec.run_key(workspace, investigation_id)
        await self._database.run(lambda db: words_read.keep(db, key, read))

    async def find_words(self, workspace: str, investigation_id: str) -> WordsRead | None:
        """See `WordsStore.find_words`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: words_read.find(db, key))

    def task_journal(self, workspace: str, execution_id: str) -> TaskJournal:
        """What the engine remembers of that execution, kept here. A later process that asks for the same id goes on with it."""
        return SqliteTasks(self._database, workspace, execution_id)
