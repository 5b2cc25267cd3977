"""Small parts: the clock, plain text, the seed, background work."""

import asyncio
import logging
import random
import subprocess
import sys

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import (
    ChannelSeed,
    ManualClock,
    MessageSeed,
    SandboxServer,
    SystemClock,
    Workspace,
    message_as_text,
    small_team,
)
from bot.sandbox.__main__ import main
from bot.sandbox.delivery.background import Background
from bot.sandbox.delivery.reply import within
from tests.sandbox.kit import actions, button, mrkdwn, plain, section, select
from tests.sandbox.test_files import upload
from tests.sandbox.test_people import post_card


async def test_sleepers_wake_in_order_and_see_their_time() -> None:
    clock = ManualClock(100.0)
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.now()))

    tasks = [
        asyncio.ensure_future(sleeper(name, seconds)) for name, seconds in (("b", 2), ("a", 1), ("c", 9), ("z", 0))
    ]
    await asyncio.sleep(0)
    await clock.advance(5)
    assert woken == [("z", 100.0), ("a", 101.0), ("b", 102.0)]
    assert clock.sleepers == 1
    tasks[2].cancel()
    await clock.advance(10)
    assert clock.now() == 115.0
    assert woken[-1][0] == "b"


async def test_the_system_clock_goes_on() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.001)

    assert clock.monotonic() > before
    assert clock.now() > 1_700_000_000


async def test_work_that_takes_too_long_is_cancelled() -> None:
    clock = ManualClock()
    ended = False

    async def long() -> None:
        nonlocal ended
        try:
            await asyncio.Event().wait()
        finally:
            ended = True

    waiting = asyncio.ensure_future(within(clock, 3, long()))
    while not clock.sleepers:
        await asyncio.sleep(0)
    await clock.advance(3)
    with pytest.raises(TimeoutError):
        await waiting
    assert ended


async def test_background_work_that_fails_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("secret words")

    background = Background()
    with caplog.at_level(logging.ERROR):
        background.start(fail())
        await background.settle()
    await background.aclose()

    assert "ValueError" in caplog.text
    assert "secret words" not in caplog.text


def test_timestamps_never_repeat_while_the_clock_stands_still() -> None:
    workspace = Workspace(small_team(), clock=ManualClock(), rng=random.Random(1))

    assert [workspace.mint.ts() for _ in range(3)] == ["1700000000.000000", "1700000000.000001", "1700000000.000002"]


def test_the_same_randomness_makes_the_same_workspace() -> None:
    first, second = (Workspace(small_team(), clock=ManualClock(), rng=random.Random(3)) for _ in range(2))

    assert first.app == second.app
    assert first.channel("sre").id == second.channel("sre").id


def test_a_seeds_messages_stand_there_from_the_start() -> None:
    lines = (MessageSeed(user="ana", text="checkout is *down*", minutes_ago=4),)
    seed = small_team(channels=(ChannelSeed(name="ops", messages=lines, members=("ana",)),))
    workspace = Workspace(seed, clock=ManualClock())

    message = next(iter(workspace.messages))
    assert (message.text, message.ts) == ("checkout is *down*", "1699999760.000000")
    assert workspace.channel("ops").members == (workspace.user("ana").id, workspace.app.user_id)


async def test_a_message_reads_well_in_a_terminal(server: SandboxServer, slack: AsyncWebClient, incident: str) -> None:
    space = server.workspace
    ana, sre, group = space.user("ana").id, space.channel("sre").id, space.directory.groups[0].id
    file_id = await upload(slack)
    words = (
        f"<@{ana}> <@U0|old> <#{sre}> <#C0|gone> <!subteam^{group}> <!subteam^S0|team> <!here> "
        "<!date^1^{date}|then> <https://x.test|link> <https://y.test> a &lt; b\x1b[31m"
    )
    card = post_card(
        server,
        incident,
        {"type": "header", "text": plain("Title")},
        section(words, fields=[mrkdwn("one"), mrkdwn("two")], accessory=button("b", "Open")),
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("left"), plain("right")]},
        actions(button("a", "Accept"), select("s")),
        {"type": "image", "slack_file": {"id": file_id}, "alt_text": "a chart"},
        {"type": "markdown", "text": "**bold**"},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "rich"}]}],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}, {"type": "raw_number", "value": 7}]]},
    )

    assert message_as_text(space, card).split("\n") == [
        "Title",
        "@ana old #sre #gone @sre-oncall team @here then link (https://x.test) https://y.test a < b[31m",
        "one",
        "two",
        "[Open]",
        "─" * 24,
        "left · right",
        "[Accept] [static_select]",
        "[image: a chart]",
        "**bold**",
        "rich",
        "x  7",
    ]


async def test_a_shared_file_is_named_in_plain_text(
    server: SandboxServer, slack: AsyncWebClient, incident: str
) -> None:
    await upload(slack, channel=incident, initial_comment="see")
    message = next(iter(server.workspace.messages))

    assert message_as_text(server.workspace, message) == "see\n[file: Decisive signal]"


def test_the_module_can_be_started_by_itself() -> None:
    with subprocess.Popen([sys.executable, "-m", "bot.sandbox", "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()

    assert line.startswith("ready: http://127.0.0.1:")


def test_the_sandbox_knows_nothing_of_compass_nor_of_the_sdk() -> None:
    script = "import sys, bot.sandbox; print([n for n in sys.modules if n.split('.')[0] in %r])"
    names = ("slack_sdk", "slack_bolt", "orchestrator", "agents", "storage")
    answer = subprocess.run([sys.executable, "-c", script % (names,)], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize(("words", "code", "said"), [(["--help"], 0, "port"), (["x"], 2, "must be a number")])
def test_the_program_explains_itself_and_refuses_what_is_no_port(
    words: list[str], code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sandbox", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert said in "".join(capsys.readouterr())
