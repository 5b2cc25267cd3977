"""The runs that were, as a list."""

from collections.abc import Iterable, Sequence

from bot.terminal.entries import clock_time
from bot.terminal.safe import safe
from orchestrator.model import THE_BAR, dollars
from orchestrator.ports import InvestigationSummary


def history_lines(summaries: Iterable[InvestigationSummary]) -> list[str]:
    """One line a run: id, incident, state, when, money, and the leading hypothesis with what was decided."""
    return columns([_run(each) for each in summaries])


def _run(each: InvestigationSummary) -> tuple[str, ...]:
    decided = [f"{count} {word}" for count, word in ((each.accepted, "accepted"), (each.rejected, "rejected")) if count]
    named = each.leading and each.confidence is not None and each.confidence >= THE_BAR
    leading = f"{each.leading} ({each.confidence:.2f})" if named else each.title
    return (
        each.investigation_id,
        each.incident_id,
        each.state.value.replace("_", " "),
        f"{clock_time(each.requested_at)} UTC",
        dollars(each.spent),
        " · ".join([leading, *decided, *(["RECORDED DATA"] if each.recorded else [])]),
    )


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    cells = [tuple(safe(cell) for cell in row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
