"""Several questions at once, as one: where one of them fails, the others are not asked any further."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def answers_to(questions: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """All answers, in the order of the questions. Raises what the first that failed raised; nothing is left running."""
    tasks = [asyncio.ensure_future(each) for each in questions]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
