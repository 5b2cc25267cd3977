"""Recorded telemetry as a source: case folders, or archives that hold one, behind the same ports as a live store.

The law: what is read here was written by others. A line that cannot be read is counted and said; an archive that does
not behave is refused; nothing is ever unpacked to disk, and `truth.json` is never opened.
"""

from agents.sources.snapshot.case import RecordedCase, read_case
from agents.sources.snapshot.library import SnapshotLibrary, packaged_recordings

__all__ = ["RecordedCase", "SnapshotLibrary", "packaged_recordings", "read_case"]
