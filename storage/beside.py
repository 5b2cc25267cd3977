"""What belongs to no run, in the file of whoever works with it: changes, and what is drawn from the allowances.

The file must be there in its newest shape. Every method raises a StorageError where it does not do as it should.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from orchestrator.model import Allowance, AllowanceKind, Change, Draw, Shortage
from storage import allowances as spending
from storage import changes as told
from storage.connection import Access
from storage.database import OwnedDatabase


class SqliteBeside:
    """Opens a file beside the one process that has it."""

    def __init__(self, path: Path, *, busy_timeout_s: float = 5.0) -> None:
        self._database = OwnedDatabase(Access(path, busy_timeout_s=busy_timeout_s, beside=True))

    async def open(self) -> None:
        """Open the file, which stays as it is."""
        await self._database.open()

    async def aclose(self) -> None:
        """Do what was handed over, then let go of the file."""
        await self._database.aclose()


class ChangeRows:
    """Implements `orchestrator.ports.ChangeStore`."""

    _database: OwnedDatabase

    async def keep_changes(self, workspace: str, changes: Sequence[Change]) -> int:
        """See `ChangeStore.keep_changes`."""
        return await self._database.run(lambda db: told.keep(db, workspace, changes))

    async def changes_between(self, workspace: str, start: datetime, end: datetime) -> Sequence[Change]:
        """See `ChangeStore.changes_between`."""
        return await self._database.run(lambda db: told.between(db, workspace, start, end))


class DrawRows:
    """Implements `orchestrator.ports.AllowanceStore`."""

    _database: OwnedDatabase

    async def put_aside(self, draw: Draw, allowances: Sequence[Allowance]) -> int | Shortage:
        """See `AllowanceStore.put_aside`. Raises ValueError for an amount that cannot be kept."""
        return await self._database.run(lambda db: spending.put_aside(db, draw, allowances))

    async def amend(self, workspace: str, number: int, amount: Decimal) -> None:
        """See `AllowanceStore.amend`."""
        await self._database.run(lambda db: spending.amend(db, workspace, number, amount))

    async def drawn(
        self, workspace: str, at: datetime, *, channel: str = "", user_id: str = ""
    ) -> Mapping[AllowanceKind, Decimal]:
        """See `AllowanceStore.drawn`."""
        return await self._database.run(lambda db: spending.drawn(db, workspace, at, channel, user_id))


class SqliteChanges(ChangeRows, SqliteBeside):
    """Implements `orchestrator.ports.ChangeStore` beside whoever works with the file."""


class SqliteAllowances(DrawRows, SqliteBeside):
    """Implements `orchestrator.ports.AllowanceStore` beside whoever works with the file: both draw from the same."""
