"""The house stands as it was drawn: contracts between rooms, one reader of the environment, one clock, no trace of where."""

import ast
import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "orchestrator", "agents", "storage")
CLOCKS = {
    "orchestrator/clock.py",
    "bot/sandbox/clock.py",  # the look-alike stands for a server outside, which has its own time
}
SETTINGS = {"bot/settings/load.py"}

TIME = {
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.sleep",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.date.today",
}
ENVIRONMENT = {"os.environ", "os.getenv", "os.environb", "os.putenv", "dotenv_values", "load_dotenv"}
REGISTRY = re.compile(r"(extra-)?index-url|find-links|files\.pythonhosted\.org|pypi\.org/simple|registry\.npmjs\.org")


def modules(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True, text=True)
    return [path for each in listed.stdout.split("\0") if each and (path := ROOT / each).is_file()]


@cache
def mentions(path: Path) -> frozenset[str]:
    """Every dotted name the module reads, and every name it takes from another module; each module is read once."""
    return frozenset(_names_in(ast.parse(path.read_text(encoding="utf-8"))))


def _names_in(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute | ast.Name):
            yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def sleeps(path: Path) -> bool:
    """Whether it waits for real: asyncio.sleep of anything but 0, which only lets others run."""
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return any(ast.unparse(each.func) == "asyncio.sleep" and ast.unparse(each.args[0]) != "0" for each in calls)


def test_every_contract_between_the_rooms_is_kept() -> None:
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"  # it would reconfigure our logging here
    told = subprocess.run(
        [sys.executable, "-c", lint, "--no-logo"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "0 broken" in told.stdout


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in modules(*PACKAGES, "bench") if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert [name(path) for path in silent] == []


def test_only_the_settings_read_the_environment() -> None:
    readers = {name(path) for path in modules(*PACKAGES) if ENVIRONMENT & mentions(path)}
    assert readers == SETTINGS


def test_only_the_clock_knows_the_time_and_waits() -> None:
    readers = {name(path) for path in modules(*PACKAGES) if TIME & mentions(path) or sleeps(path)}
    assert readers == CLOCKS


def test_nothing_happens_when_a_module_is_imported() -> None:
    busy = {name(path): calls for path in modules(*PACKAGES) if (calls := list(_calls_at_import(path)))}
    assert busy == {}


def _calls_at_import(path: Path) -> Iterator[str]:
    """Bare calls at the top level: what is neither assigned nor guarded is done for its effect."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield ast.unparse(node.value)


def test_no_tracked_file_tells_where_it_was_written() -> None:
    here = re.compile(rf"(?<![\w/.-]){re.escape(str(ROOT))}(?![\w.-])")
    mine = Path(__file__)
    telling = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore")
        if here.search(text) or (path != mine and REGISTRY.search(text)):
            telling.append(name(path))
    assert telling == []


def test_our_agents_are_the_only_ones_of_that_name() -> None:
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin == str(ROOT / package / "__init__.py")
    providers = importlib.metadata.packages_distributions()
    for package in PACKAGES:
        assert set(providers.get(package, [])) <= {"compass-oncall"}


def test_every_package_says_that_it_is_typed() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").exists()] == []


PLACES = {"asyncio.Semaphore", "asyncio.BoundedSemaphore", "asyncio.TaskGroup"}
LIMITS = {"asyncio.wait_for", "asyncio.timeout", "asyncio.timeout_at"}
THEIR_RETRIES = re.compile(
    r"\b(tenacity|stamina|backoff|retrying|aiohttp_retry|pybreaker|purgatory|AsyncRetryHandler)\b"
)


def users_of(names: set[str]) -> set[str]:
    return {name(path) for path in modules(*PACKAGES) if names & mentions(path)}


def classes(pattern: str) -> dict[str, str]:
    """Where each class of such a name is defined. A dict would hide a second one: that is a failure too."""
    found: dict[str, str] = {}
    for path in modules(*PACKAGES):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and re.search(pattern, node.name):
                assert node.name not in found, f"{node.name} is defined in {found[node.name]} and in {name(path)}"
                found[node.name] = name(path)
    return found


def test_only_the_engine_schedules() -> None:
    """What bounds how much is asked of a telemetry server, or how many processes work, decides nobody's turn."""
    assert users_of(PLACES) == {
        "orchestrator/engine/processes.py",
        "agents/sources/wire/throttle.py",
        "agents/sources/prometheus/source.py",
    }


def test_there_is_one_time_limit_and_it_runs_on_the_clock_that_is_handed_in() -> None:
    """`orchestrator.clock.within`. The look-alike stands for a server outside, and helps tests to wait for real seconds."""
    assert users_of(LIMITS) == {"bot/sandbox/people/acting.py"}
    definitions = {
        name(path)
        for path in modules(*PACKAGES)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "within"
    }
    assert definitions == {"orchestrator/clock.py", "bot/sandbox/delivery/reply.py"}


def test_there_is_one_retry_and_one_breaker() -> None:
    assert classes("Breaker|Backoff|Retry") == {
        "RetryPolicy": "orchestrator/retry.py",
        "BreakerPolicy": "orchestrator/retry.py",
        "Breaker": "orchestrator/retry.py",
        "Retry": "bot/sandbox/delivery/reply.py",  # what Slack says of a delivery that it repeats
    }
    asks = {name(path) for path in modules(*PACKAGES) if any(each.endswith(".decide") for each in mentions(path))}
    assert asks >= {"agents/sources/wire/attempts.py", "bot/slack/outbox.py", "bot/slack/thread.py"}
    assert any(each.startswith("orchestrator/engine/") for each in asks)
    others = {name(path) for path in modules(*PACKAGES) if THEIR_RETRIES.search(_code(path))}
    assert others == set()


def _code(path: Path) -> str:
    """Without words that only mean such a thing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return " ".join(ast.unparse(node) for node in imported)


WAITS = {
    "orchestrator/clock.py": "the home of waiting",
    "orchestrator/investigation/record.py": "the heartbeat",
    "orchestrator/investigation/waiting.py": "until the time of a question to humans is over",
    "orchestrator/investigation/standstill.py": "as long as whoever asks, on the clock that it was handed",
    "agents/sources/wire/attempts.py": "between attempts, as RetryPolicy decides or the server asks",
    "agents/llm/wire/transport.py": "between attempts, as RetryPolicy decides or the provider asks",
    "bot/slack/outbox.py": "between attempts, as RetryPolicy decides or Slack asks",
    "bot/slack/thread.py": "between edits, and between attempts, as RetryPolicy decides",
    "bot/slack/app.py": "at the start, until Slack answers or the time for that is over; nothing is sent twice",
    "bot/slack/handlers/starting.py": "until the card stands: it looks at what is stored, and asks nobody",
    "bot/slack/intake/socket.py": "between two looks at the sockets",
    "bot/sandbox/clock.py": "the look-alike's own home of waiting",
    "bot/sandbox/api/door.py": "the look-alike is as slow as it is told to be",
    "bot/sandbox/delivery/office.py": "the look-alike repeats events when Slack does",
    "bot/sandbox/delivery/reply.py": "the look-alike waits as long for an acknowledgement as Slack does",
}
"""Whoever waits, and why. What waits to try again asks RetryPolicy how long."""


def test_everybody_who_waits_is_known_with_the_reason() -> None:
    waiting = {name(path) for path in modules(*PACKAGES) if any(each.endswith(".sleep") for each in mentions(path))}
    assert waiting == set(WAITS)
