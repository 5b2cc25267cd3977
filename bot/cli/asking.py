"""A question to whoever sits at the terminal. It waits for a line without holding up anything else.

The law: only a clear yes approves. Whoever presses Ctrl-C, or lets the time pass, is asked no more; a closed standard input
leaves the question open, for `compass answer`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot.terminal import answer_line, gate_lines, how_to_answer
from orchestrator.events import GateSettled, InvestigationView, Recorded
from orchestrator.investigation import Investigations
from orchestrator.model import Gate, Person

YES = ("y", "yes")

ReadLine = Callable[[], Awaitable[str]]


class Asker:
    """Asks at `console` and reads from `stdin`. Implements Listener, to hear of answers that came from elsewhere."""

    def __init__(self, console: Console, stdin: TextIO, by: Person) -> None:
        self._console, self._stdin, self._by = console, stdin, by
        self._settled = asyncio.Event()

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:  # noqa: ARG002 - the port's
        """A question may have been answered, or run out of time."""
        if isinstance(recorded.event, GateSettled):
            self._settled.set()

    @property
    def at_a_terminal(self) -> bool:
        """Whether somebody may be there to answer."""
        return self._stdin.isatty() and self._console.is_terminal

    def tell(self, view: InvestigationView) -> None:
        """What waits, and how to answer it."""
        for gate in view.open_gates:
            for line in (*gate_lines(gate), how_to_answer(gate)):
                self._console.print(Text(line))

    async def ask(self, service: Investigations, view: InvestigationView) -> bool:
        """Ask everything that is open in that run. False where nobody answers any more."""
        for gate in view.open_gates:
            self._settled.clear()
            now = await service.view(view.investigation.workspace, view.investigation.investigation_id)
            if gate in now.open_gates and not await self._ask(service, view, gate):
                return False
        return True

    async def _ask(self, service: Investigations, view: InvestigationView, gate: Gate) -> bool:
        for line in gate_lines(gate):
            self._console.print(Text(line))
        self._console.print(Text(f"{gate.approve}? [y/N] "), end="")
        typed = await self._line_or_settled()
        if typed == "":
            self._console.print()
            return False
        if typed is not None:
            key = (view.investigation.workspace, view.investigation.investigation_id, gate.gate_id)
            approved = typed.strip().casefold() in YES
            answered = await service.answer_gate(*key, approved=approved, by=self._by)
            self._console.print(Text(answer_line(answered.gate)))
        return True

    async def _line_or_settled(self) -> str | None:
        """The line, "" where there will be none, None where the question was settled meanwhile."""
        reading, settled = asyncio.ensure_future(read_line(self._stdin)), asyncio.ensure_future(self._settled.wait())
        try:
            await asyncio.wait({reading, settled}, return_when=asyncio.FIRST_COMPLETED)
            return reading.result() if reading.done() else None
        finally:
            for each in (reading, settled):
                each.cancel()
            await asyncio.gather(reading, settled, return_exceptions=True)


async def read_line(stdin: TextIO) -> str:
    """The next line; "" at the end of the input. Can be cancelled, which a thread that reads cannot."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(stdin.fileno(), ready.set)
    try:
        await ready.wait()
        return stdin.readline()
    finally:
        loop.remove_reader(stdin.fileno())
