"""Where heavy work runs: never on the event loop, and in a process that can be killed."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Compute(Protocol):
    """Runs a function elsewhere."""

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        """The result of `function(*arguments)`: a function at a module's top level, with arguments that can be pickled.

        Cancelling the call kills the work. An OrchestratorError the function raised is raised here; a worker that died,
        or any other exception, raises AgentExecutionError.
        """
        ...
