"""The other side of `processes`: reads calls from standard input, runs them, writes what came of them.

The law: one call, one answer, in order; at the end of input it ends, also in the middle of a call: a parent that was
killed cannot do that, and nobody waits for the answer. It is started as a module of its own, so nothing of the parent's main
program is run again, and it steps back for others: the event loop has to answer people meanwhile.
A frame is a 4-byte big-endian length and so many bytes of pickle. Both ends are the same program on the same machine;
nothing that comes from outside is ever unpickled.

Garbage that refers to itself is collected after an answer and not during a call: telemetry is hundreds of thousands of
strings that refer to nothing, and walking over them again and again took a sixth of the time of an investigation.
"""

import gc
import importlib
import os
import pickle
import select
import signal
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from orchestrator.errors import OrchestratorError

LENGTH = struct.Struct(">I")
POLITE = 5


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame, or None at the end of input."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def answer(call: bytes) -> bytes:
    """Run one pickled (function, arguments); the answer is pickled ("done", value), ("error", ours) or ("failed", type)."""
    try:
        function, arguments = pickle.loads(call)  # noqa: S301 - written by our own parent process
        return pickle.dumps(("done", function(*arguments)), protocol=5)
    except OrchestratorError as error:
        return pickle.dumps(("error", (type(error), error.__dict__)), protocol=5)
    except Exception as failure:  # noqa: BLE001 - a border between processes: only the type's name may cross it
        return pickle.dumps(("failed", type(failure).__name__), protocol=5)


def main() -> None:
    """Take the standard streams away from whatever a library reads or prints, step back, and serve."""
    with os.fdopen(os.dup(0), "rb") as calls, os.fdopen(os.dup(1), "wb") as answers:
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        os.dup2(2, 1)
        os.close(nowhere)
        with suppress(OSError):
            os.nice(POLITE)
        threading.Thread(target=_end_with_the_parent, args=(calls.fileno(),), daemon=True).start()
        serve(calls, answers, ready=_collect_between_calls)


def _end_with_the_parent(calls: int) -> None:
    """When the other end of that file descriptor is closed. Asked for nothing else, `poll` returns only then."""
    closed = select.poll()
    closed.register(calls, 0)
    closed.poll()
    os.killpg(0, signal.SIGKILL)


def _collect_between_calls() -> None:
    """And never walk over what was imported: it stays."""
    gc.disable()
    gc.freeze()


def serve(calls: BinaryIO, answers: BinaryIO, ready: Callable[[], None] = lambda: None) -> None:
    """Serve calls until the input ends. The first frame is (sys.path, modules to import before the first call).

    `ready` is called when they are imported.
    """
    greeting = read_frame(calls)
    if greeting is None:
        return
    path, modules = pickle.loads(greeting)  # noqa: S301 - written by our own parent process
    sys.path[:] = path
    for name in modules:
        importlib.import_module(name)
    ready()
    while (call := read_frame(calls)) is not None:
        body = answer(call)
        answers.write(LENGTH.pack(len(body)) + body)
        answers.flush()
        del call, body
        gc.collect()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        main()
