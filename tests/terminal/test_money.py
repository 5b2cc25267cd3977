"""Money in the terminal: call by call, over the last 30 days, and of today's allowances."""

from decimal import Decimal

from bot.terminal import money_lines
from bot.terminal.report import report_entries
from orchestrator.events import CallSettled, InvestigationView
from orchestrator.investigation import report_of
from orchestrator.model import AcceptedCost, Allowance, AllowanceKind, CallStatus, CostBreakdown, LedgerEntry
from orchestrator.ports import TeamSpec
from tests.support.builders import view_after
from tests.terminal.builders import HOSTILE, title_of


def calls_of(*, many: int = 1, everything: bool = False, **changes: object) -> tuple[str, ...]:
    entry = LedgerEntry(
        call_id="c", agent_id="database", purpose="review", model="m", tokens_in=1204, tokens_out=96,
        amount=Decimal("0.0003"), status=CallStatus.SETTLED,
    )  # fmt: skip
    entries = [entry.model_copy(update={"call_id": f"c{n}", **changes}) for n in range(many)]
    view: InvestigationView = view_after(*(CallSettled(entry=each) for each in entries))
    report = report_of(view, TeamSpec("incident", ())).model_copy(update={"cost": CostBreakdown()})
    (told,) = [
        each.lines for each in report_entries(view, report, title_of, everything=everything) if each.label == "Calls"
    ]
    return told


def test_each_call_is_told_with_its_purpose_model_tokens_and_price() -> None:
    assert calls_of() == ("Database: review · m · 1,204 in, 96 out · $0.0003",)
    assert calls_of(priced=False)[0].endswith("price unknown")


def test_of_many_calls_the_first_are_told_and_on_demand_all() -> None:
    assert calls_of(many=9)[-1] == "and 3 more"
    assert len(calls_of(many=9, everything=True)) == 9


def test_what_a_provider_calls_its_model_cannot_write_elsewhere_on_the_screen() -> None:
    assert "\x1b" not in "".join(calls_of(model=HOSTILE))


def test_status_says_what_an_accepted_hypothesis_cost_and_what_is_left_of_today() -> None:
    cost = AcceptedCost.of([(Decimal("1.00"), 3), (Decimal("0.20"), 5)])
    today = [(Allowance(kind=AllowanceKind.DAY, limit=Decimal(5)), Decimal("0.2"))]
    assert money_lines(cost, today) == [
        "Last 30 days: $1.20 in 2 runs; 8 hypotheses accepted, $0.15 each",
        "Today (UTC): $0.20 of $5.00",
    ]
    assert money_lines(AcceptedCost.of([(Decimal(0), 4)]), []) == []
