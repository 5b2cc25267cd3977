"""How the file came to its shape: one module a step, appended and never edited, each applied once in one transaction.

The law: a step that was released stays as it is, because files made by it are out there; what should be different is a
new step. A step is plain SQL of its own day and calls nothing of the program, which moves on. The file carries Compass's
mark (https://sqlite.org/pragma.html#pragma_application_id), so that nobody's other database is migrated by mistake.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from storage.migrations import (
    m0001_first,
    m0002_reading,
    m0003_likeness,
    m0004_changes,
    m0005_tasks,
    m0006_hub,
    m0007_money,
)
from storage.migrations.m0001_first import APPLICATION_ID

__all__ = ["ALL", "APPLICATION_ID", "BOOK", "Migration", "applied", "apply"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. `name` is what the file remembers it by."""

    name: str
    change: Callable[[Database], None]


ALL: tuple[Migration, ...] = (
    Migration("0001_first", m0001_first.change),
    Migration("0002_reading", m0002_reading.change),
    Migration("0003_likeness", m0003_likeness.change),
    Migration("0004_changes", m0004_changes.change),
    Migration("0005_tasks", m0005_tasks.change),
    Migration("0006_hub", m0006_hub.change),
    Migration("0007_money", m0007_money.change),
)

BOOK = Migrations.migrations_table
"""The table in which sqlite-utils notes what was applied."""


def applied(db: Database) -> tuple[str, ...]:
    """The names of the steps the file has been through, in their order."""
    return tuple(each.name for each in _assemble(()).applied(db))


def apply(db: Database, steps: Sequence[Migration] = ALL) -> tuple[str, ...]:
    """Take the steps that are missing; returns their names. One that fails leaves nothing of itself, and is raised."""
    before = applied(db)
    _assemble(steps).apply(db)
    return tuple(each.name for each in steps if each.name not in before)


def _assemble(steps: Sequence[Migration]) -> Migrations:
    assembled = Migrations("compass")
    for each in steps:
        assembled(name=each.name)(each.change)
    return assembled
