"""The files of one case, from a folder or a `.tar.xz`, within limits, in memory.

An archive is read as a stream and never unpacked. Its compressed form says nothing about its size, so every byte that
comes out of the decompressor is counted before anybody else sees it.
"""

import lzma
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from orchestrator.errors import SourceUnavailableError

CASE_FILE = "case.json"
WANTED = (CASE_FILE, "metrics.csv", "logs.jsonl", "traces.jsonl", "changes.json")
ARCHIVE_SUFFIX = ".tar.xz"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a case is read: bytes of one file, bytes of all that an archive unpacks to, entries of an archive."""

    file_bytes: int = 256 * 2**20
    total_bytes: int = 512 * 2**20
    entries: int = 1000


def is_archive(location: Path) -> bool:
    """Whether that path names an archive we can read."""
    return location.name.endswith(ARCHIVE_SUFFIX)


def read_files(location: Path, limits: Limits, wanted: tuple[str, ...] = WANTED) -> Mapping[str, bytes]:
    """The wanted files that the case has, by name; a missing one is left out. Raises SourceUnavailableError."""
    try:
        found = (
            _from_archive(location, limits, wanted) if is_archive(location) else _from_folder(location, limits, wanted)
        )
    except (OSError, EOFError, lzma.LZMAError, tarfile.TarError) as error:
        raise SourceUnavailableError(
            f"The recorded case {location.name} cannot be read.",
            remedy="Check that it is a case folder or an undamaged .tar.xz of one, and that it may be read.",
        ) from error
    if CASE_FILE not in found:
        raise SourceUnavailableError(
            f"{location.name} holds no {CASE_FILE}.", remedy=f"Name a folder or archive that has a {CASE_FILE} in it."
        )
    return found


def _from_folder(folder: Path, limits: Limits, wanted: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name in wanted:
        path = folder / name
        if not path.is_file():
            continue
        if path.stat().st_size > limits.file_bytes:
            raise _refused(folder.name, f"{name} is larger than {limits.file_bytes // 2**20} MiB")
        found[name] = path.read_bytes()
    return found


class _Counted:
    """The decompressor behind a counter: past the limit it refuses, before the bytes pile up in memory."""

    def __init__(self, stream: IO[bytes], name: str, limit: int) -> None:
        self._stream, self._name, self._limit, self._left = stream, name, limit, limit

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._left:
            raise _refused(self._name, f"it unpacks to more than {self._limit // 2**20} MiB")
        data = self._stream.read(size)
        self._left -= len(data)
        return data


def _from_archive(archive: Path, limits: Limits, wanted: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    counted = limits.total_bytes + tarfile.RECORDSIZE
    with lzma.open(archive) as stream, tarfile.open(fileobj=_Counted(stream, archive.name, counted), mode="r|") as tar:  # type: ignore[call-overload]
        for count, member in enumerate(tar):
            _check_member(archive.name, member, count, limits)
            name = PurePosixPath(member.name).name
            if member.isreg() and name in wanted and name not in found:
                content = tar.extractfile(member)
                found[name] = content.read() if content else b""
            if len(found) == len(wanted):
                break
    return found


def _check_member(archive: str, member: tarfile.TarInfo, count: int, limits: Limits) -> None:
    path = PurePosixPath(member.name)
    if count >= limits.entries:
        raise _refused(archive, f"it has more than {limits.entries} entries")
    if path.is_absolute() or ".." in path.parts or not (member.isreg() or member.isdir()):
        raise _refused(archive, "it has an entry that leads out of its folder, or is a link or a device")
    if member.size > limits.file_bytes:
        raise _refused(archive, f"{path.name} is larger than {limits.file_bytes // 2**20} MiB")


def _refused(name: str, why: str) -> SourceUnavailableError:
    return SourceUnavailableError(
        f"The recorded case {name} was refused: {why}.",
        remedy="Use an archive with one case in it: regular files only, within the limits, nothing else.",
    )
