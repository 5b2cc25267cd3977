"""Which cases lie in a folder: folders with a `case.json`, and archives of such."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CASE_FILE = "case.json"
ARCHIVE_SUFFIX = ".tar.xz"


@dataclass(frozen=True, slots=True)
class Case:
    """A case, by the id under which its answer is asked for."""

    case_id: str
    location: Path


def find_cases(root: Path) -> list[Case]:
    """Every case at or below `root`, by path. Whether it can be read is seen when it is examined."""
    if root.is_file():
        return [Case(_archive_id(root), root)]
    return sorted(_below(root), key=lambda case: case.location)


def _below(root: Path) -> Iterator[Case]:
    for folder, inside, files in os.walk(root):
        inside.sort()
        place = Path(folder)
        if CASE_FILE in files:
            yield Case(_id_in(place), place)
        yield from (Case(_archive_id(place / name), place / name) for name in files if name.endswith(ARCHIVE_SUFFIX))


def _id_in(folder: Path) -> str:
    """The id that the case gives itself; the folder's name where its sheet cannot be read."""
    try:
        sheet = json.loads((folder / CASE_FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return folder.name
    said = sheet.get("case_id") if isinstance(sheet, dict) else None
    return said if isinstance(said, str) and said else folder.name


def _archive_id(archive: Path) -> str:
    return archive.name.removesuffix(ARCHIVE_SUFFIX)
