"""What a change has to do with what is seen: words that both share and that few other changes have.

Plain term weighting (Sparck Jones 1972: a word tells the more, the fewer texts hold it); titles that announce tests,
documentation or style (the Conventional Commits habit), and changes to such files only, seldom break anything.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import log

from agents.analyzers.words import words
from orchestrator.model import Change

SHORTEST_WORD = 4
ENOUGH = 6.0
SELDOM = 0.4
_HARMLESS_TITLE = re.compile(r"(?i)(?:^|: )(?:docs?|tests?|style|chore|ci|build)(?:\([\w-]+\))?!?:")
_HARMLESS_FILE = re.compile(
    r"(?i)(?:^|/)(?:docs?|tests?|testdata)/|_test\.\w+$|\.(?:md|css|svg|png|txt|feature|snap|html)$"
)


def relevance(changes: Sequence[Change], seen: Sequence[Sequence[str]]) -> list[float]:
    """For each change, in [0, 1], how much it has to do with the texts in `seen` at its place (those of its service)."""
    vocabularies = [_words(" ".join((each.summary, *each.files, each.details))) for each in changes]
    holders = Counter(word for vocabulary in vocabularies for word in vocabulary)
    found = []
    for change, vocabulary, texts in zip(changes, vocabularies, seen, strict=True):
        shared = vocabulary & _words(" ".join(texts))
        telling = sum(log((1 + len(changes)) / holders[word]) for word in sorted(shared))
        found.append(min(1.0, telling / ENOUGH) * (SELDOM if is_harmless(change) else 1.0))
    return found


def is_harmless(change: Change) -> bool:
    """Whether a change says of itself that it touches nothing that runs."""
    by_files = bool(change.files) and all(_HARMLESS_FILE.search(file) for file in change.files)
    return by_files or bool(_HARMLESS_TITLE.search(change.summary))


def _words(text: str) -> set[str]:
    return {word for word in words(text) if len(word) >= SHORTEST_WORD}
