"""From what a task names as `module:function` to what makes its agent. Imports other people's code, on the caller's behalf.

The law: an import that fails is told with the module and the exception's type, and never with its text.
"""

import importlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from orchestrator.engine.graph import TaskGraph
from orchestrator.engine.taskfile import Entry, TaskFileError
from orchestrator.engine.tasks import TaskSpec


@dataclass(frozen=True, slots=True)
class Itself:
    """Makes an agent of a function that is one. Can be sent to another process, as a lambda cannot."""

    work: Callable[[Any], Any]

    def __call__(self) -> Callable[[Any], Any]:
        """The function."""
        return self.work


def graph_of(entries: Sequence[Entry]) -> TaskGraph:
    """The graph that is written down. Raises TaskFileError for what cannot be found, GraphError for what cannot be run."""
    specs = [
        TaskSpec(
            agent_factory=find(entry.agent, entry.where),
            prompt=entry.prompt,
            params=entry.params,
            id=entry.id or f"task-{number}",
            agent=entry.agent,
            cost=entry.cost,
            estimate_s=entry.estimate_s,
            timeout_s=entry.timeout_s,
            place=entry.place,
        )
        for number, entry in enumerate(entries, start=1)
    ]
    return TaskGraph(specs, {spec.id: entry.after for spec, entry in zip(specs, entries, strict=True)})


def find(reference: str, where: str) -> Callable[[], Any]:
    """What makes the agent: what is named, or, where that is a function that takes an assignment, a maker of that."""
    module, _, path = reference.partition(":")
    found: Any = _imported(module, where)
    for name in path.split("."):
        if not hasattr(found, name):
            near = get_close_matches(name, [each for each in dir(found) if not each.startswith("_")], n=1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise TaskFileError(f"{where}: the module {module!r} has no {path!r}.{meant}")
        found = getattr(found, name)
    if not callable(found):
        raise TaskFileError(f"{where}: {reference!r} is neither a class nor a function.")
    return Itself(found) if _takes_an_assignment(found) else found


def _imported(module: str, where: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{module}.".startswith(f"{missing.name}."):
            raise TaskFileError(f"{where}: the module {module!r} needs {missing.name!r}, which is not there.") from None
        message = f"{where}: there is no module {module!r} in the current folder or among what is installed."
        raise TaskFileError(message) from None
    except (Exception, SystemExit) as failure:  # noqa: BLE001 - other people's code; only the type is told
        message = f"{where}: the module {module!r} cannot be imported ({type(failure).__name__})."
        raise TaskFileError(message) from None


def _takes_an_assignment(found: Callable[..., Any]) -> bool:
    """A class makes agents whatever it takes; so does a function that can be called with nothing."""
    if inspect.isclass(found):
        return False
    try:
        inspect.signature(found).bind()
    except TypeError:
        return True
    except ValueError:
        return False
    return False
