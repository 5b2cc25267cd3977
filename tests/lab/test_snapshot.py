"""A run is written in the snapshot format, cut to its window and packed as one folder."""

import tarfile
from pathlib import Path

import pytest

from bench.lab.snapshot import (
    database_logs,
    number,
    pack,
    read_lines,
    select_logs,
    select_traces,
    write_lines,
    write_metrics,
)


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (0.0, "0"), (0.12345, "0.123"), (2.3456, "2.35"), (42.3456, "42.3"), (4096.7, "4097"), (5.0, "5")],
)
def test_a_cell_is_rounded_as_a_dashboard_would(value: float | None, cell: str) -> None:
    assert number(value) == cell


def test_metrics_have_every_column_that_any_row_has(tmp_path: Path) -> None:
    file = tmp_path / "metrics.csv"
    write_metrics(file, [0.0, 5.0], [{"b__x": 1.0}, {"a__y": 2.5, "b__x": None}])
    assert file.read_text().splitlines() == [
        "timestamp,a__y,b__x",
        "1970-01-01T00:00:00.000Z,,1",
        "1970-01-01T00:00:05.000Z,2.5,",
    ]


def test_logs_outside_the_window_are_left_out_and_the_rest_is_in_order() -> None:
    records = [{"ts": "03"}, {"ts": "01"}, {"ts": "02"}, {"ts": "04"}]
    assert select_logs(records, "02", "04") == [{"ts": "02"}, {"ts": "03"}]


def test_a_trace_is_kept_whole_or_not_at_all() -> None:
    early = [{"trace_id": "a", "start": "01"}, {"trace_id": "a", "start": "03"}]
    within = [{"trace_id": "b", "start": "02"}, {"trace_id": "b", "start": "09"}]
    assert select_traces(early + within, "02", "05") == within


def test_the_databases_own_log_becomes_records_of_its_service() -> None:
    line = {
        "timestamp": "2026-01-02 03:04:05.678 UTC",
        "error_severity": "ERROR",
        "message": "canceling statement due to lock timeout",
        "statement": "UPDATE stock",
    }
    assert list(database_logs([line], "orders-db")) == [
        {
            "ts": "2026-01-02T03:04:05.678Z",
            "service": "orders-db",
            "level": "ERROR",
            "message": "canceling statement due to lock timeout STATEMENT: UPDATE stock",
        }
    ]


def test_a_line_that_a_killed_process_left_unfinished_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "logs-cart-1.jsonl"
    write_lines(file, [{"ts": "01"}])
    with file.open("a") as out:
        out.write('{"ts": "0')
    assert list(read_lines([file])) == [{"ts": "01"}]


def test_an_archive_holds_one_folder_and_nobodys_name(tmp_path: Path) -> None:
    folder = tmp_path / "INC-900"
    folder.mkdir()
    (folder / "case.json").write_text("{}")
    pack(folder, tmp_path / "out" / "INC-900.tar.xz")
    with tarfile.open(tmp_path / "out" / "INC-900.tar.xz") as archive:
        assert archive.getnames() == ["INC-900/case.json"]
        assert {(member.uid, member.uname) for member in archive} == {(0, "")}
