"""Old shapes of the file, as SQL text with a whole run in it. A shape that was released is never made anew.

After a new migration, write down the shape that came before it: python -m tests.storage.shapes 0002_reading
"""

import sqlite3
import sys
import tempfile
from pathlib import Path

from storage.connection import Access, connect
from storage.migrations import ALL, APPLICATION_ID, BOOK
from tests.storage.rows import looking_into

FOLDER = Path(__file__).with_name("shapes")
ONE_MOMENT = "2026-03-14 12:00:00.000000+00:00"


def shapes() -> list[Path]:
    return sorted(FOLDER.glob("*.sql"))


def restore(shape: Path, path: Path) -> None:
    """Make the database that the shape describes."""
    connection = sqlite3.connect(path)
    connection.executescript(shape.read_text(encoding="utf-8"))
    connection.close()


def schema(path: Path) -> list[str]:
    """Every statement that made something in the file, and the file's mark."""
    with looking_into(path) as db:
        made = db.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        return [*(row["sql"] for row in made), str(db.execute("PRAGMA application_id").fetchone()[0])]


def describe(last: str, path: Path) -> str:
    """The file that the shape before `last` becomes with that migration, as SQL text.

    An old shape cannot be written by the program of today, which knows tables that it has not.
    """
    names = [each.name for each in ALL]
    restore(FOLDER / f"{names[names.index(last) - 1]}.sql", path)
    connect(Access(path), ALL[: names.index(last) + 1]).close()
    with looking_into(path) as db:
        db.execute(f"UPDATE {BOOK} SET applied_at = '{ONE_MOMENT}'")
        return "\n".join([f"PRAGMA application_id = {APPLICATION_ID};", *db.iterdump(), ""])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        text = describe(sys.argv[1], Path(folder) / "compass.db")
    (FOLDER / f"{sys.argv[1]}.sql").write_text(text, encoding="utf-8")
