"""Lists are aligned, one line each."""

from decimal import Decimal

from inline_snapshot import snapshot

from bot.terminal import history_lines
from orchestrator.model import InvestigationState
from orchestrator.ports import InvestigationSummary
from tests.support.clock import NOON


def summary(**changes: object) -> InvestigationSummary:
    return InvestigationSummary(
        workspace="local",
        investigation_id="inv-1",
        incident_id="INC-123",
        title="checkout 5xx",
        state=InvestigationState.COMPLETED,
        requested_at=NOON,
        requested_by="ana",
        leading="orders v412",
        confidence=0.86,
        accepted=1,
        spent=Decimal("4.45"),
    ).model_copy(update=changes)


def test_a_history_is_one_line_a_run() -> None:
    other = summary(
        investigation_id="inv-20",
        state=InvestigationState.WAITING_APPROVAL,
        leading="",
        confidence=None,
        accepted=0,
        title="bad\x1b[2J",
    )
    assert history_lines([summary(recorded=True), other]) == snapshot(
        [
            "inv-1   INC-123  completed         2026-03-14 12:00:00 UTC  $4.45  orders v412 (0.86) · 1 accepted · RECORDED DATA",  # noqa: E501 - a line of the list
            "inv-20  INC-123  waiting approval  2026-03-14 12:00:00 UTC  $4.45  bad\\x1b[2J",
        ]
    )


def test_nothing_is_an_empty_list() -> None:
    assert history_lines([]) == []
