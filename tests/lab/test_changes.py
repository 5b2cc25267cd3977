"""Deploys and settings are noted in the shape of the snapshot format."""

from bench.lab.changes import HARMLESS, Changes, Commit
from bench.lab.faults import FAULTS
from bench.lab.topology import CANDIDATES, HTTP_SERVICES


def test_a_deploy_brings_its_commit_from_before_and_both_share_the_hash() -> None:
    commit = Commit("cart", "a.moreau", "fix: round prices", ("cart.py",), minutes_before=1)
    changes = Changes()
    changes.deployed(commit, 120.0, "v7")
    record = changes.record()
    assert record["deploys"] == [
        {"timestamp": "1970-01-01T00:02:00.000Z", "service": "cart", "commit_sha": commit.sha, "version": "v7"}
    ]
    assert record["commits"][0]["timestamp"] == "1970-01-01T00:01:00.000Z"
    assert record["commits"][0]["sha"] == commit.sha


def test_changes_are_told_oldest_first() -> None:
    changes = Changes()
    changes.configured("cart", "page_size", "20->24", "ops", 9.0)
    changes.configured("cart", "page_size", "24->20", "ops", 3.0)
    assert [flag["change"] for flag in changes.record()["flags"]] == ["24->20", "20->24"]


def test_every_service_can_be_deployed_without_harm() -> None:
    assert set(HARMLESS) == set(HTTP_SERVICES)
    assert not any(commit.features for commit in HARMLESS.values())


def test_every_fault_has_its_own_id_and_a_true_service_among_the_candidates() -> None:
    assert len({fault.incident_id for fault in FAULTS.values()}) == len(FAULTS)
    for fault in FAULTS.values():
        assert fault.truth["root_cause_service"] in (*CANDIDATES, "none")
