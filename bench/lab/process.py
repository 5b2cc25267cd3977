"""Starting the lab's processes and giving them their share of the machine.

Every process says `ready PORT` on its output when it can be used. Services run at a raised priority where the system
permits it, so that somebody else's work on the same machine does not look like an incident in the shop.
"""

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parents[2]
SERVICE_NICENESS = -10
DATABASE_NICENESS = -4


class LabError(Exception):
    """Something the lab needs is missing or did not start; the message names the remedy."""


@dataclass
class Running:
    """A started process and the port it serves (0 where it serves none)."""

    process: asyncio.subprocess.Process
    port: int

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    async def stop(self, patience_s: float = 3.0) -> None:
        """End the process: politely first."""
        if not self.alive:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), patience_s)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


async def start_module(module: str, arguments: Sequence[str], errors: Path) -> Running:
    """Start `python -m module` and wait until it is ready; raises LabError with the file that tells why it is not."""
    with errors.open("ab") as sink:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE, stderr=sink
        )
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().split()
    if line[:1] != ["ready"]:
        raise LabError(f"{module} {' '.join(arguments)} did not start; {errors} says why")
    favour(process.pid, SERVICE_NICENESS)
    return Running(process, int(line[1]))


def favour(pid: int, niceness: int) -> None:
    """Raise a process's priority where that is permitted; where not, recordings are only noisier."""
    with contextlib.suppress(psutil.AccessDenied, psutil.NoSuchProcess):
        psutil.Process(pid).nice(niceness)
