"""What is printed, before anybody knows how wide the screen is: labels with lines beside them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.terminal.safe import safe
from orchestrator.model import Consultation, Hypothesis, Incident, Observation, dollars, strength

STRONG, DIM, LABEL = "bold", "dim", "cyan"


@dataclass(frozen=True, slots=True)
class Entry:
    """Lines that stand beside a label; without a label they stand at the margin. All text is safe to print."""

    label: str
    lines: tuple[str, ...]
    style: str = ""


def entry(label: str, lines: Iterable[str], style: str = "") -> list[Entry]:
    """One entry with its lines made safe, or none where there is no line."""
    kept = tuple(safe(line) for line in lines if line)
    return [Entry(label, kept, style)] if kept else []


def clock_time(moment: datetime, *, beside: datetime | None = None) -> str:
    """The time of day in UTC; with its date where `beside` is of another day."""
    utc = moment.astimezone(UTC)
    same_day = beside is not None and beside.astimezone(UTC).date() == utc.date()
    return f"{utc:%H:%M:%S}" if same_day else f"{utc:%Y-%m-%d %H:%M:%S}"


def fact(observation: Observation) -> str:
    """An observation in one line, with its id where it has one."""
    return f"{observation.observation_id}  {observation.summary}" if observation.observation_id else observation.summary


def asked_line(asked: Consultation, title_of: Callable[[str], str], by: str = "") -> str:
    """Who was asked what, what that one said, and what it cost if anything. `by` stands behind the name."""
    cost = f" · {dollars(asked.cost)}" if asked.cost else ""
    return f"{title_of(asked.specialist)}{by}: {asked.said}{cost}"


def confidence(hypothesis: Hypothesis) -> str:
    """Confidence in words and figures: `strong (0.86)`."""
    return f"{strength(hypothesis.initial_confidence)} ({hypothesis.initial_confidence:.2f})"


def incident_title(incident: Incident) -> str:
    """`INC-123 checkout 5xx · SEV2 · prod/eu-1`."""
    title = incident.title if incident.title.casefold() != incident.incident_id.casefold() else ""
    parts = (f"{incident.incident_id} {title}".strip(), incident.severity.value, str(incident.scope))
    return safe(" · ".join(part for part in parts if part and part != "unknown"))
