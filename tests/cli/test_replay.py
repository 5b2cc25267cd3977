"""`compass calls` and `compass replay`: what models were asked in a run, and the run thought through again."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from orchestrator.events import CallReserved, CallSettled
from orchestrator.model import CallStatus, LedgerEntry, ModelCall, Prompt
from tests.cli.program import Script, compass, write_case
from tests.docs.pages import ROOT, commands
from tests.support.clock import NOON

PROMPT = Prompt("incident/hypotheses", "Say what may be the cause.\nCite ids.")


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """A script after one run."""
    made = Script()
    assert compass("investigate", "--case", str(write_case(tmp_path / "case")), script=made).exit_code == 0
    return made


def run_id(script: Script) -> str:
    (line,) = compass("history", script=script).stdout.splitlines()
    return line.split()[0]


def with_calls(script: Script) -> str:
    """The run's id, when a model was asked twice in it: once it answered, once it did not."""

    async def keep(run: str) -> None:
        store = script.store
        await store.open()
        await store.keep_prompt("local", PROMPT)
        for number, (status, response) in enumerate([(200, '{"choices": ["pool\\u001b[2J"]}'), (0, "")], start=1):
            call_id = f"network-{number}"
            entry = LedgerEntry(call_id=call_id, agent_id="network", amount=Decimal("0.002"), model="openai:m")
            paid = {"amount": Decimal("0.00012345"), "tokens_in": 700, "tokens_out": 90, "status": CallStatus.SETTLED}
            await store.append("local", run, CallReserved(entry=entry), NOON)
            if status:
                await store.append("local", run, CallSettled(entry=entry.model_copy(update=paid)), NOON)
            call = ModelCall(
                call_id=call_id,
                agent_id="network",
                purpose="hypotheses",
                prompt=PROMPT.name,
                prompt_digest=PROMPT.digest,
                model="openai:gpt-4o-mini",
                digest="d" * 16,
                request='{"messages": [{"role": "user"}]}',
                status=status,
                response=response,
                at=NOON + timedelta(seconds=number),
                duration_s=1.25,
            )
            await store.keep_call("local", run, call)

    run = run_id(script)
    asyncio.run(keep(run))
    return run


def test_every_call_is_a_line_with_its_prompt_its_price_and_how_it_ended(script: Script) -> None:
    head, answered, lost = compass("calls", with_calls(script), script=script).stdout.splitlines()
    assert head.split() == ["no", "agent", "purpose", "prompt", "model", "tokens", "price", "status", "seconds"]
    known = f"network  hypotheses  incident/hypotheses@{PROMPT.digest[:8]}  openai:gpt-4o-mini"
    assert answered.startswith(f"1   {known}  700 in, 90 out  $0.000123")
    assert answered.endswith("200        1.25")
    assert lost.startswith(f"2   {known}")
    assert lost.endswith("$0.002000 at most  no answer  1.25")


def test_a_body_is_shown_as_it_was_kept_and_moves_no_terminal(script: Script) -> None:
    told = compass("calls", with_calls(script), "--body", "1", script=script).stdout
    assert told.startswith("Request, 32 bytes:\n{\n")
    assert "Response: 200, " in told
    assert "pool\\u001b[2J" in told
    assert "\x1b" not in told


def test_the_text_of_a_prompt_is_found_by_the_beginning_of_its_hash(script: Script) -> None:
    run = with_calls(script)
    told = compass("calls", run, "--prompt", PROMPT.digest[:6], script=script).stdout
    assert told == f"incident/hypotheses@{PROMPT.digest}\n\nSay what may be the cause.\nCite ids.\n"
    refused = compass("calls", run, "--prompt", "zz", script=script)
    assert refused.exit_code == 2
    assert f"incident/hypotheses@{PROMPT.digest[:8]}" in refused.stderr


def test_a_call_that_is_not_there_is_refused(script: Script) -> None:
    refused = compass("calls", with_calls(script), "--body", "3", script=script)
    assert refused.exit_code == 2
    assert "there are 2 calls" in refused.stderr


def test_calls_are_json_for_machines(script: Script) -> None:
    run = with_calls(script)
    told = json.loads(compass("calls", run, "--json", script=script).stdout)
    assert [each["call_id"] for each in told] == ["network-1", "network-2"]


def test_a_run_that_asked_no_model_says_so(script: Script) -> None:
    told = compass("calls", run_id(script), script=script)
    assert (told.exit_code, told.stdout) == (0, "No language model was asked in that investigation.\n")


def test_a_run_without_a_model_is_thought_through_again_by_plain_analysis(script: Script) -> None:
    told = compass("replay", run_id(script), script=script)
    assert told.exit_code == 0
    assert "No model was asked in this run: plain analysis was thought through again." in told.stdout
    assert "  Application    the same 1 hypothesis\n" in told.stdout
    assert told.stdout.endswith("The same.\n")


def test_what_differs_is_said_and_ends_with_another_status(script: Script) -> None:
    run = run_id(script)
    script.service = "payments"
    told = compass("replay", run, script=script)
    assert told.exit_code == 1
    assert "  Application    differs from its 1 hypothesis\n" in told.stdout
    assert "orders: error: was there, and is not any more (orders is broken)" in told.stdout
    assert "payments: error: is new (payments is broken)" in told.stdout
    assert told.stdout.endswith("Different.\n")
    machine = compass("replay", run, "--json", script=script)
    assert machine.exit_code == 1
    first = json.loads(machine.stdout)["agents"][0]
    assert (first["same"], first["differences"][0]["what"]) == (False, "gone")


def test_what_cannot_be_replayed_is_no_difference(script: Script) -> None:
    refused = compass("replay", "inv-0", script=script)
    assert refused.exit_code == 2
    assert refused.stderr == "No investigation inv-0 in this workspace.\nList them with `compass history`.\n"


def test_a_run_whose_calls_were_not_kept_cannot_be_replayed(script: Script) -> None:
    run = run_id(script)
    entry = LedgerEntry(call_id="network-1", agent_id="network", amount=Decimal("0.002"), model="openai:m")

    async def pay() -> None:
        await script.store.open()
        await script.store.append("local", run, CallReserved(entry=entry), NOON)

    asyncio.run(pay())
    refused = compass("replay", run, script=script)
    assert refused.exit_code == 2
    assert "its calls were not kept" in refused.stderr


def test_the_commands_of_the_operators_page_show_what_it_says(script: Script) -> None:
    run = with_calls(script)
    typed = [each for each in commands(ROOT / "docs" / "operating.md") if " inv-1a2b3c4d5e" in each]
    assert len(typed) == 4
    for command in typed:
        words = command.replace("inv-1a2b3c4d5e", run).replace("3f2a", PROMPT.digest[:4]).split()[1:]
        shown = compass(*words, script=script)
        assert (shown.exit_code, bool(shown.stdout)) == (0, True), command
