"""Agents for a process of their own: found by name from there."""

import asyncio
import os
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestrator.engine import Answer, Assignment


class Adds:
    """Blocking, and tells what it costs."""

    def run(self, assignment: Assignment) -> Answer:
        assignment.spend(Decimal("0.25"))
        return Answer((sum(assignment.params["numbers"]), os.getpid()), cost=Decimal("0.5"))


class Spends:
    """Tells what it costs, and returns what is no Answer."""

    def run(self, assignment: Assignment) -> dict[str, Any]:
        assignment.spend(Decimal("0.25"))
        return {"inputs": dict(assignment.inputs)}


class Awaits:
    """A coroutine there."""

    async def run(self, assignment: Assignment) -> str:
        await asyncio.sleep(0)
        return assignment.prompt


class Silent:
    """Returns nothing, and spends a little."""

    def run(self, assignment: Assignment) -> None:
        assignment.spend(Decimal(1))


class Dies:
    """Takes its process with it."""

    def run(self, assignment: Assignment) -> None:
        os._exit(3)


class Fails:
    """Says a secret."""

    def run(self, assignment: Assignment) -> None:
        raise ValueError("password=hunter2")


class Hangs:
    """Says in which process it has begun, and never ends. Also a process that it has started holds its output open."""

    def run(self, assignment: Assignment) -> None:
        child = os.fork()
        if not child:
            time.sleep(600)
        with Path(assignment.params["pipe"]).open("w") as pipe:
            pipe.write(f"{os.getpid()} {child}")
        threading.Event().wait()
