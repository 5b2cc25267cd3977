"""What the commands call: the composition root, as a protocol, so that a test can hand in another one."""

import importlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Protocol, cast

from agents.sources.catalogue import Overview
from bot.doctor import Check
from bot.evaluation import Assembled, Library
from bot.settings import Settings
from bot.terminal import Asked, Post, Replayed
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations
from orchestrator.model import Change, InvestigationState
from orchestrator.ports import Listener

WORKSPACE = "local"
"""The workspace of everything that is started from a terminal."""


class Program(Protocol):
    """The assembled program."""

    @property
    def service(self) -> Investigations:
        """What surfaces speak to."""
        ...

    @property
    def incidents(self) -> Library:
        """What is known of incidents."""
        ...

    def running(
        self, *listeners: Listener, workspace: str | None = None
    ) -> AbstractAsyncContextManager[Investigations]:
        """Everything open. Goes on with the unfinished runs of that workspace, or of all."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Investigations]:
        """Only what was kept, also beside a running bot. Nothing is started."""
        ...


class Assemble(Protocol):
    """Puts the program together."""

    def __call__(
        self,
        settings: Settings,
        *,
        cases: Sequence[Path] = (),
        own_recordings: bool = True,
        asking: HubRules | None = None,
    ) -> Program:
        """The program over these cases, those of the settings, and those that come with Compass. No I/O yet.

        `asking` says who may answer when a run asks humans; None: nobody.
        """
        ...


class Bootstrap(Protocol):
    """`bot.bootstrap`, as far as the commands need it."""

    @property
    def Compass(self) -> Assemble:  # noqa: N802 - the class of that name
        """The program's class."""
        ...

    def assembling(self, settings: Settings, jobs: int) -> AbstractAsyncContextManager[Callable[[Path], Assembled]]:
        """Programs over one case each, which share `jobs` processes."""
        ...

    def serve(self, settings: Settings, *, announce: Callable[[str], None]) -> Awaitable[None]:
        """Work for Slack until cancelled."""
        ...

    def sandbox(
        self,
        settings: Settings,
        *,
        port: int | None,
        once: bool,
        run: bool,
        channel: str,
        words: str,
        announce: Callable[[str], None],
        show: Callable[[Post], None],
    ) -> Awaitable[InvestigationState | None]:
        """The look-alike with the bot in it; how its run ended, where it ends by itself."""
        ...

    def checks(self, settings: Settings) -> list[Check]:
        """What the doctor looks at in storage, recordings and processes."""
        ...

    def overview(self, settings: Settings, looking_back: timedelta) -> Awaitable[Overview]:
        """What the live telemetry servers are found to hold."""
        ...

    def tell_changes(self, settings: Settings, told: Sequence[Mapping[str, object]]) -> Awaitable[int]:
        """Keep changes; how many were new."""
        ...

    def known_changes(self, settings: Settings, looking_back: timedelta) -> Awaitable[Sequence[Change]]:
        """The changes that were told, of that time up to now."""
        ...

    def kept_calls(self, settings: Settings, workspace: str, investigation_id: str) -> Awaitable[Asked]:
        """What models were asked in that run."""
        ...

    def replay_run(self, settings: Settings, workspace: str, investigation_id: str) -> Awaitable[Replayed]:
        """That run, thought through again with what it kept."""
        ...

    def migrate(self, settings: Settings) -> tuple[str, ...]:
        """Bring the database to its newest shape; the names of the steps that were taken."""
        ...


def bootstrap_of(handed: object) -> Bootstrap:
    """What was handed in, or the real one, imported only now."""
    return cast(Bootstrap, handed if handed is not None else importlib.import_module("bot.bootstrap"))
