"""Growth: a case beside itself under other names, what is counted, and what no worse than linear means."""

import json
from pathlib import Path

import pytest

from agents.sources.snapshot import read_case
from bench import scaling
from bench.scaling import Measured, measured, repeated, table, verdict
from tests.bench.recorded import write_known


def rows(*cpu: float, memory: tuple[float, ...] = (100, 200, 300)) -> list[Measured]:
    sizes = (1, 2, 3)
    return [Measured(s, s, s, s, 1.0, c, m) for s, c, m in zip(sizes, cpu, memory, strict=True)]


def test_a_case_stands_beside_itself_under_other_names(tmp_path: Path) -> None:
    case = write_known(tmp_path / "case-1")
    span = {"trace_id": "t", "span_id": "s", "parent_id": None, "service": "a", "start": 1_000_000.0, "duration_ms": 1}
    (case / "traces.jsonl").write_text(json.dumps(span) + "\n")
    repeated(case, tmp_path / "grown" / "case-1", 3)
    before, after = read_case(case), read_case(tmp_path / "grown" / "case-1")
    assert {each.service for each in after.series} == {"a", "b", "a-1", "b-1", "a-2", "b-2"}
    assert len(after.series) == 3 * len(before.series)
    assert len(after.logs.times) == 3 * len(before.logs.times)
    assert sorted(zip(after.spans.trace_ids, after.spans.services, strict=True)) == [
        ("t", "a"),
        ("t-1", "a-1"),
        ("t-2", "a-2"),
    ]
    assert after.spans.parent_ids == ("", "", "")
    assert after.sheet.calls == (("b", "a"), ("b-1", "a-1"), ("b-2", "a-2"))
    assert set(before.sheet.candidates) <= set(after.sheet.candidates)
    assert after.series[0].values == before.series[0].values


def test_a_case_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    found = measured(write_known(tmp_path / "case-1"), sizes=(1,), runs=1)[0]
    assert (found.size, found.series, found.lines, found.spans) == (1, 2, 12, 0)
    assert found.seconds > 0
    assert found.cpu > 0
    assert found.memory > 10


def test_growth_is_no_worse_than_linear_while_each_further_copy_costs_the_same() -> None:
    assert verdict(rows(2.0, 3.0, 4.0)).endswith("3×: no worse than linear.")
    assert verdict(rows(2.0, 3.0, 4.2)).endswith("no worse than linear.")
    assert verdict(rows(2.0, 3.0, 4.5)).endswith("WORSE than linear.")
    assert verdict(rows(2.0, 3.0, 4.0, memory=(100, 200, 400))).endswith("WORSE than linear.")


def test_a_size_is_a_row() -> None:
    assert "| 10× | 8,790 | 102,630 | 196,230 | 12.35 | 20.00 | 512 |" in table(
        [*rows(1.0, 2.0, 3.0), Measured(10, 8790, 102_630, 196_230, 12.345, 20.0, 512.0)]
    )


def test_the_page_keeps_everything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "performance.md"
    page.write_text("before\n<!-- scaling -->\nold\n<!-- end scaling -->\nafter\n")
    monkeypatch.setattr(scaling, "PAGE", page)
    monkeypatch.setattr(scaling, "measured", lambda *_: rows(1.0, 2.0, 3.0))
    assert scaling.main(["--case", "x", "--write"]) == 0
    written = page.read_text()
    assert written.startswith("before\n<!-- scaling -->\n```console\n$ python -m bench.scaling --case CASE")
    assert written.endswith("<!-- end scaling -->\nafter\n")
    assert "old" not in written
