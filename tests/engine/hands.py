"""What the tests of the command name as `module:function`."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal

from orchestrator.engine import Assignment

not_callable = 5


class Greeter:
    """An agent."""

    def run(self, assignment: Assignment) -> dict[str, object]:
        return {"said": f"{assignment.prompt} {assignment.params.get('whom', 'you')}", "where": assignment.task_id}


def greeter() -> Greeter:
    """A function that makes one."""
    return Greeter()


async def greet(assignment: Assignment) -> str:
    """A function that is one."""
    return f"{assignment.prompt} {len(assignment.inputs)}"


class Cabinet:
    """Something in something."""

    @staticmethod
    def make() -> Callable[[Assignment], Awaitable[str]]:
        return greet


def process(assignment: Assignment) -> int:
    return os.getpid()


def odd(assignment: Assignment) -> object:
    """What JSON cannot hold."""
    return {"money": Decimal("0.1"), 5: {1}, "endless": float("inf"), "name": os.name, "thing": Cabinet.make}


def fail(assignment: Assignment) -> None:
    raise ValueError("password=hunter2")


async def hang(assignment: Assignment) -> None:
    await asyncio.sleep(600)


async def interrupt(assignment: Assignment) -> str:
    """As Ctrl-C does."""
    os.kill(os.getpid(), getattr(signal, assignment.params.get("signal", "SIGINT")))
    await asyncio.sleep(600)
    return "never"


async def stay(assignment: Assignment) -> None:
    """Never ends, whoever cancels it."""
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
