"""Any result that can be written is read as it was."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.model import TaskError, TaskResult, TaskStatus
from storage import task_rows
from tests.support.clock import NOON

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
MOMENTS = st.integers(0, 10**9).map(lambda micros: NOON + timedelta(microseconds=micros))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
RESULTS = st.builds(
    TaskResult,
    id=TEXTS,
    agent=TEXTS,
    status=st.sampled_from(TaskStatus),
    started_at=st.none() | MOMENTS,
    finished_at=st.none() | MOMENTS,
    duration_s=st.floats(0, 1e9),
    attempts=st.integers(0, 99),
    artifacts=st.lists(PLAIN, max_size=3).map(tuple),
    errors=st.lists(st.builds(TaskError, TEXTS, TEXTS, st.integers(0, 9)), max_size=2).map(tuple),
    cost=st.integers(0, 10**18).map(lambda nano: Decimal(nano).scaleb(-9)),
)


@given(st.lists(RESULTS, max_size=3))
def test_any_result_that_can_be_written_is_read_as_it_was(results: list[TaskResult]) -> None:
    assert [task_rows.read(row) for row in task_rows.written(results)] == results
