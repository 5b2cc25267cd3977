"""Functions that a worker process runs in the tests: at the top level of a module, as the port asks."""

import gc
import os
import subprocess
import sys
import time
from typing import Any

from orchestrator.errors import ParameterExtractionError, SourceUnavailableError


def add(one: int, other: int) -> int:
    return one + other


def process_id() -> int:
    return os.getpid()


def modules(*names: str) -> list[bool]:
    return [name in sys.modules for name in names]


class Circle:
    """Something that refers to itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


def leave_a_circle() -> bool:
    Circle()
    return gc.isenabled()


def circles_left() -> int:
    return sum(isinstance(each, Circle) for each in gc.get_objects())


def refuse() -> None:
    raise SourceUnavailableError("The folder is empty.", remedy="Fill it.", details={"folder": "cases"})


def refuse_a_value() -> None:
    raise ParameterExtractionError("budget", "ten", "must be a number", "budget=10")


def fail() -> None:
    raise ValueError("password=hunter2")


def die() -> None:
    os._exit(3)


def leave() -> None:
    sys.exit(0)


def hang() -> None:
    while True:
        time.sleep(60)


def tell_and_hang(pipe: str) -> None:
    """Write the number of this process into a named pipe, then never end."""
    with open(pipe, "w") as teller:  # noqa: PTH123 - a pipe is no path to keep
        teller.write(str(os.getpid()))
    hang()


def chatter() -> str:
    print("a library says hello", flush=True)
    print("and complains", file=sys.stderr, flush=True)
    os.write(1, b"right into the file descriptor")
    subprocess.run([sys.executable, "-c", "print('and so does its child')"], check=True)
    return "answer"


def read_input() -> str:
    return sys.stdin.read() + os.read(0, 10).decode()


def length(data: bytes) -> int:
    return len(data)


def echo(data: bytes) -> bytes:
    return data


def unpicklable() -> Any:
    return lambda: None


class Treacherous:
    """Fails when it is put together again."""

    def __reduce__(self) -> Any:
        return (_explode, ())


def _explode() -> None:
    raise RuntimeError("hunter2")


def treacherous() -> Treacherous:
    return Treacherous()


def politeness() -> int:
    return os.nice(0)
