"""A run that is over, looked at again: what models were asked in it, and what the agents make of it today.

The law: the file is opened for reading, no server and no provider is asked, and nothing is spent.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from agents.incident import INCIDENT_TEAM
from agents.llm.model import INSTALL_MODELS, missing_libraries
from agents.llm.outgoing import kept
from agents.llm.recorded import Recorded, Rerun
from bot.settings import Settings
from bot.terminal import Asked, Replayed
from orchestrator.clock import SystemClock
from orchestrator.errors import ConflictError, InvestigationNotFoundError
from orchestrator.events import InvestigationView, replay
from orchestrator.investigation import think_again
from orchestrator.model import ModelCall
from orchestrator.ports import Models, Store, TeamSpec
from storage import SqliteStore

T = TypeVar("T")


class InThreads:
    """Implements Compute without processes: a replay analyses little."""

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        """See the port."""
        return await asyncio.to_thread(function, *arguments)


async def kept_calls(settings: Settings, workspace: str, investigation_id: str) -> Asked:
    """What models were asked in that run. Raises InvestigationNotFoundError or a StorageError."""
    store = SqliteStore(settings.database, read_only=True)
    await store.open()
    try:
        return await asked_in(store, workspace, investigation_id)
    finally:
        await store.aclose()


async def replay_run(settings: Settings, workspace: str, investigation_id: str) -> Replayed:
    """That run, thought through again. Raises ConflictError where that cannot be done, else as `kept_calls`."""
    store = SqliteStore(settings.database, read_only=True)
    await store.open()
    try:
        return await replayed(store, INCIDENT_TEAM, workspace, investigation_id)
    finally:
        await store.aclose()


async def asked_in(store: Store, workspace: str, investigation_id: str) -> Asked:
    """The same from a store that is open."""
    view = await _view(store, workspace, investigation_id)
    calls = await store.calls_of(workspace, investigation_id)
    digests = dict.fromkeys(each.prompt_digest for each in calls)
    prompts = [await store.find_prompt(workspace, each) for each in digests]
    return Asked(calls, view.ledger, [each for each in prompts if each is not None])


async def replayed(store: Store, team: TeamSpec, workspace: str, investigation_id: str) -> Replayed:
    """The same from a store that is open."""
    view = await _view(store, workspace, investigation_id)
    calls = await store.calls_of(workspace, investigation_id)
    if not calls and any(each.model for each in view.ledger):
        raise ConflictError(
            "That run asked a model, and its calls were not kept.",
            remedy="Investigate again; calls are kept from then on.",
        )
    rerun = Rerun(Recorded(calls), kept)
    turns = await think_again(
        view, team, store=store, compute=InThreads(), clock=SystemClock(), models=_models(rerun, calls)
    )
    titles = {each.agent_id: each.title for each in team.agents}
    return Replayed(view, turns, calls, rerun.unasked, titles)


def _models(rerun: Rerun, calls: Sequence[ModelCall]) -> Models | None:
    """None where no model was asked; the libraries are needed only where one was."""
    if not calls:
        return None
    if missing_libraries():
        raise ConflictError(
            "That run asked a model, and what is needed to read its answers is not installed.",
            remedy=INSTALL_MODELS,
        )
    from agents.llm.replaying import RecordedModels

    return RecordedModels(rerun, SystemClock())


async def _view(store: Store, workspace: str, investigation_id: str) -> InvestigationView:
    view = replay(await store.events(workspace, investigation_id))
    if view is None:
        raise InvestigationNotFoundError(
            f"No investigation {investigation_id} in this workspace.", remedy="List them with `compass history`."
        )
    return view
