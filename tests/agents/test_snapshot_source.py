"""The snapshot library: found by id, read once, and nothing of a broken or hostile recording gets further."""

import asyncio
import io
import json
import lzma
import random
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.sources.snapshot import SnapshotLibrary, packaged_recordings, read_case
from agents.sources.snapshot.files import Limits
from orchestrator.errors import SourceUnavailableError
from orchestrator.flights import Flights
from orchestrator.model import Severity
from orchestrator.ports import Telemetry
from tests.agents.cases import CaseBuilder, InlineCompute, iso, reference_case
from tests.agents.contract_sources import Filled, SourceContract


def library_of(*places: Path, **more: Any) -> SnapshotLibrary:
    return SnapshotLibrary(places, InlineCompute(), **more)


def filled_with(place: Path, case: CaseBuilder) -> Filled:
    library = library_of(place)
    return Filled(Telemetry(library, library, library, library, library), case)


class TestAFolder(SourceContract):
    @pytest.fixture
    def filled(self, tmp_path: Path) -> Filled:
        case = reference_case()
        return filled_with(case.write(tmp_path / "one"), case)


class TestAnArchive(SourceContract):
    @pytest.fixture
    def filled(self, tmp_path: Path) -> Filled:
        case = reference_case()
        return filled_with(case.pack(tmp_path / "INC-7.tar.xz").parent, case)


async def test_an_incident_is_found_without_regard_to_case(tmp_path: Path) -> None:
    reference_case().write(tmp_path / "deep" / "er")
    incident = await library_of(tmp_path).find("inc-7")
    assert incident is not None
    assert incident.incident_id == "INC-7"
    assert incident.recorded
    assert incident.affected_services == ("gateway",)
    assert incident.baseline().seconds == 1800


async def test_an_incident_nobody_recorded_is_none_and_its_telemetry_an_error(tmp_path: Path) -> None:
    case = reference_case()
    library = library_of(case.write(tmp_path))
    assert await library.find("INC-8") is None
    filled = filled_with(tmp_path, CaseBuilder(case_id="INC-8"))
    assert filled.telemetry.logs is not None
    with pytest.raises(SourceUnavailableError, match="no recording of INC-8"):
        await filled.telemetry.logs.read_logs(filled.lookup())


async def test_known_incidents_are_listed_newest_first_and_the_first_place_wins(tmp_path: Path) -> None:
    old = CaseBuilder("INC-1", sheet={"start_time": "2026-01-01T00:00:00Z"})
    old.pack(tmp_path / "old.tar.xz")
    CaseBuilder("INC-2").write(tmp_path / "new")
    CaseBuilder("inc-2", sheet={"title": "shadowed"}).write(tmp_path / "second-place")
    library = library_of(tmp_path / "new", tmp_path / "old.tar.xz", tmp_path / "second-place")
    known = await library.known()
    assert [each.incident_id for each in known] == ["INC-2", "INC-1"]
    assert known[0].title == "checkout fails"


async def test_a_case_is_parsed_once_for_all_who_ask_at_the_same_time(tmp_path: Path) -> None:
    case, compute = reference_case(), InlineCompute()
    library = SnapshotLibrary([case.write(tmp_path)], compute)
    lookup = Filled(Telemetry(), case).lookup()
    await asyncio.gather(library.read_logs(lookup), library.read_spans(lookup), library.read_metrics(lookup))
    assert compute.ran == ["list_cases", "read_case"]


async def test_only_so_many_cases_are_kept(tmp_path: Path) -> None:
    compute = InlineCompute()
    for number in (1, 2):
        CaseBuilder(f"INC-{number}").write(tmp_path / str(number))
    library = SnapshotLibrary([tmp_path], compute, kept=1)
    for wanted in ("INC-1", "INC-2", "INC-2", "INC-1"):
        await library.find(wanted)
    assert compute.ran.count("read_case") == 3


async def test_candidates_and_dependencies_are_told(tmp_path: Path) -> None:
    case = reference_case()
    library = library_of(case.write(tmp_path))
    assert await library.candidates("INC-7") == ("gateway", "orders")
    topology = await library.read_topology(Filled(Telemetry(), case).lookup())
    assert topology.calls == (("gateway", "orders"),)


async def test_lines_that_cannot_be_read_are_counted_and_said(tmp_path: Path) -> None:
    case = reference_case()
    folder = case.write(tmp_path)
    with (folder / "logs.jsonl").open("ab") as out:
        out.write(b'not json\n[1]\n\n{"ts": "yesterday", "service": "a", "message": "m"}\n\xff\xfe{\n')
        out.write(b'{"ts": true, "service": "a", "message": "m"}\n' + b"[" * 100_000 + b"\n")
    with (folder / "traces.jsonl").open("ab") as out:
        out.write(b'{"trace_id": "t", "span_id": "s", "service": "x", "start": 1, "duration_ms": -1}\n')
    with (folder / "metrics.csv").open("ab") as out:
        out.write(b"\nnever,1,2\n" + iso(case.at(1)).encode() + b",many,2,3\n")
    filled = filled_with(folder, case)
    telemetry, lookup = filled.telemetry, filled.lookup()
    assert telemetry.logs is not None
    assert telemetry.traces is not None
    assert telemetry.metrics is not None
    assert (await telemetry.logs.read_logs(lookup)).asked.left_out == "6 log lines that could not be read"
    assert (await telemetry.traces.read_spans(lookup)).asked.left_out == "1 spans that could not be read"
    assert "2 rows or cells" in (await telemetry.metrics.read_metrics(lookup)).asked.left_out


async def test_missing_and_empty_files_are_no_error(tmp_path: Path) -> None:
    case = CaseBuilder()
    folder = case.write(tmp_path)
    for name in ("metrics.csv", "traces.jsonl"):
        (folder / name).unlink()
    (folder / "changes.json").write_bytes(b"  ")
    filled = filled_with(folder, case)
    assert filled.telemetry.metrics is not None
    assert (await filled.telemetry.metrics.read_metrics(filled.lookup())).series == ()


def test_shuffled_lines_read_the_same(tmp_path: Path) -> None:
    folder = reference_case().write(tmp_path)
    before = read_case(folder)

    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.randoms(use_true_random=False))
    def shuffled(dice: random.Random) -> None:
        for name in ("logs.jsonl", "traces.jsonl", "metrics.csv"):
            head, *lines = (folder / name).read_bytes().splitlines(keepends=True)
            if name != "metrics.csv":
                head, lines = b"", [head, *lines]
            dice.shuffle(lines)
            (folder / name).write_bytes(head + b"".join(lines))
        after = read_case(folder)
        assert (after.logs, after.spans, after.sheet) == (before.logs, before.spans, before.sheet)
        assert [each.times for each in after.series] == [each.times for each in before.series]

    shuffled()


def member(name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, len(content) if kind == tarfile.REGTYPE else 0, "/etc/passwd"
    return info, content


def pack(archive: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(archive, "w:xz") as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return archive


@pytest.mark.parametrize(
    "hostile",
    [
        member("../../case.json"),
        member("/etc/case.json"),
        member("a/case.json", kind=tarfile.SYMTYPE),
        member("a/case.json", kind=tarfile.LNKTYPE),
        member("a/pipe", kind=tarfile.FIFOTYPE),
        member("logs.jsonl", b"0" * 5000),
    ],
    ids=["leads out", "absolute", "symbolic link", "hard link", "pipe", "too large"],
)
def test_a_hostile_archive_is_refused_with_a_way_out(tmp_path: Path, hostile: tuple[tarfile.TarInfo, bytes]) -> None:
    archive = pack(tmp_path / "evil.tar.xz", hostile, member("case.json", b"{}"))
    with pytest.raises(SourceUnavailableError, match="refused") as refusal:
        read_case(archive, Limits(file_bytes=4000, total_bytes=100_000))
    assert "evil" in refusal.value.message
    assert refusal.value.remedy


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_has(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.tar.xz"
    archive.write_bytes(lzma.compress(b"\0" * 3_000_000))
    with pytest.raises(SourceUnavailableError):
        read_case(archive, Limits(total_bytes=10_000))
    fillers = [member(f"{n}", b"0" * 3000) for n in range(50)]
    with pytest.raises(SourceUnavailableError, match="refused"):
        read_case(pack(tmp_path / "many.tar.xz", *fillers), Limits(total_bytes=50_000))
    with pytest.raises(SourceUnavailableError, match="entries"):
        read_case(pack(tmp_path / "more.tar.xz", *fillers), Limits(entries=10))


@pytest.mark.parametrize("content", [b"", b"no archive", lzma.compress(b"no tar" * 1000)])
def test_a_damaged_archive_is_an_error_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "INC-9.tar.xz").write_bytes(content)
    with pytest.raises(SourceUnavailableError) as refusal:
        read_case(tmp_path / "INC-9.tar.xz")
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        (b"{", "no JSON"),
        (b"[]", "not an object"),
        (b'{"case_id": "a"}', "needs case_id and start_time"),
        (b'{"case_id": "a", "start_time": "soon"}', "start_time is no time"),
    ],
)
async def test_a_case_without_a_usable_sheet_is_named_and_hides_no_other(
    tmp_path: Path, sheet: bytes, why: str
) -> None:
    broken = tmp_path / "INC-9"
    broken.mkdir()
    (broken / "case.json").write_bytes(sheet)
    with pytest.raises(SourceUnavailableError, match=why):
        await library_of(broken).known()
    CaseBuilder("INC-1").write(tmp_path / "good")
    library = library_of(tmp_path)
    assert [each.incident_id for each in await library.known()] == ["INC-1"]
    assert len(await library.problems()) == 1
    with pytest.raises(SourceUnavailableError, match=why):
        await library.find("inc-9")


def test_a_folder_without_a_case_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError, match=r"holds no case\.json"):
        read_case(tmp_path)
    CaseBuilder().write(tmp_path)
    with pytest.raises(SourceUnavailableError, match="larger"):
        read_case(tmp_path, Limits(file_bytes=10))


def test_severity_environment_and_bounds_are_taken_from_where_they_are_known(tmp_path: Path) -> None:
    case = reference_case()
    case.sheet |= {"end_time": None, "alert": {"severity": "critical"}, "environment": "lab", "incident_id": "INC-40"}
    sheet = read_case(case.write(tmp_path)).sheet
    assert (sheet.incident.incident_id, sheet.case_id) == ("INC-40", "INC-7")
    assert sheet.incident.severity is Severity.SEV1
    assert sheet.incident.scope.environment == "lab"
    assert sheet.incident.end_time is not None
    assert sheet.incident.end_time > case.at(600)
    case.sheet |= {"severity": "SEV3"}
    assert read_case(case.write(tmp_path)).sheet.incident.severity is Severity.SEV3


def test_titles_and_changes_are_masked_where_they_are_read(tmp_path: Path) -> None:
    case = CaseBuilder(
        changes=[{"at": iso(CaseBuilder().at(0)), "id": "a", "message": "password=hunter2", "diff": "-token = abcdef"}]
    )
    folder = case.write(tmp_path / "case")
    sheet = json.loads((folder / "case.json").read_text())
    (folder / "case.json").write_text(json.dumps({**sheet, "title": "login of ana@example.org fails"}))
    recorded = read_case(folder)
    assert recorded.sheet.incident.title == "login of <email> fails"
    assert recorded.changes[0].summary == "password=<secret>"
    assert recorded.changes[0].details == "-token = <secret>"


def test_a_deploy_that_names_its_commit_is_one_change(tmp_path: Path) -> None:
    case = CaseBuilder(
        changes={
            "commits": [{"timestamp": 1773489000, "sha": "abc", "message": "use index", "files_changed": ["q.sql"]}],
            "deploys": [{"timestamp": 1773489300000, "commit_sha": "abc", "service": "orders", "version": "v2"}, 7, {}],
            "flags": [{"timestamp": iso(CaseBuilder().at(0)), "flag": "fast", "service": "cart", "change": "off->on"}],
        }
    )
    recorded = read_case(case.write(tmp_path))
    deploy, flag = recorded.changes
    assert (deploy.kind, deploy.change_id, deploy.summary) == ("deploy", "abc", "v2: use index")
    assert deploy.files == ("q.sql",)
    assert flag.kind == "flag"
    assert flag.change_id == "fast"
    assert recorded.left_out["changes.json"] == "2 changes that could not be read"
    (tmp_path / "changes.json").write_bytes(b"{")
    assert "no JSON" in read_case(tmp_path).left_out["changes.json"]


def test_a_span_says_whom_it_calls(tmp_path: Path) -> None:
    case = CaseBuilder()
    case.span("t", "a", None, "orders", 0, 1, attributes={"peer.service": "orders-db"})
    case.span("t", "b", None, "orders", 1, 1, peer="payment", status=2)
    spans = read_case(case.write(tmp_path)).spans
    assert spans.peers == ("orders-db", "payment")
    assert spans.statuses == ("", "error")


def test_the_recordings_that_come_with_compass_have_their_place() -> None:
    assert packaged_recordings().parts[-3:] == ("agents", "sources", "recorded")


async def test_a_fetch_nobody_waits_for_is_cancelled_and_a_failed_one_is_not_kept() -> None:
    flights: Flights[str] = Flights(2)
    began, release = asyncio.Event(), asyncio.Event()
    cancelled: list[str] = []

    async def slow() -> str:
        began.set()
        try:
            await release.wait()
        except asyncio.CancelledError:
            cancelled.append("slow")
            raise
        return "done"

    async def broken() -> str:
        raise SourceUnavailableError("gone")

    first, second = (asyncio.ensure_future(flights.get("a", slow)) for _ in range(2))
    await began.wait()
    first.cancel()
    await asyncio.sleep(0)
    assert not cancelled, "somebody still waits"
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    await asyncio.sleep(0)
    assert cancelled == ["slow"]
    with pytest.raises(SourceUnavailableError):
        await flights.get("a", broken)
    release.set()
    assert await flights.get("a", slow) == "done"
