"""The whole program in the look-alike of Slack, over a made-up shop whose telemetry holds what it is told to hold, with a
model that answers over the wire what the test says, and everything that anybody could read afterwards."""

import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog
from pydantic import SecretStr

from bot.bootstrap.look_alike import inside, seed
from bot.bootstrap.program import Compass
from bot.bootstrap.serving import connected, gate_rules, slack_config
from bot.sandbox import SandboxServer
from bot.sandbox.api.rates import RateLimits
from bot.settings import load_settings
from bot.telemetry import EventLog, configure_logging
from bot.terminal import make_console, print_report
from tests.agents.cases import CaseBuilder
from tests.agents.shop import Fault, Shop
from tests.cli.program import Inline
from tests.e2e.conftest import Office
from tests.llm.servers import LocalProvider, OpenAI, serving
from tests.llm.servers.provider import KEY, from_the_prompt
from tests.llm.servers.wires import Asked

CHANNEL = "inc-7-shop"
MODEL = "openai:gpt-4o-mini"


@dataclass
class Stage:
    """A workspace with Compass at work over the case, and what the model was sent."""

    office: Office
    provider: LocalProvider
    log: io.StringIO

    async def investigate(self, words: str = "INC-7 budget=1") -> None:
        await self.office.investigate(words, channel=CHANNEL)

    @property
    def posted(self) -> list[str]:
        """Every call to Slack, as it came in."""
        return [json.dumps(each.args, ensure_ascii=False, default=str) for each in self.office.server.calls]

    async def printed(self) -> str:
        """Every run of the workspace, as the terminal shows it."""
        stream = io.StringIO()
        service = self.office.program.service
        for each in await service.history(self.office.workspace):
            view = await service.view(self.office.workspace, each.investigation_id)
            console = make_console(stream=stream)
            print_report(console, view, service.report(view), service.title_of, everything=True)
        return stream.getvalue()

    @property
    def stored(self) -> bytes:
        """The bytes of the database, with what is not yet in its main file."""
        database = self.office.database
        return b"".join(each.read_bytes() for each in sorted(database.parent.glob(f"{database.name}*")))


def shop(*, lines: Sequence[str] = ()) -> CaseBuilder:
    """Orders fails since noon, was deployed just before, and says these lines."""
    fault = Fault(failing={"orders": 0.4}, own_ms={"orders": 150.0}, deploy="orders")
    case = Shop(fault).case
    for number, line in enumerate(lines):
        for second in range(2, 600, 60):
            case.log("orders", second + number / 100, line, level="ERROR")
    return case


Answerer = Callable[[Asked], tuple[str, Any]]


@asynccontextmanager
async def staged(
    tmp_path: Path, case: CaseBuilder, answerer: Answerer = from_the_prompt, **more: Any
) -> AsyncIterator[Stage]:
    """Everything up, over that case alone."""
    case.write(tmp_path / "cases" / case.case_id)
    log = io.StringIO()
    async with AsyncExitStack() as stack:
        stack.enter_context(logged(log))
        provider = await stack.enter_async_context(serving(LocalProvider(OpenAI(), answerer=answerer)))
        server = await stack.enter_async_context(SandboxServer(seed(CHANNEL), rates=RateLimits(enabled=False)))
        settings = load_settings(database=tmp_path / "compass.db").model_copy(
            update={
                "model": MODEL,
                "model_prices": {MODEL: (1, 2)},
                "openai_api_key": SecretStr(KEY),
                "openai_base_url": f"{provider.url}/v1",
                **more,
            }
        )
        program = Compass(
            inside(settings, server, settings.database),
            cases=[tmp_path / "cases"],
            own_recordings=False,
            asking=gate_rules(settings),
            compute=Inline(),
        )
        quick = replace(slack_config(program.settings), edit_interval_s=0.05, posts_per_second=100.0, post_burst=100)
        surface = await stack.enter_async_context(connected(program, quick))
        program.service.listen(EventLog())
        await server.wait_connected()
        yield Stage(Office(server, program, surface, settings.database), provider, log)


@contextmanager
def logged(stream: io.StringIO) -> Iterator[None]:
    """All log lines go to the stream, and afterwards to where they went before."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging(level="debug", machine=True, stream=stream)
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)


@dataclass
class Said:
    """What a model says, whatever it is asked, after it has looked up what it may: implements Answerer."""

    statement: str
    service: str = "orders"
    ids: Sequence[str] | None = None
    looks_up: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> tuple[str, Any]:
        self.asked.append(asked)
        offered = [name for name, _ in asked.tools]
        for number, (name, arguments) in enumerate(self.looks_up):
            if name in offered:
                del self.looks_up[number]
                return name, arguments
        tool, answer = from_the_prompt(asked)
        for each in answer.get("explanations", []):
            supports = each["supports"] if self.ids is None else list(self.ids)
            each |= {"statement": self.statement, "service": self.service, "supports": supports}
        return tool, answer | ({"reason": self.statement} if "reason" in answer else {})
