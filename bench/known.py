"""Cases whose answer is known: where each lies, of which data set it is, and its truth. Only the bench reads a truth."""

import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agents.sources.snapshot import packaged_recordings

NOTHING_WRONG = "none"
LAB = "lab"


@dataclass(frozen=True, slots=True)
class Known:
    """One case; `truth` as it is written in its truth.json."""

    case_id: str
    location: Path
    dataset: str
    truth: Mapping[str, Any]
    candidates: tuple[str, ...] = ()

    @property
    def culprit(self) -> str:
        """The true service."""
        return str(self.truth["root_cause_service"])

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is wrong in it."""
        return self.culprit == NOTHING_WRONG


def known_cases(root: Path) -> list[Known]:
    """Every case folder at or below `root` that has a truth, by path."""
    return [_known(sheet.parent) for sheet in sorted(root.rglob("case.json")) if (sheet.parent / "truth.json").exists()]


@contextmanager
def chosen(cases: Path | None, lab: bool, sets: Sequence[str] = (), every: int = 1) -> Iterator[list[Known]]:
    """The cases of a folder and those of our lab, which are unpacked meanwhile; of `sets` only, and one in `every`."""
    with TemporaryDirectory(prefix="compass-bench-") as folder:
        found = known_cases(cases) if cases else []
        if lab:
            unpack(packaged_recordings(), Path(folder) / LAB)
            found += known_cases(Path(folder) / LAB)
        wanted = [case for case in found if not sets or case.dataset in sets]
        yield [
            case for name in data_sets(wanted) for case in [each for each in wanted if each.dataset == name][::every]
        ]


def data_sets(cases: Sequence[Known]) -> list[str]:
    """The names of their data sets, in order."""
    return sorted({case.dataset for case in cases})


def unpack(recordings: Path, target: Path) -> None:
    """Every archive, with its truth, as a folder named like it."""
    target.mkdir(parents=True)
    for archive in sorted(recordings.glob("*.tar.xz")):
        unpack_one(archive, target)


def unpack_one(archive: Path, target: Path) -> None:
    """The files of one archive. Python before 3.11.4 cannot filter; what is unpacked here is our own."""
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(target, filter="data")
        else:
            tar.extractall(target)


def _known(folder: Path) -> Known:
    sheet = json.loads((folder / "case.json").read_text())
    truth = json.loads((folder / "truth.json").read_text())
    return Known(
        str(sheet["case_id"]),
        folder,
        str(sheet.get("dataset", "cases")),
        truth,
        tuple(sheet.get("candidate_services") or ()),
    )
