"""What two readings of the same evidence have in common: hypotheses as they were formed then, against those of today.

The law: two hypotheses are of one explanation where service, other end and kind of fault are the same, and of several such in
the order in which they stand. Of those confidence, citations and statement are held against each other.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.model import Hypothesis

Key = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """`about` names the explanation for people; `what` is `gone`, `new`, `order`, or what of it differs."""

    about: str
    what: str
    before: str = ""
    now: str = ""


def differences(before: Sequence[Hypothesis], now: Sequence[Hypothesis]) -> tuple[Difference, ...]:
    """Everything that differs; empty where they are the same."""
    then, today = _keyed(before), _keyed(now)
    found = [one for key, each in then.items() if key in today for one in _changed(each, today[key])]
    found += [Difference(_about(each), "gone", before=each.statement) for key, each in then.items() if key not in today]
    found += [Difference(_about(each), "new", now=each.statement) for key, each in today.items() if key not in then]
    common = [[key for key in keys if key in then and key in today] for keys in (then, today)]
    if common[0] != common[1]:
        names = [", ".join(_about(then[key]) for key in keys) for keys in common]
        found.append(Difference("all", "order", *names))
    return tuple(found)


def _changed(before: Hypothesis, now: Hypothesis) -> Iterator[Difference]:
    about = _about(before)
    if before.initial_confidence != now.initial_confidence:
        yield Difference(about, "confidence", f"{before.initial_confidence:.4f}", f"{now.initial_confidence:.4f}")
    for what, ids in (
        ("supporting", (before.supporting, now.supporting)),
        ("against", (before.refuting, now.refuting)),
    ):
        if ids[0] != ids[1]:
            yield Difference(about, what, *(" ".join(each) or "nothing" for each in ids))
    if before.statement != now.statement:
        yield Difference(about, "statement", before.statement, now.statement)


def _keyed(hypotheses: Sequence[Hypothesis]) -> dict[Key, Hypothesis]:
    seen: Counter[tuple[str, str, str]] = Counter()
    keyed: dict[Key, Hypothesis] = {}
    for each in hypotheses:
        explanation = (each.service.casefold(), each.peer.casefold(), each.fault_kind.value)
        seen[explanation] += 1
        keyed[*explanation, seen[explanation]] = each
    return keyed


def _about(hypothesis: Hypothesis) -> str:
    where = " → ".join(each for each in (hypothesis.service, hypothesis.peer) if each)
    return f"{where or 'no service'}: {hypothesis.fault_kind.value}"
