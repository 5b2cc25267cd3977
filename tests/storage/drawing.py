"""Draws from the allowances of a file until they are at their end, in a process of its own; prints how often that went well."""

import asyncio
import sys
from decimal import Decimal
from pathlib import Path

from storage import SqliteAllowances
from tests.storage.contract_allowances import draw, within


async def draw_until_refused(path: Path, amount: str, limit: str) -> int:
    store, count = SqliteAllowances(path, busy_timeout_s=60), 0
    await store.open()
    try:
        while isinstance(number := await store.put_aside(draw(amount), within(limit)), int):
            await store.amend("T1", number, Decimal(amount) / 2 if count % 2 else Decimal(amount))
            count += 1
    finally:
        await store.aclose()
    return count


if __name__ == "__main__":
    print(asyncio.run(draw_until_refused(Path(sys.argv[1]), *sys.argv[2:])))
