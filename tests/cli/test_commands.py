"""The command line as a whole: help, versions, serve, sandbox, migrate, signals."""

import asyncio
import logging
import os
import signal
import sys

import pytest

from bot.cli.program import bootstrap_of
from bot.cli.start import run, telling, until_signalled
from bot.settings import Mode, load_settings
from bot.telemetry import TracingUnavailableError
from orchestrator.model import InvestigationState
from tests.cli.program import FakeBootstrap, Script, command_names, compass

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "SLACK_SIGNING_SECRET": "s"}


@pytest.mark.parametrize("name", command_names())
def test_every_command_explains_itself(name: str) -> None:
    result = compass(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: compass {name}")


def test_the_exit_statuses_are_documented() -> None:
    assert "3 failed" in compass("investigate", "--help").stdout


def test_the_version_is_told() -> None:
    assert compass("--version").stdout.startswith("compass, version 0.")


def test_an_unknown_command_is_refused() -> None:
    assert compass("investigat").exit_code == 2


def test_migrating_says_what_was_done() -> None:
    result = compass("migrate", "--database", "x.db")
    assert result.stdout == "applied m001_first\nx.db is up to date\n"


def test_serving_without_tokens_is_refused_with_the_remedy() -> None:
    script = Script()
    result = compass("serve", script=script)
    assert result.exit_code == 1
    assert "SLACK_BOT_TOKEN is not set." in result.stderr
    assert "Without Slack: compass sandbox" in result.stderr
    assert script.served == []


def test_serving_says_ready_and_takes_its_mode_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)
    script = Script()
    result = compass("serve", "--mode", "http", "--port", "0", script=script)
    assert result.exit_code == 0, result.output
    assert result.stdout == "ready\n"
    assert (script.served[0].mode, script.served[0].port) == (Mode.HTTP, 0)


def test_the_sandbox_shows_the_thread_and_ends_as_the_run_did() -> None:
    script = Script()
    script.played_state = InvestigationState.STOPPED
    result = compass("sandbox", "--once", "--port", "0", "--channel", "#inc-9", script=script)
    assert result.exit_code == 4
    assert script.played == [{"port": 0, "once": True, "run": True, "channel": "inc-9", "words": "INC-123 budget=10"}]
    assert "INC-123 checkout 5xx" in result.stdout
    assert "ready" in result.stdout


def test_a_sandbox_that_was_left_open_ends_well() -> None:
    script = Script()
    assert compass("sandbox", "--no-run", script=script).exit_code == 0
    assert script.played[0]["run"] is False


def test_ctrl_c_is_no_error_message() -> None:
    result = compass("migrate", script=InterruptedScript())
    assert result.exit_code == 130
    assert "Traceback" not in result.output


class InterruptedScript(Script):
    """Somebody presses Ctrl-C while the database is brought up to date."""

    def steps(self) -> tuple[str, ...]:
        raise KeyboardInterrupt


async def test_a_signal_ends_what_works_until_then() -> None:
    async def work() -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        return "never"

    assert await until_signalled(work()) is None


async def test_without_a_signal_the_result_comes_back() -> None:
    async def work() -> str:
        return "done"

    assert await until_signalled(work()) == "done"


async def test_a_cancellation_from_elsewhere_stays_one() -> None:
    waiting = asyncio.create_task(until_signalled(asyncio.Event().wait()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_spans_without_the_extra_are_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    async def work() -> None:
        async with telling(load_settings()):
            raise AssertionError

    with pytest.raises(TracingUnavailableError):
        run(work())


def test_spans_and_lines_last_as_long_as_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended:
        closed = 0

        async def aclose(self) -> None:
            self.closed += 1

    asked: list[tuple[str, str]] = []
    ended = Ended()

    def start(endpoint: str, headers: str) -> Ended:
        asked.append((endpoint, headers))
        return ended

    monkeypatch.setattr("bot.cli.start.start_tracing", start)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "key=value")

    async def work() -> int:
        async with telling(load_settings(), quiet=True):
            assert logging.getLogger().level == logging.WARNING
            return ended.closed

    assert run(work()) == 0
    assert ended.closed == 1
    assert asked == [("http://127.0.0.1:4318/", "key=value")]


def test_a_level_set_by_hand_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_LOG_LEVEL", "debug")

    async def work() -> int:
        async with telling(load_settings(), quiet=True):
            return logging.getLogger().level

    assert run(work()) == logging.DEBUG


def test_the_real_bootstrap_is_imported_only_when_none_was_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = type(sys)("bot.bootstrap")
    monkeypatch.setitem(sys.modules, "bot.bootstrap", stand_in)
    assert bootstrap_of(None) is stand_in
    handed = FakeBootstrap()
    assert bootstrap_of(handed) is handed
