"""The recordings that come with Compass, and the shared cases where they are at hand."""

import json
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.sources.snapshot import SnapshotLibrary, packaged_recordings
from bench.known import unpack_one
from orchestrator.model import Incident, Observation
from tests.agents.cases import InlineCompute
from tests.agents.test_incident_team import QUIET, investigated, telemetry_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases"
RECORDINGS = sorted(packaged_recordings().glob("*.tar.xz"))
BUDGET_OF_FACTS = 3 * 40 + 60


def read(archive: Path, name: str) -> dict[str, Any]:
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if Path(member.name).name == name else None
            if content is not None:
                found: dict[str, Any] = json.load(content)
                return found
    raise AssertionError(f"{archive.name} has no {name}")


@pytest.fixture(scope="module")
def library() -> SnapshotLibrary:
    """One for all, so that each recording is read once."""
    return SnapshotLibrary(RECORDINGS, InlineCompute(), kept=len(RECORDINGS) or 1)


async def found(library: SnapshotLibrary, archive: Path) -> Incident:
    incident = await library.find(archive.name.removesuffix(".tar.xz"))
    assert incident is not None
    return incident


@pytest.mark.skipif(not RECORDINGS, reason="no recordings come with this checkout: record them with `make lab`")
async def test_the_true_service_is_first_on_all_recorded_faults_but_one_at_most(library: SnapshotLibrary) -> None:
    missed = []
    for archive in RECORDINGS:
        truth = read(archive, "truth.json")["root_cause_service"]
        observations, hypotheses = await investigated(telemetry_of(library), await found(library, archive))
        assert len(observations) <= BUDGET_OF_FACTS
        if truth == "none":
            assert all(each.initial_confidence <= QUIET for each in hypotheses), archive.name
        elif hypotheses[0].service != truth:
            missed.append(f"{archive.name}: {hypotheses[0].service}")
    assert len(missed) <= 1, missed


@pytest.mark.parametrize("archive", RECORDINGS, ids=lambda each: each.name.removesuffix(".tar.xz"))
async def test_the_stretch_before_a_fault_accuses_nobody(library: SnapshotLibrary, archive: Path) -> None:
    incident = await found(library, archive)
    healthy = incident.baseline()
    cut = healthy.start + timedelta(seconds=healthy.seconds * 2 / 3)
    calm = incident.model_copy(update={"start_time": cut, "baseline_end": cut, "end_time": healthy.end})
    _, hypotheses = await investigated(telemetry_of(library), calm)
    assert all(each.initial_confidence <= QUIET for each in hypotheses)


@pytest.mark.skipif(not (SHARED / "rcb-dev.tar.xz").exists(), reason="the shared cases are not beside this checkout")
async def test_shared_cases_are_answered_without_an_error(tmp_path: Path) -> None:
    unpack_one(SHARED / "rcb-dev.tar.xz", tmp_path)
    library = SnapshotLibrary([tmp_path], InlineCompute())
    known = await library.known()
    assert len(known) == 12
    told: list[Observation] = []
    for listed in known[:4]:
        incident = await library.find(listed.incident_id)
        assert incident is not None
        observations, hypotheses = await investigated(telemetry_of(library), incident)
        assert hypotheses[0].service in await library.candidates(incident.incident_id)
        told += observations
    assert told
