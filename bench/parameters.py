"""How much of what people type the grammar understands by itself, and how fast: `python -m bench.parameters [--write]`.

The corpus (tests/words/corpus) was written before the grammar and by somebody else. Right is: every field as a colleague
would have understood it and no other, or the question or the refusal that was due. Incomplete leaves something out, which
the first message shows; wrong is a value that nobody said, and there must be none. A hundred more (tests/words/held_out.toml)
were written when the grammar stood, by somebody who had not seen it; how they came out at first is kept here as it was.
`--write` puts it all into docs/words.md.
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
from tests.words.utterances import Utterance, held_out, load

PAGE = Path(__file__).resolve().parents[1] / "docs" / "words.md"
VERDICTS = (EXACT, ASKED, REFUSED, INCOMPLETE, WRONG)
ROUNDS = 20
FIRST_TIME = {EXACT: 55, ASKED: 5, REFUSED: 7, INCOMPLETE: 25, WRONG: 8}
FIRST_TIME_ON = "2026-11-21"
"""How the held-out utterances came out the first time, by the grammar of the commit that brought them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables and every wrong reading; 1 where there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/words.md")
    write = parser.parse_args(arguments).write
    judged, after = _judged(load()), _judged(held_out())
    table, later, speed = accuracy(judged), afterwards(after), speeds([each.text for each in load()])
    print(f"{table}\n\n{later}\n\n{speed}")
    wrong = [(each, amiss) for each, verdict, amiss in [*judged, *after] if verdict == WRONG]
    for utterance, amiss in wrong:
        print(f"WRONG {utterance.kind} {utterance.text[:120]!r}: {amiss}")
    if write:
        PAGE.write_text(with_sections(PAGE.read_text(), {"accuracy": table, "afterwards": later, "speed": speed}))
    return 1 if wrong else 0


def accuracy(judged: Sequence[tuple[Utterance, str, str]]) -> str:
    """A table: how many of each kind came out how."""
    rows = [_row(title, Counter(verdict for each, verdict, _ in judged if of(each))) for title, of in _groups()]
    return "\n".join([*_head("utterances"), *rows])


def afterwards(judged: Sequence[tuple[Utterance, str, str]]) -> str:
    """A table: the held-out utterances the first time, and today."""
    today = Counter(verdict for _, verdict, _ in judged)
    rows = [_row(f"the first time ({FIRST_TIME_ON})", Counter(FIRST_TIME)), _row("today", today)]
    return "\n".join([*_head("written afterwards by somebody who had not seen the rules"), *rows])


def _head(of: str) -> list[str]:
    return [
        f"| {of} | n | {' | '.join(VERDICTS).lower()} | right |",
        f"|---|--:|{'--:|' * len(VERDICTS)}--:|",
    ]


def _row(title: str, counted: Counter[str]) -> str:
    right = sum(counted[each] for each in RIGHT)
    figures = " | ".join(str(counted[each]) for each in VERDICTS)
    return f"| {title} | {counted.total()} | {figures} | {right / counted.total():.0%} |"


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


def _judged(utterances: Sequence[Utterance]) -> list[tuple[Utterance, str, str]]:
    return [(each, *judge(each, _answer(each.text))) for each in utterances]


def _answer(text: str) -> Extraction | ParameterExtractionError:
    try:
        return read(text)
    except ParameterExtractionError as error:
        return error


if __name__ == "__main__":
    raise SystemExit(main())
