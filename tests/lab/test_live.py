"""The same incident through live servers and through its folder names the same cause first."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from agents.sources.snapshot import packaged_recordings
from bench.known import unpack_one
from bench.live import First, Twice, asked, both_ways, kept_beside, table
from orchestrator.model import Severity
from tests.support.builders import incident
from tests.support.clock import NOON
from tests.support.qryn import HOME

RECORDING = packaged_recordings() / "INC-125.tar.xz"
needs_servers = [
    pytest.mark.skipif(not shutil.which("promtool"), reason="Debian package prometheus is not installed"),
    pytest.mark.skipif(
        not (HOME / "node_modules" / "qryn").exists(), reason="qryn is not installed: make counterparts"
    ),
    pytest.mark.skipif(not RECORDING.exists(), reason="no recordings come with this checkout"),
    pytest.mark.timeout(240),
]


class TestThroughRealServers:
    """Slow, and worth it: everything between a recording and its report but the folder is real."""

    pytestmark = needs_servers

    async def test_an_incident_that_is_filled_into_servers_names_the_same_cause(self, tmp_path: Path) -> None:
        unpack_one(RECORDING, tmp_path)
        twice = await both_ways(tmp_path / "INC-125")
        assert twice.same, f"{twice.folder.told} from its folder, {twice.live.told} live"
        assert twice.live.queries > 0


def test_nothing_of_the_recording_is_told_but_what_somebody_would_type() -> None:
    over = NOON + timedelta(minutes=15)
    known = incident(
        "INC-123", title="checkout 5xx", severity=Severity.SEV2, end_time=over, affected_services=("gateway",)
    )
    said = asked(known)
    assert (said.incident_id, said.start_time, said.end_time) == ("LIVE-123", known.start_time, over)
    assert (said.title, said.affected_services, said.severity) == ("checkout 5xx", ("gateway",), Severity.SEV2)


def test_both_ways_stand_side_by_side_and_a_difference_is_shouted() -> None:
    folder, live = First("orders", "error", 0.92, 0.5), First("orders", "latency", 0.85, 2.74, 40, 1_230_000)
    assert table(
        [Twice("INC-1", folder, live), Twice("INC-2", First("", "", 0.1, 1.0), First("", "", 0.0, 1.0))]
    ).endswith(
        "| INC-1 | orders, error (0.92) | orders, latency (0.85) | NO | 0.5 | 2.7 | 40 | 1.2 |\n"
        "| INC-2 | nobody | nobody | yes | 1.0 | 1.0 | 0 | 0.0 |"
    )


def test_what_was_scraped_is_found_beside_its_case(tmp_path: Path) -> None:
    (tmp_path / "INC-1").mkdir()
    assert kept_beside(tmp_path / "INC-1") is None
    (tmp_path / "INC-1-prometheus" / "data").mkdir(parents=True)
    assert kept_beside(tmp_path / "INC-1") == tmp_path / "INC-1-prometheus"
