"""`compass serve` as a process: killed in the middle of a run, asked over signed HTTP, and sent something forged."""

from pathlib import Path

import aiohttp
import pytest

from bench.serving import serve
from bot.bootstrap.look_alike import seed
from bot.bootstrap.serving import gate_rules
from bot.sandbox import Message, SandboxServer
from bot.settings import load_settings
from orchestrator.model import Approvers
from tests.e2e.conftest import CHANNEL, rows

LAST = "*Cost*"


def said(message: Message, what: str) -> bool:
    return what in str(message.blocks) + message.text


def ours(server: SandboxServer) -> list[Message]:
    return [m for m in server.workspace.messages if m.user_id == server.workspace.app.user_id and not m.ephemeral_for]


async def test_a_run_that_was_killed_goes_on_in_the_same_thread_and_says_nothing_twice(tmp_path: Path) -> None:
    async with SandboxServer(seed(CHANNEL)) as server:
        async with serve(server, tmp_path) as first:
            await server.wait_connected()
            await server.run_command("ana", CHANNEL, "/investigate", "INC-123 budget=10")
            await server.wait_for(lambda message: said(message, "INC-123"), timeout=30)
            await first.kill()
        async with serve(server, tmp_path):
            await server.wait_for(lambda message: said(message, LAST), timeout=30)

        parents = [message for message in ours(server) if not message.thread_ts]
        assert len(parents) == 1
        for once in ("*Application*", "*Database*", "*Network*", "*Likely:", LAST):
            assert sum(said(message, once) for message in ours(server) if message.thread_ts) == 1, once
    with rows(tmp_path / "compass.db") as db:
        assert [row["state"] for row in db.execute("select state from investigations")] == ["completed"]


async def test_over_signed_http_the_same_program_answers_and_a_forged_request_is_refused(tmp_path: Path) -> None:
    async with SandboxServer(seed(CHANNEL)) as server, serve(server, tmp_path, "--mode", "http", "--port", "0") as bot:
        await server.deliver_over_http(bot.address)
        outcome = await server.run_command("ana", CHANNEL, "/investigate", "INC-123 budget=10")
        assert outcome.acknowledged
        await server.wait_for(lambda message: said(message, LAST), timeout=30)

        async with aiohttp.ClientSession() as somebody:
            for headers in (
                {},
                {"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": "1"},
                {"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": "now"},
            ):
                async with somebody.post(
                    bot.address, data="command=/investigate&text=INC-123", headers=headers
                ) as answer:
                    assert answer.status == 401


async def test_changes_are_told_beside_slacks_events_and_need_their_own_token(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COMPASS_CHANGES_TOKEN=a-token-of-the-tests\n")
    async with SandboxServer(seed(CHANNEL)) as server, serve(server, tmp_path, "--mode", "http", "--port", "0") as bot:
        address = bot.address.replace("/slack/events", "/changes")
        told = {"id": "v412", "service": "orders"}
        async with aiohttp.ClientSession() as somebody:
            async with somebody.post(address, json=told) as refused:
                assert refused.status == 401
            login = {"Authorization": "Bearer a-token-of-the-tests"}
            async with somebody.post(address, json=told, headers=login) as taken:
                assert (taken.status, (await taken.json())["new"]) == (200, 1)
    with rows(tmp_path / "compass.db") as db:
        assert [row["change_id"] for row in db.execute("select change_id from changes")] == ["v412"]


def test_who_may_answer_is_read_from_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    anybody = gate_rules(load_settings())
    assert (anybody.approvers, anybody.gate_wait_s) == (Approvers(), 1800.0)
    monkeypatch.setenv("COMPASS_GATE_APPROVERS", "U024BE7LH, S0614TZR7, @sre-oncall")
    monkeypatch.setenv("COMPASS_GATE_REQUESTER", "false")
    monkeypatch.setenv("COMPASS_GATE_WAIT", "600")
    named = gate_rules(load_settings())
    groups = ("S0614TZR7", "sre-oncall")
    assert named.approvers == Approvers(people=("U024BE7LH",), groups=groups, requester=False)
    assert named.gate_wait_s == 600.0
