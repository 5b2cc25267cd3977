"""Where an attempt is worked on: on the event loop, in a thread, in a process of its own.

The law: who awaits `perform` gets the agent's answer or its exception, and cancelling it ends the work: a coroutine is
cancelled, a process killed, a thread asked (see `Assignment.unwanted`) and waited for, since nobody can kill a thread.
Threads are daemons: one that hangs for ever must not keep the program from ending. A second cancellation while a thread is
waited for leaves it to itself, and that is logged.
"""

import asyncio
import contextvars
import inspect
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from orchestrator.engine.processes import ProcessPool
from orchestrator.engine.tasks import Answer, Assignment, Place, TaskSpec, take

Work = Callable[[Assignment], Any]
IN_PROCESS = Place.PROCESS


class Places:
    """The places of one execution. At most `most` processes, none before one is needed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._processes: ProcessPool | None = None

    def perform(self, spec: TaskSpec, assignment: Assignment) -> Awaitable[Any]:
        """The agent's answer, to be awaited. Raises what the agent's factory raises."""
        if spec.place is IN_PROCESS:
            if self._processes is None:
                self._processes = ProcessPool(self._most)
            return self._processes.run(work_there, spec.agent_factory, _plain(assignment))
        work = _work_of(spec.agent_factory())
        return work(assignment) if _is_coroutine_function(work) else _elsewhere(work, assignment, assignment)

    async def aclose(self) -> None:
        """Kill the processes that are left."""
        if self._processes is not None:
            await self._processes.aclose()


def work_there(factory: Callable[[], Any], assignment: Assignment) -> Any:
    """In the other process: make the agent, and let it work."""
    answer = _work_of(factory())(assignment)
    artifacts = take(asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer, assignment)
    return Answer(artifacts, assignment.told_cost)


async def call(work: Callable[[Any], Any], argument: Any, assignment: Assignment) -> Any:
    """The result of `work(argument)`: of a coroutine function here, of any other function in a thread."""
    return await (work(argument) if _is_coroutine_function(work) else _elsewhere(work, argument, assignment))


async def _elsewhere(work: Callable[[Any], Any], argument: Any, assignment: Assignment) -> Any:
    answer = await in_thread(work, argument, assignment)
    return await answer if inspect.isawaitable(answer) else answer


async def in_thread(work: Callable[[Any], Any], argument: Any, assignment: Assignment) -> Any:
    """The result of blocking work. Cancelled, it asks the work to stop and waits until it has."""
    stop, loop = assignment.make_stoppable(), asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def tell(settle: Callable[[Any], None], value: Any) -> None:
        if not done.done():
            settle(value)

    def run() -> None:
        try:
            settled = (done.set_result, context.run(work, argument))
        except BaseException as failure:  # noqa: BLE001 - whatever it is, it is raised where it is awaited
            settled = (done.set_exception, RuntimeError("StopIteration") if _unraisable(failure) else failure)
        try:
            loop.call_soon_threadsafe(tell, *settled)
        except RuntimeError:
            return  # the loop is closed: nobody is left to be told

    threading.Thread(target=run, name=f"task {assignment.task_id}", daemon=True).start()
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        stop.set()
        await _come_back(done, assignment.task_id)
        raise


async def _come_back(done: "asyncio.Future[Any]", task_id: str) -> None:
    try:
        await asyncio.wait([done])
    except asyncio.CancelledError:
        logging.getLogger("compass.engine").warning("the thread of task %s does not stop; it was left alone", task_id)
    else:
        done.exception()


def _unraisable(failure: BaseException) -> bool:
    """A future refuses it."""
    return isinstance(failure, StopIteration)


def _work_of(agent: Any) -> Work:
    work: Work = getattr(agent, "run", agent)
    if not callable(work):
        raise TypeError("an agent is callable, or has a method run")
    return work


def _is_coroutine_function(work: Callable[[Any], Any]) -> bool:
    """As `inspect` says, which takes longer for the usual case than all else that is done here."""
    code = getattr(work, "__code__", None)
    return bool(getattr(code, "co_flags", 0) & inspect.CO_COROUTINE) or inspect.iscoroutinefunction(work)


def _plain(assignment: Assignment) -> Assignment:
    """A copy that can be pickled, if what it holds can."""
    return Assignment(
        assignment.task_id,
        assignment.agent,
        assignment.prompt,
        dict(assignment.params),
        dict(assignment.inputs),
        assignment.attempt,
    )


async def _awaited(answer: Any) -> Any:
    return await answer
