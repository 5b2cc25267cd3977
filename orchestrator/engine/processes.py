"""Processes for work that must neither block the event loop nor hang for ever. Implements the Compute port.

Why not `concurrent.futures`: its processes cannot be killed one by one, and a call that never ends would hold its worker
and the shutdown of the program. Here a cancelled call kills its process, and the next call gets a fresh one.
"""

import asyncio
import os
import pickle
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from orchestrator.engine.worker import LENGTH
from orchestrator.errors import AgentExecutionError, OrchestratorError

T = TypeVar("T")


class ProcessPool:
    """At most `workers` processes, started when first needed, or all at once by `open()`."""

    def __init__(self, workers: int = 2, *, preload: Sequence[str] = ()) -> None:
        self._preload = tuple(preload)
        self._places = asyncio.Semaphore(workers)
        self._workers = workers
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._closed = False

    async def open(self) -> None:
        """Start every process now, so that the first call does not wait for one to import its modules."""
        self._closed = False
        while len(self._idle) < self._workers:
            self._idle.append(await self._start())

    async def aclose(self) -> None:
        """Kill them all; calls that were under way, or waited, or come later end in AgentExecutionError."""
        self._closed = True
        for process in (*self._idle, *self._busy):
            await _end(process)
        self._idle.clear()
        self._busy.clear()

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        """The result of `function(*arguments)` from another process; see the port."""
        call = await _elsewhere(pickle.dumps, (function, arguments), 5)
        async with self._places:
            process = await self._at_hand()
            self._busy.add(process)
            try:
                body = await _exchange(process, call)
            except (OSError, asyncio.IncompleteReadError) as gone:
                await _end(process)
                raise AgentExecutionError("The analysis process ended before it answered.") from gone
            except BaseException:
                await _end(process)
                raise
            else:
                self._idle.append(process)
            finally:
                self._busy.discard(process)
        return _opened(await _elsewhere(pickle.loads, body))  # type: ignore[no-any-return]

    async def _at_hand(self) -> Process:
        """An idle process or a new one; none after `aclose`, also where that came while the new one started."""
        process = None if self._closed else self._rested() or await self._start()
        if process is not None and not self._closed:
            return process
        if process is not None:
            await _end(process)
        raise AgentExecutionError("The analysis processes are closed.")

    def _rested(self) -> Process | None:
        """An idle process that is still alive."""
        while self._idle:
            if (process := self._idle.pop()).returncode is None:
                return process
        return None

    async def _start(self) -> Process:
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "orchestrator.engine.worker"),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                start_new_session=True,  # Ctrl-C is for the program, which ends its processes itself
            )
        except OSError as failure:
            raise AgentExecutionError("The analysis process could not be started.") from failure
        _write(process, pickle.dumps((sys.path, self._preload)))
        return process


async def _elsewhere(function: Callable[..., T], *arguments: object) -> T:
    """Pickling takes time, hence a thread; and it runs code of what is pickled, hence a border."""
    try:
        return await asyncio.to_thread(function, *arguments)
    except Exception as failure:
        raise AgentExecutionError(f"The analysis cannot be handed over ({type(failure).__name__}).") from failure


def _write(process: Process, body: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(LENGTH.pack(len(body)))
    process.stdin.write(body)


async def _exchange(process: Process, call: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    _write(process, call)
    await process.stdin.drain()
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    return await process.stdout.readexactly(length)


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # it leads a group: what it started goes too, and holds no pipe open
    if process.stdin is not None:
        process.stdin.close()
    if process.stdout is not None:
        # Where half an answer has filled the buffer reading is paused, and a paused pipe never tells that it has ended:
        # `wait` would not return. Whoever still waits for the answer reads it themselves.
        with suppress(RuntimeError):
            await process.stdout.read()
    await process.wait()


def _opened(answer: tuple[str, Any]) -> Any:
    sort, content = answer
    if sort == "done":
        return content
    if sort == "error":
        kind, state = content
        error: OrchestratorError = kind.__new__(kind, state.get("message", ""))
        error.__dict__.update(state)
        raise error
    raise AgentExecutionError(f"The analysis failed ({content}).")
