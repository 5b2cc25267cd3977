"""How much of what people type the grammar understands by itself, and how fast: `python -m bench.parameters [--write]`.

The corpus (tests/words/corpus) was written before the grammar and by somebody else. Right is: every field as a colleague
would have understood it and no other, or the question or the refusal that was due. Incomplete leaves something out, which
the first message shows; wrong is a value that nobody said, and there must be none. `--write` puts it into docs/words.md.
"""

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.pages import with_sections
from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters import Extraction
from tests.words.judging import ASKED, EXACT, INCOMPLETE, REFUSED, RIGHT, WRONG, judge, read
from tests.words.utterances import Utterance, load

PAGE = Path(__file__).resolve().parents[1] / "docs" / "words.md"
VERDICTS = (EXACT, ASKED, REFUSED, INCOMPLETE, WRONG)
ROUNDS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables and every wrong reading; 1 where there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/words.md")
    write = parser.parse_args(arguments).write
    judged = [(each, *judge(each, _answer(each.text))) for each in load()]
    table, speed = accuracy(judged), speeds([each.text for each in load()])
    print(f"{table}\n\n{speed}")
    wrong = [(each, amiss) for each, verdict, amiss in judged if verdict == WRONG]
    for utterance, amiss in wrong:
        print(f"WRONG {utterance.kind} {utterance.text[:120]!r}: {amiss}")
    if write:
        PAGE.write_text(with_sections(PAGE.read_text(), {"accuracy": table, "speed": speed}))
    return 1 if wrong else 0


def accuracy(judged: Sequence[tuple[Utterance, str, str]]) -> str:
    """A table: how many of each kind came out how."""
    lines = [
        f"| utterances | n | {' | '.join(VERDICTS).lower()} | right |",
        f"|---|--:|{'--:|' * len(VERDICTS)}--:|",
    ]
    for title, of in _groups():
        counted = Counter(verdict for each, verdict, _ in judged if of(each))
        right = sum(counted[each] for each in RIGHT)
        figures = " | ".join(str(counted[each]) for each in VERDICTS)
        lines.append(f"| {title} | {counted.total()} | {figures} | {right / counted.total():.0%} |")
    return "\n".join(lines)


def speeds(texts: Sequence[str]) -> str:
    """How long one utterance takes, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        for text in texts:
            start = time.perf_counter()
            _answer(text)
            times.append((time.perf_counter() - start) * 1000)
    times.sort()
    middle, worst = statistics.median(times), times[int(len(times) * 0.99)]
    return f"One utterance takes {middle:.2f} ms (median), {worst:.1f} ms (99 of 100)."


def _groups() -> list[tuple[str, Callable[[Utterance], bool]]]:
    kinds = sorted({each.kind for each in load() if _plain(each)})
    groups: list[tuple[str, Callable[[Utterance], bool]]] = [("**plain English**", _plain)]
    groups += [(f"— {kind}", lambda each, kind=kind: _plain(each) and each.kind == kind) for kind in kinds]  # type: ignore[misc]
    groups.append(("**for a model, by the grammar alone**", lambda each: not _plain(each)))
    languages = sorted({each.language for each in load() if not _plain(each)})
    groups += [(f"— {it}", lambda each, it=it: not _plain(each) and each.language == it) for it in languages]  # type: ignore[misc]
    return groups


def _plain(utterance: Utterance) -> bool:
    return utterance.language == "en" and utterance.path == "grammar"


def _answer(text: str) -> Extraction | ParameterExtractionError:
    try:
        return read(text)
    except ParameterExtractionError as error:
        return error


if __name__ == "__main__":
    raise SystemExit(main())
