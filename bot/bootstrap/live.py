"""The live telemetry servers that the settings name, put together in one place.

A server is opened with the program and closed with it; nothing is asked before somebody investigates. What people know
better than discovery is read from the file of corrections when the program opens.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from aiohttp import ClientSession

from agents.sources.callgraph import CallGraph
from agents.sources.catalogue import NO_CORRECTIONS, Corrections, CorrectionsError, Overview, parse_corrections
from agents.sources.changes import HEADERS, GitHubChanges, KeptChanges, MergedChanges
from agents.sources.grafana import Grafana
from agents.sources.loki import LokiQueries, LokiSource
from agents.sources.prometheus import PrometheusQueries, PrometheusSource
from agents.sources.queries import Queries
from agents.sources.tempo import TempoSource, TraceLimits
from agents.sources.wire import Limits, Server, ServerSettings, Switch, new_session
from bot.bootstrap.doors import repositories
from bot.settings import ServerAccess, Settings, SettingsError
from orchestrator.clock import Clock
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Window
from orchestrator.ports import ChangeSource, ChangeStore, Compute, Lookup, QuerySource, Telemetry

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Surveyed(Protocol):
    """A source that can say what it holds."""

    async def overview(self, window: Window) -> Overview:
        """What was discovered in that window."""
        ...


class Live:
    """The live sources. `telemetry` is empty until they are open; without `compute` every answer is read here.

    `changes` are those that people told Compass.
    """

    def __init__(
        self, settings: Settings, clock: Clock, compute: Compute | None = None, changes: ChangeStore | None = None
    ) -> None:
        self._settings, self._clock, self._compute, self._kept = settings, clock, compute, changes
        self.switch = Switch(on=settings.queries)
        self.corrections: Corrections = NO_CORRECTIONS
        self.prometheus: PrometheusSource | None = None
        self.loki: LokiSource | None = None
        self.tempo: TempoSource | None = None
        self.changes: list[ChangeSource] = []
        self._queried: list[QuerySource] = []
        self.queries = Queries(lambda: self._queried)
        self.telemetry = Telemetry()

    @property
    def any(self) -> bool:
        """Whether some server is set up."""
        return any(access.url for access in servers(self._settings).values())

    @property
    def surveyed(self) -> tuple[Surveyed, ...]:
        """The open sources that can say what they hold."""
        return tuple(each for each in (self.prometheus, self.loki, self.tempo) if each is not None)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Telemetry]:
        """The sources, ready to be asked. Raises SettingsError, CorrectionsError or ServerError for what cannot be used."""
        async with AsyncExitStack() as stack:
            if self.any:
                self.corrections = corrections(self._settings)
                await self._open(stack, await stack.enter_async_context(new_session()))
                graphs = [each for each in (self.prometheus, self.tempo) if each is not None]
                self.telemetry = Telemetry(
                    metrics=self.prometheus,
                    logs=self.loki,
                    traces=self.tempo,
                    changes=MergedChanges(self.changes) if self.changes else None,
                    topology=CallGraph(graphs) if graphs else None,
                    names=self,
                    queries=self.queries,
                    live=True,
                )
            try:
                yield self.telemetry
            finally:
                self.telemetry = Telemetry()
                self._queried = []

    async def read_names(self, lookup: Lookup) -> Collection[str]:
        """The services that any of the servers knows. Raises SourceUnavailableError where none answers."""
        answers = await asyncio.gather(*(_overview(each, lookup.window) for each in self.surveyed))
        failures = [each for each in answers if isinstance(each, SourceUnavailableError)]
        if failures and len(failures) == len(answers):
            raise failures[0]
        known = [each for each in answers if isinstance(each, Overview)]
        return {service.name for each in known for service in each.services}

    async def _open(self, stack: AsyncExitStack, session: ClientSession) -> None:
        access = self._settings.prometheus
        if access.url:
            server = await stack.enter_async_context(self._server("Prometheus", access, session))
            self.prometheus = PrometheusSource(
                server, self._clock, corrections=self.corrections, grafana=self._grafana("prometheus", access)
            )
            self._queried.append(PrometheusQueries(server, corrections=self.corrections))

        access = self._settings.loki
        if access.url:
            server = await stack.enter_async_context(self._server("Loki", access, session))
            self.loki = LokiSource(
                server, self._clock, corrections=self.corrections, grafana=self._grafana("loki", access)
            )
            self._queried.append(LokiQueries(server, corrections=self.corrections))

        access = self._settings.tempo
        if access.url:
            server = await stack.enter_async_context(self._server("Tempo", access, session))
            self.tempo = TempoSource(
                server,
                self._clock,
                corrections=self.corrections,
                grafana=self._grafana("tempo", access),
                limits=TraceLimits.at(access.rate),
            )

        self.changes = [KeptChanges(self._kept)] if self._kept is not None else []
        if self._settings.github_repos:
            self.changes.append(await self._github(stack, session))

    async def _github(self, stack: AsyncExitStack, session: ClientSession) -> GitHubChanges:
        access = ServerAccess(url=self._settings.github_url, token=self._settings.github_token)
        server = await stack.enter_async_context(self._server("GitHub", access, session, HEADERS))
        return GitHubChanges(server, repositories(self._settings))

    def _server(
        self, name: str, access: ServerAccess, session: ClientSession, headers: Mapping[str, str] = NO_HEADERS
    ) -> Server:
        return Server(
            replace(server_settings(name, access), headers=headers),
            self._clock,
            limits=Limits(per_second=access.rate),
            session=session,
            switch=self.switch,
            compute=self._compute,
        )

    def _grafana(self, store: str, access: ServerAccess) -> Grafana:
        return Grafana(self._settings.grafana_url or "", store, access.datasource)


async def _overview(source: Surveyed, window: Window) -> Overview | SourceUnavailableError:
    try:
        return await source.overview(window)
    except SourceUnavailableError as error:
        return error


def servers(settings: Settings) -> dict[str, ServerAccess]:
    """Every server by the name that people call it."""
    return {"Prometheus": settings.prometheus, "Loki": settings.loki, "Tempo": settings.tempo}


def without_servers(settings: Settings) -> Settings:
    """The same settings for recordings alone: no server is opened or asked."""
    return settings.model_copy(update={name.lower(): ServerAccess() for name in servers(settings)})


def server_settings(name: str, access: ServerAccess) -> ServerSettings:
    """What the wire has to know. Raises SettingsError where the settings contradict each other."""
    try:
        return ServerSettings(
            name=name,
            base_url=access.url or "",
            token=access.token,
            user=access.user,
            password=access.password,
            tenant=access.tenant,
            ca_file=access.ca_file,
            cert_file=access.cert_file,
            key_file=access.key_file,
            verify=access.verify,
            timeout_s=access.timeout,
        )
    except ValueError as error:
        # The wire words these itself and names no value.
        raise SettingsError(
            f"{error}.", remedy="Correct it in the environment or in .env; see .env.example."
        ) from error


def corrections(settings: Settings) -> Corrections:
    """What the file of corrections says. Raises CorrectionsError, also for a file that was named and is not there."""
    file: Path = settings.map
    if not file.exists() and "map" not in settings.model_fields_set:
        return NO_CORRECTIONS
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CorrectionsError(
            f"COMPASS_MAP names {file}, which cannot be read.",
            remedy=f"Make it with: compass map --write {file}. Or remove COMPASS_MAP.",
        ) from error
    return parse_corrections(text, str(file))
