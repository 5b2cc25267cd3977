"""The program put together: the service over its store, its sources, its team and its processes."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from agents.incident import INCIDENT_TEAM
from agents.llm.words import ModelReaders
from agents.sources.beside import Beside
from agents.sources.snapshot import SnapshotLibrary, packaged_recordings
from bot.bootstrap.live import Live, servers, without_servers
from bot.bootstrap.models import ChosenModels
from bot.bootstrap.tools import added_tools
from bot.settings import Settings
from orchestrator.clock import Clock, SystemClock
from orchestrator.engine import ProcessPool
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations, Limits
from orchestrator.model import Allowances
from orchestrator.ports import Compute, Listener, Store, Telemetry
from storage import MemoryStore, SqliteStore

PRELOAD = ("agents.incident", "agents.sources.snapshot")
"""What a worker process imports before its first call, so that nobody waits for it."""
PRELOAD_LIVE = ("agents.sources.prometheus",)
"""And this too where telemetry servers are set up, whose large answers are read there."""


class Compass:
    """The assembled program.

    `cases` are recordings beside those of the settings; `own_recordings` are those that come with Compass. A `compute`
    that is handed in stays its owner's to open and close. `asking` says who may answer when a run asks humans; None: nobody.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        cases: Sequence[Path] = (),
        own_recordings: bool = True,
        clock: Clock | None = None,
        store: Store | None = None,
        compute: Compute | None = None,
        asking: HubRules | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.store = store or SqliteStore(settings.database)
        live = any(access.url for access in servers(settings).values())
        self._pool = ProcessPool(settings.workers, preload=(*PRELOAD, *(PRELOAD_LIVE if live else ())))
        self._lent = compute is not None
        self.compute: Compute = compute or self._pool
        places = [*cases, *settings.cases, *([packaged_recordings()] if own_recordings else [])]
        self.incidents = SnapshotLibrary(places, self.compute)
        self.live = Live(settings, self.clock, self.compute, self.store)
        self.models = ChosenModels(settings, self.store, self.clock, [each.agent_id for each in INCIDENT_TEAM.agents])
        self._asking = asking
        self.service = self._service(self.store)

    def _service(self, store: Store) -> Investigations:
        source, settings = Beside(self.incidents, lambda: self.live.telemetry), self.settings
        return Investigations(
            store=store,
            incidents=self.incidents,
            telemetry=Telemetry(
                source, source, source, source, source, source, queries=self.live.queries, live=self.live.any
            ),
            team=INCIDENT_TEAM,
            compute=self.compute,
            clock=self.clock,
            limits=Limits(
                budget=settings.budget,
                budget_critical=settings.budget_critical,
                words=settings.budget_words,
                agent_timeout_s=settings.agent_timeout,
                max_running=settings.max_running,
            ),
            asking=self._asking,
            models=self.models,
            readers=ModelReaders(self.models),
            tools=added_tools(settings, self.clock),
            allowances=Allowances(
                per_day=settings.budget_per_day,
                per_channel=settings.budget_per_channel,
                per_user=settings.budget_per_user,
            ),
        )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Investigations]:
        """Store and processes; nothing runs yet. At the end runs are put down where they are, for the next process."""
        async with AsyncExitStack() as stack:
            await self.store.open()
            stack.push_async_callback(self.store.aclose)
            stack.push_async_callback(self._pool.aclose)
            await stack.enter_async_context(self.live.opened())
            if not self._lent:
                await self._pool.open()
            stack.push_async_callback(self.models.aclose)
            stack.push_async_callback(self.service.aclose)
            yield self.service

    @asynccontextmanager
    async def running(self, *listeners: Listener, workspace: str | None = None) -> AsyncIterator[Investigations]:
        """Everything, with unfinished runs going on: all of them, or those of one workspace."""
        async with self.opened() as service:
            for listener in listeners:
                service.listen(listener)
            await service.open(workspace)
            yield service

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Investigations]:
        """Only what was kept, also beside a running bot. Nothing is started or changed."""
        store = SqliteStore(self.settings.database, read_only=True)
        await store.open()
        try:
            yield self._service(store)
        finally:
            await store.aclose()


@asynccontextmanager
async def assembling(settings: Settings, jobs: int) -> AsyncIterator[Callable[[Path], Compass]]:
    """Programs over one case each, kept in memory, that share `jobs` processes and ask no model."""
    pool = ProcessPool(jobs, preload=PRELOAD)
    await pool.open()
    alone = without_servers(settings.model_copy(update={"cases": (), "model": None, "model_for": {}}))
    try:
        yield lambda case: Compass(alone, cases=[case], own_recordings=False, store=MemoryStore(), compute=pool)
    finally:
        await pool.aclose()
