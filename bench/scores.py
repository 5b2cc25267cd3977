"""How good answers are, against the truth: pure functions over lines of `compass evaluate`.

AC@k: share of cases whose true service is among the first k. As reported: share of cases whose very first hypothesis names
the true service, also where others than the candidates of the case are named. Avg@5: mean of AC@1 to AC@5. MRR: mean of
1/rank, 0 for a miss. ECE: expected calibration error of the first answer's confidence, ten equal bins (Naeini et al., AAAI
2015). A case without an answer is a miss at every k. Names are compared without regard to case.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Line = Mapping[str, Any]
COLUMNS = ("n", "AC@1", "as reported", "AC@3", "Avg@5", "MRR", "change_AC@1", "ECE", "Brier", "seconds_mean")
MISS = 10**9


def rank_of(wanted: str, ranked: Sequence[str]) -> int:
    """The place of `wanted`, from 1; MISS where it is not there. Who is named twice counts once."""
    names = list(dict.fromkeys(name.strip().lower() for name in ranked))
    name = wanted.strip().lower()
    return names.index(name) + 1 if name in names else MISS


def score(answers: Mapping[str, Line], truths: Sequence[Line]) -> dict[str, float]:
    """The figures over all cases whose truth is known; empty for none. Keys are those of COLUMNS, where they apply."""
    if not truths:
        return {}
    lines = [answers.get(str(truth["case_id"]), {}) for truth in truths]
    pairs = list(zip(truths, lines, strict=True))
    ranks = [rank_of(str(truth["root_cause_service"]), line.get("ranked") or []) for truth, line in pairs]
    count = len(ranks)
    at = {k: sum(rank <= k for rank in ranks) / count for k in range(1, 6)}
    figures = {
        "n": count,
        "AC@1": at[1],
        "AC@3": at[3],
        "Avg@5": sum(at.values()) / 5,
        "MRR": sum(1 / rank for rank in ranks if rank < MISS) / count,
    }
    if any("named" in line for line in lines):
        firsts = (rank_of(str(truth["root_cause_service"]), line.get("named") or []) == 1 for truth, line in pairs)
        figures["as reported"] = sum(firsts) / count
    changes = [
        rank_of(str(truth["root_cause_commit"]), line.get("ranked_changes") or []) == 1
        for truth, line in pairs
        if truth.get("root_cause_commit") is not None
    ]
    if changes:
        figures["change_AC@1"] = sum(changes) / len(changes)
    stated = claims(answers, truths)
    if stated:
        figures |= {"ECE": calibration_error(stated), "Brier": brier(stated)}
    took = [float(line["seconds"]) for line in lines if line.get("seconds") is not None]
    if took:
        figures["seconds_mean"] = sum(took) / len(took)
    return figures


def claims(answers: Mapping[str, Line], truths: Sequence[Line]) -> list[tuple[float, bool]]:
    """For each case with an answer: the confidence of the first, and whether it was right."""
    pairs = [(truth, answers.get(str(truth["case_id"]), {})) for truth in truths]
    return [
        (float(line["confidence"][0]), rank_of(str(truth["root_cause_service"]), line["ranked"]) == 1)
        for truth, line in pairs
        if line.get("confidence")
    ]


def calibration_error(stated: Sequence[tuple[float, bool]]) -> float:
    """Of (confidence, was right): how far confidence lies from the share that was right, weighted by bins of 0.1."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in stated:
        bins.setdefault(min(9, int(confidence * 10)), []).append((confidence, right))
    gaps = (abs(sum(c for c, _ in each) - sum(right for _, right in each)) for each in bins.values())
    return sum(gaps) / len(stated)


def brier(stated: Sequence[tuple[float, bool]]) -> float:
    """Of (confidence, was right): the mean of the squared difference (Brier, Monthly Weather Review 1950)."""
    return sum((confidence - right) ** 2 for confidence, right in stated) / len(stated)


def reliability(stated: Sequence[tuple[float, bool]], steps: int = 5) -> str:
    """As a Markdown table: for each stretch of confidence, how many said so and how many of them were right."""
    lines = ["| confidence | said | in the mean | right |", "|---|---|---|---|"]
    for step in range(steps):
        here = [(c, right) for c, right in stated if min(steps - 1, int(c * steps)) == step]
        if here:
            mean, right = sum(c for c, _ in here) / len(here), sum(right for _, right in here)
            bounds = f"{step / steps:.1f} to {(step + 1) / steps:.1f}"
            lines.append(f"| {bounds} | {len(here)} | {mean:.2f} | {right} ({right / len(here):.2f}) |")
    return "\n".join(lines)


def highest(line: Line) -> float:
    """The highest confidence that an answer claims; 0 for none."""
    return max((float(each) for each in line.get("confidence") or ()), default=0.0)


def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Figures as a Markdown table, a row a name; columns that no row has are left out."""
    columns = [column for column in COLUMNS if any(column in row for row in rows.values())]
    lines = [f"| cases | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    lines += [f"| {name} | {' | '.join(_cell(column, row) for column in columns)} |" for name, row in rows.items()]
    return "\n".join(lines)


def _cell(column: str, row: Mapping[str, float]) -> str:
    if column not in row:
        return ""
    return (
        f"{row[column]:.0f}"
        if column == "n"
        else f"{row[column]:.2f}"
        if column == "seconds_mean"
        else f"{row[column]:.3f}"
    )
