"""What a run asks in the terminal: a question where somebody sits, else a wait that `compass answer` ends."""

import asyncio
import io
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.cli.asking import Asker
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations
from orchestrator.model import InvestigationState
from orchestrator.parameters import Parameters
from storage.memory import MemoryStore
from tests.cli.program import Script, compass, write_case
from tests.support.agents import PricedAgent, team_of
from tests.support.builders import ANA, observation
from tests.support.clock import ManualClock
from tests.support.world import World, start


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Agents that each need six dollars, of which each has five."""
    monkeypatch.setenv("COMPASS_CASES", str(tmp_path / "cases"))
    write_case(tmp_path / "cases" / "one")
    script = Script()
    script.price = Decimal(6)
    return script


def gate_in(output: str) -> str:
    found = re.search(r"compass answer (gate-\w+) yes\|no", output)
    assert found, output
    return found[1]


def test_where_nobody_sits_the_run_waits_and_says_how_to_answer(script: Script) -> None:
    result = compass("investigate", "INC-123", script=script)
    assert result.exit_code == 5, result.output
    assert "Asks: The next call of application may cost $6.00; $5.00 is left for it." in result.output
    assert "(yes: Extend by $5, no: Stop here)" in result.output
    listed = compass("status", script=script)
    assert listed.exit_code == 0
    assert "INC-123  waiting approval  $0.00 of $10.00  RECORDED DATA" in listed.output
    assert gate_in(listed.output) == gate_in(result.output)


def test_a_yes_goes_on_to_the_end_and_a_second_answer_hears_of_the_first(script: Script) -> None:
    gate = gate_in(compass("investigate", "INC-123", script=script).output)
    result = compass("answer", gate, "yes", "--because", "worth it", script=script)
    assert result.exit_code == 0, result.output
    assert "Extended by $5 · " in result.output
    assert " · worth it" in result.output
    assert "$12.0000 / $15.00" in result.output
    again = compass("answer", gate, "no", script=script)
    assert again.exit_code == 1
    assert f"{gate} was answered before: Extended by $5 · " in again.output
    assert " · worth it" in again.output
    assert compass("status", script=script).output == (
        "No investigation is going on.\nLast 30 days: $12.00 in 1 run; no hypothesis accepted\n"
    )


def test_what_no_run_has_asked_cannot_be_answered(script: Script) -> None:
    compass("investigate", "INC-123", script=script)
    result = compass("answer", "gate-none", "yes", script=script)
    assert (result.exit_code, "No run that goes on has asked gate-none." in result.output) == (1, True)


def test_json_tells_what_is_asked(script: Script) -> None:
    result = compass("investigate", "INC-123", "--json", script=script)
    told = json.loads(result.stdout)
    (gate,) = told["gates"]
    assert (result.exit_code, told["state"], gate["state"]) == (5, "waiting_approval", "open")
    assert (gate["kind"], gate["approve"], gate["extend_by"]) == ("budget", "Extend by $5", "5.00")
    assert gate["gate_id"] == gate_in(result.stderr)


def test_a_no_ends_it_with_what_it_has(script: Script) -> None:
    gate = gate_in(compass("investigate", "INC-123", script=script).output)
    result = compass("answer", gate, "no", script=script)
    assert result.exit_code == 4, result.output
    assert "answered “Stop here” to: The next call of application" in result.output


def test_who_wants_no_questions_gets_none(script: Script) -> None:
    result = compass("investigate", "INC-123", "--no-input", script=script)
    assert result.exit_code == 4, result.output
    assert "Asks:" not in result.output


@asynccontextmanager
async def asked(**rules: Any) -> AsyncIterator[tuple[Investigations, Asker, int, io.StringIO, str, ManualClock]]:
    """A run that waits, and somebody at a terminal, whose keys are written to the number that is given."""
    keys, screen = os.openpty()
    clock, shown = ManualClock(), io.StringIO()
    team = team_of(lambda: PricedAgent("a", ["0.60", "0.60"], observes=[observation("a fact", "a")]))
    store = MemoryStore()
    await store.open()
    with os.fdopen(screen) as stdin:
        asker = Asker(Console(file=shown, force_terminal=True, width=200, no_color=True), stdin, ANA)
        async with World(store, team, clock, asking=HubRules(**rules)).service(asker) as service:
            run = await start(service, parameters=Parameters(incident_id="INC-1", budget=Decimal(1)))
            await service.ended("T1", run)
            yield service, asker, keys, shown, run, clock
    os.close(keys)


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        (b"y\n", InvestigationState.COMPLETED),
        (b"YES\n", InvestigationState.COMPLETED),
        (b"\n", InvestigationState.STOPPED),
        (b"what?\n", InvestigationState.STOPPED),
    ],
)
async def test_only_a_clear_yes_approves(typed: bytes, state: InvestigationState) -> None:
    async with asked() as (service, asker, keys, shown, run, _):
        assert asker.at_a_terminal
        asking = asyncio.create_task(asker.ask(service, await service.view("T1", run)))
        os.write(keys, typed)
        assert await asyncio.wait_for(asking, 10)
        assert (await service.ended("T1", run)).state == state
    assert "Extend by $1? [y/N]" in shown.getvalue()


async def test_a_closed_terminal_leaves_the_question_open() -> None:
    async with asked() as (service, asker, keys, _, run, _clock):
        os.write(keys, b"\x04")
        assert not await asyncio.wait_for(asker.ask(service, await service.view("T1", run)), 10)
        assert (await service.view("T1", run)).open_gates


async def test_who_is_too_late_is_asked_no_more() -> None:
    async with asked(gate_wait_s=60.0) as (service, asker, _, _shown, run, clock):
        asking = asyncio.create_task(asker.ask(service, await service.view("T1", run)))
        await clock.advance(61)
        assert await asyncio.wait_for(asking, 10)
        assert (await service.ended("T1", run)).state == InvestigationState.STOPPED
