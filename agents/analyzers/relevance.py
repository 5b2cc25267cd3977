"""What a change has to do with what is seen: words that both share and that few other changes have.

Plain term weighting (Sparck Jones 1972: a word tells the more, the fewer texts hold it). What a change takes away or
brings in tells in full, what it only moves or stands beside little: who renames a field is nearer to "field missing" than
who tidies the line above it. Titles that announce tests, documentation or style (the Conventional Commits habit), and
changes to such files only, seldom break anything.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from agents.analyzers.diffs import read_diff
from agents.analyzers.words import vocabulary, words
from orchestrator.model import Change

SHORTEST_WORD = 3
ENOUGH = 1.4
ONLY_BESIDE = 0.3
SELDOM = 0.15
MOST_TOLD = 3
_HARMLESS_TITLE = re.compile(
    r"(?i)(?:^|: )(?:#(?:docs?|tests?|style|ci)\b|(?:docs?|tests?|style|ci)(?:\([\w-]+\))?!?:)"
)
_HARMLESS_FILE = re.compile(
    r"(?i)(?:^|/)(?:docs?|documentation|tests?|testdata|__tests__|\.github|\.circleci|staging)/|_test\.\w+$|\.test\.\w+$"
    r"|(?:^|/)(?:codeowners|readme|changelog|license)\b|\.(?:md|css|scss|less|svg|png|feature|snap|html|storybook)$"
    r"|(?:^|/)\.[\w-]+\.ya?ml$|(?:^|/)theme\.\w+$"
)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)+|[A-Za-z]+[a-z][A-Z]\w+")


# Words that any code, any log and any metric has: they tell nothing.
EVERYWHERE = vocabulary(
    "the and for from with into over under after before while when not all any new old add get set put out has was are "
    "one two per via use used err error errors fail failed failure exception warn info debug log logs logger http https "
    "server client service services svc app api request requests response status code name names type types value values "
    "data item items list map string int bool func function return returned returns const var let def class self this "
    "main test tests file files path line lines call calls context ctx result results handler handle rate ratio total "
    "count pct avg min max p50 p90 p95 p99 duration latency time seconds milliseconds refactor feat fix chore perf docs "
    "tidy update change deploy release version"
)


@dataclass(frozen=True, slots=True)
class Shared:
    """How much a change has to do with what is seen, in [0, 1], and the words that tell it, the rarest first."""

    score: float
    telling: tuple[str, ...] = ()


def shared_words(changes: Sequence[Change], seen: Sequence[Mapping[str, float]]) -> list[Shared]:
    """For each change what it shares with `seen` at its place: words, with how much each of them tells in [0, 1]."""
    weights = [_weights(each) for each in changes]
    known = {each.change_id: one for each, one in zip(changes, weights, strict=True)}
    holders = Counter(word for each in known.values() for word in each)
    return [_shared(each, texts, holders, len(known)) for each, texts in zip(weights, seen, strict=True)]


def is_harmless(change: Change) -> bool:
    """Whether a change says of itself that it touches nothing that runs."""
    by_files = bool(change.files) and all(_HARMLESS_FILE.search(file) for file in change.files)
    return by_files or bool(_HARMLESS_TITLE.search(change.summary))


def words_of(text: str) -> frozenset[str]:
    """The words of a text worth comparing, and its identifiers as a whole, for these are rarer than their parts."""
    whole = {each.lower().replace("-", "_") for each in _IDENTIFIER.findall(text)}
    parts = {word for word in words(text) if len(word) >= SHORTEST_WORD and not word.isdigit()}
    return frozenset(whole | (parts - EVERYWHERE))


def _weights(change: Change) -> dict[str, float]:
    diff = read_diff(change.details)
    beside = words_of(" ".join((change.summary, *change.files, *diff.context, *diff.removed, *diff.added)))
    before, after = words_of(" ".join(diff.removed)), words_of(" ".join(diff.added))
    changed = before ^ after if before or after else words_of(change.summary)
    return dict.fromkeys(beside, ONLY_BESIDE) | dict.fromkeys(changed, 1.0)


def _shared(
    weights: Mapping[str, float], seen: Mapping[str, float], holders: Mapping[str, int], changes: int
) -> Shared:
    """A word that one change alone has tells 1, one that all have next to nothing, however many changes there are."""
    told = {
        word: weight * seen[word] * log((1 + changes) / holders[word]) / log(1 + changes)
        for word, weight in weights.items()
        if word in seen
    }
    ranked = sorted(told, key=lambda word: (-told[word], word))
    return Shared(min(1.0, sum(told.values()) / ENOUGH), tuple(ranked[:MOST_TOLD]))


def joined(texts: Iterable[str], weight: float) -> dict[str, float]:
    """The words of texts, all of that weight."""
    return dict.fromkeys(words_of(" ".join(texts)), weight)
