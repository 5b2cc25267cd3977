"""Investigates known cases with the program people run, and with what its source hands over changed on purpose.

The law: nothing of the program is replaced but what comes out of two calls that it makes in another process anyway: what
is read of a case (`Reader`), and what an agent has seen in it (`Telling`).
"""

import asyncio
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from agents.sources.snapshot import RecordedCase, read_case
from agents.sources.snapshot.files import Limits
from bench.known import Known
from bot.bootstrap import Compass
from bot.bootstrap.program import PRELOAD
from bot.evaluation import Answer, Examined, answer_of, examine, failure_of
from bot.settings import Settings, load_settings
from orchestrator.clock import SystemClock
from orchestrator.engine import ProcessPool
from orchestrator.model import Observation
from orchestrator.ports import Compute
from storage import MemoryStore

T = TypeVar("T")
Reader = Callable[[Path, Limits], RecordedCase]
Telling = Callable[[Observation], Observation]
ReaderOf = Callable[[Known], Reader]


@dataclass(frozen=True, slots=True)
class Run:
    """How one case went: its answer as `compass evaluate` writes it, and all that was seen (None: not kept, or it broke)."""

    case: Known
    answer: Answer
    examined: Examined | None

    @property
    def observations(self) -> Sequence[Observation]:
        """All that all agents saw."""
        return tuple(self.examined.view.observations) if self.examined else ()

    @property
    def broke(self) -> bool:
        """Whether it ended without an answer."""
        return "error" in self.answer

    def lean(self) -> "Run":
        """The same without what was seen, which is most of it."""
        return replace(self, examined=None)


class Altered:
    """Implements Compute: the same work in the same processes, on a case that is read otherwise, or told otherwise."""

    def __init__(self, compute: Compute, reader: Reader = read_case, telling: Telling | None = None) -> None:
        self._compute, self._reader, self._telling = compute, reader, telling

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        """The result of the function, or of the one that stands in for it."""
        if cast(object, function) is read_case:
            return cast(T, await self._compute.run(self._reader, *arguments))
        result = await self._compute.run(function, *arguments)
        return self._retold(result) if self._telling else result

    def _retold(self, result: Any) -> Any:
        if isinstance(result, tuple) and all(isinstance(each, Observation) for each in result):
            assert self._telling is not None
            return tuple(self._telling(each) for each in result)
        return result


def plainly(_case: Known) -> Reader:
    """Every case as it is."""
    return read_case


async def investigate_all(
    cases: Iterable[Known], *, reader_of: ReaderOf = plainly, telling: Telling | None = None, jobs: int = 2
) -> list[Run]:
    """A run for each case, in their order; at most `jobs` at once, in as many processes."""
    pool = ProcessPool(jobs, preload=PRELOAD)
    settings, places = load_settings().model_copy(update={"cases": ()}), asyncio.Semaphore(jobs)
    await pool.open()

    async def one(case: Known) -> Run:
        async with places:
            return await _investigate(case, settings, Altered(pool, reader_of(case), telling))

    try:
        return list(await asyncio.gather(*(one(case) for case in cases)))
    finally:
        await pool.aclose()


async def _investigate(case: Known, settings: Settings, compute: Compute) -> Run:
    clock = SystemClock()
    program = Compass(settings, cases=[case.location], own_recordings=False, store=MemoryStore(), compute=compute)
    began = clock.monotonic()
    try:
        examined = await examine(program)
    except Exception as failure:  # noqa: BLE001 - a case that breaks is a figure too
        return Run(case, failure_of(case.case_id, type(failure).__name__, clock.monotonic() - began), None)
    return Run(case, answer_of(case.case_id, examined, clock.monotonic() - began), examined)


def say(words: str) -> None:
    """Progress, beside what is printed."""
    print(words, file=sys.stderr, flush=True)
