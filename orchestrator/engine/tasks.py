"""A task: who does it, with what, where; and what whoever does it is handed.

The law: a task is a value and knows nothing of other tasks. What it builds on is the graph's, and what became of it is its
result. An agent is made anew for every attempt, so that a failed one leaves nothing behind.
"""

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from orchestrator.model import ZERO


class Place(StrEnum):
    """Where a task is worked on. AUTO: on the event loop if the agent's `run` is a coroutine function, else in a thread.

    PROCESS is for heavy work and for what hangs: a process can be killed at the timeout, a thread cannot.
    """

    AUTO = "auto"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One task.

    `agent_factory` makes what does it: an object with `run(assignment)`, or the function itself, `async` or not; for
    `Place.PROCESS` a class or function at a module's top level. `params` are handed over as they are. `agent` is the name
    under which its tasks take turns and share a breaker; without one it is the factory's name. `cost` in dollars is the
    most that an attempt may cost, `estimate_s` how long it is expected to take, `timeout_s` a limit of its own.
    """

    agent_factory: Callable[[], Any]
    prompt: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    agent: str = ""
    cost: Decimal = ZERO
    estimate_s: float = 0.0
    timeout_s: float | None = None
    place: Place = Place.AUTO

    def __post_init__(self) -> None:
        if not callable(self.agent_factory):
            raise TypeError("agent_factory makes the agent: a class or a function without arguments")
        if type(self.place) is not Place:
            object.__setattr__(self, "place", _place(self.place))
        if not is_amount(self.cost):
            raise ValueError(f"cost is a Decimal of dollars, 0 or more (task {self.id!r})")
        if not (math.isfinite(self.estimate_s) and self.estimate_s >= 0):
            raise ValueError(f"estimate_s is a number of seconds, 0 or more (task {self.id!r})")
        if self.timeout_s is not None and not (math.isfinite(self.timeout_s) and self.timeout_s > 0):
            raise ValueError(f"timeout_s is a number of seconds above 0 (task {self.id!r})")


def _place(word: str) -> Place:
    try:
        return Place(word)
    except ValueError:
        raise ValueError(f"place is one of: {', '.join(Place)}") from None


def is_amount(value: object) -> bool:
    """Whether this is an amount of money: a Decimal, since floats cannot hold cents, and none below 0."""
    return isinstance(value, Decimal) and value.is_finite() and value >= 0


def agent_name(spec: TaskSpec) -> str:
    """Under which name the task's agent takes turns."""
    return spec.agent or getattr(spec.agent_factory, "__qualname__", "") or type(spec.agent_factory).__name__


@dataclass(slots=True)
class Assignment:
    """What an agent is handed for one attempt.

    `inputs` are the artifacts of the tasks it builds on, by their ids; of one that did not succeed there is nothing.
    """

    task_id: str
    agent: str
    prompt: str
    params: Mapping[str, Any]
    inputs: Mapping[str, tuple[Any, ...]]
    attempt: int
    told_cost: Decimal | None = field(default=None, repr=False)
    _stop: threading.Event | None = field(default=None, repr=False)

    def spend(self, amount: Decimal) -> None:
        """So much was spent, in dollars. What is never told is taken to be the most the task may cost."""
        if not is_amount(amount):
            raise ValueError("what was spent is a Decimal of dollars, 0 or more")
        self.told_cost = (self.told_cost or ZERO) + amount

    @property
    def unwanted(self) -> bool:
        """Nobody waits for this any more. Blocking work looks here now and then; all else is cancelled."""
        return self._stop is not None and self._stop.is_set()

    def make_stoppable(self) -> threading.Event:
        """For who runs blocking work: the flag behind `unwanted`."""
        self._stop = threading.Event()
        return self._stop


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent may return where a bare value does not do: several artifacts, or what they cost."""

    artifacts: tuple[Any, ...] = ()
    cost: Decimal | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.artifacts, tuple):
            raise TypeError("the artifacts of an Answer are a tuple")
        if self.cost is not None and not is_amount(self.cost):
            raise ValueError("the cost of an Answer is a Decimal of dollars, 0 or more")


def take(value: Any, assignment: Assignment) -> tuple[Any, ...]:
    """The artifacts in what an agent returned: those of an Answer, whose cost counts; any other value but None is the one."""
    if isinstance(value, Answer):
        if value.cost is not None:
            assignment.spend(value.cost)
        return value.artifacts
    return () if value is None else (value,)
