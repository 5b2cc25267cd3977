"""A real process, really killed: the next one goes on over the same file, and pays only for what it does."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from decimal import Decimal
from pathlib import Path

import pytest

from orchestrator.model import AgentStatus, CallStatus, InvestigationState
from storage.sqlite import SqliteStore
from tests.orchestrator.killed import the_asking_team, the_team
from tests.storage.rows import looking_into, view_of
from tests.support.agents import Diary
from tests.support.world import World

ROOT = Path(__file__).parents[2]


async def kill_at(path: Path, point: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.orchestrator.killed", str(path), point, cwd=ROOT, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    assert (await process.stdout.readline()).decode().strip() == point
    process.kill()
    assert await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("point", "asked", "sent", "ledger"),
    [
        (
            "observe:database",
            ["observe:database", "hypothesise:application", "hypothesise:database"],
            ["application/1", "application/2"],
            [("settled", "1.10"), ("settled", "0.40")],
        ),
        (
            "application/2",
            ["hypothesise:application", "hypothesise:database"],
            ["application/1", "application/2"],
            [("settled", "1.10"), ("reserved", "0.40"), ("settled", "1.10"), ("settled", "0.40")],
        ),
    ],
)
async def test_the_next_process_goes_on_where_the_killed_one_was(
    tmp_path: Path, point: str, asked: list[str], sent: list[str], ledger: list[tuple[str, str]]
) -> None:
    path, diary = tmp_path / "compass.db", Diary()
    await kill_at(path, point)

    async def reached(name: str) -> None:
        """Nobody is held up in this process."""

    store = SqliteStore(path)
    await store.open()
    async with World(store, the_team(diary, reached)).service() as service:
        ((workspace, investigation_id),) = await store.unfinished()
        view = await service.ended(workspace, investigation_id)
    await store.aclose()
    assert view.state == InvestigationState.COMPLETED
    assert (diary.asked, diary.sent) == (asked, sent)
    assert [(each.status, str(each.amount)) for each in view.ledger] == ledger
    assert view.cost.total == sum(Decimal(amount) for _, amount in ledger)
    assert view.cost.lines[0].amount <= Decimal(5)
    assert {each.status for each in view.ledger} <= set(CallStatus)
    assert [each.summary for each in view.observations] == ["5xx", "pool full"]
    assert [each.statement for each in view.ranked] == ["the pool", "thought application/1", "thought application/2"]
    with looking_into(path) as rows:
        assert view_of(rows, view.investigation) == view


@pytest.mark.parametrize(
    ("point", "advised", "outcomes", "ledger"),
    [
        ("advise:database", 1, ["answered"], [("reserved", "0.50"), ("settled", "0.20")]),
        ("heard:application", 0, ["answered", "repeated"], [("settled", "0.20")]),
    ],
)
async def test_a_question_that_was_open_is_asked_again_and_one_that_was_answered_is_not(
    tmp_path: Path, point: str, advised: int, outcomes: list[str], ledger: list[tuple[str, str]]
) -> None:
    path, diary = tmp_path / "compass.db", Diary()
    await kill_at(path, point)

    async def reached(name: str) -> None:
        """Nobody is held up in this process."""

    store = SqliteStore(path)
    await store.open()
    async with World(store, the_asking_team(diary, reached)).service() as service:
        ((workspace, investigation_id),) = await store.unfinished()
        view = await service.ended(workspace, investigation_id)
    assert set((await store.statuses(workspace, investigation_id)).values()) == {AgentStatus.IDLE}
    await store.aclose()
    assert view.state == InvestigationState.COMPLETED
    assert diary.asked.count("advise:database") == advised
    assert [each.outcome.value for each in view.consultations] == outcomes
    assert [(each.status, str(each.amount)) for each in view.ledger] == ledger
    assert {each.agent_id for each in view.ledger} == {"application"}
    assert len(view.asked_by("application")) == 1
    with looking_into(path) as rows:
        assert view_of(rows, view.investigation) == view
