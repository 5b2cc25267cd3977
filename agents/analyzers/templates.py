"""Log templates: which lines are the same line with other values.

In the manner of Brain (Yu et al., "Brain: Log Parsing with Bidirectional Parallel Tree", IEEE TSC 2023): lines are
masked, grouped by the words that occur equally often, and a position where a group has more than `THRESHOLD` different
words is a variable. Baseline and window are mined together, so that a template keeps its name across both.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agents.analyzers.masks import ANY, mask, position, unvaried

THRESHOLD = 4
LONGEST_TEMPLATE = 220
MOST_WORDS = 60
SAME_STATEMENT = 3
_FRAME = re.compile(r"^\s+at \S|^\s*File \"|^\s+\.\.\. \d+ (?:more|common)|^goroutine \d|^\s*Caused by:|^\s+[\^~]+\s*$")
_RAISED = re.compile(r"^(?:Caused by: )?(?:[\w$]+\.)*[A-Z]\w*(?:Error|Exception|Failure|Timeout)\b.*")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Templates:
    """`texts` are the templates; `of_line` names, per line, its template's index, or -1 for a line of a stack trace."""

    texts: tuple[str, ...]
    of_line: tuple[int, ...]


def mine(services: Sequence[str], messages: Sequence[str]) -> Templates:
    """The templates of those lines. Lines of different services never share one."""
    masked = _masked(messages)
    counts: Counter[tuple[str, Words]] = Counter()
    keys: list[tuple[str, Words] | None] = []
    for service, words in zip(services, (masked[message] for message in messages), strict=True):
        key = (service, words) if words else None
        keys.append(key)
        if key:
            counts[key] += 1
    named = _name(counts)
    texts = sorted(set(named.values()))
    index = {text: number for number, text in enumerate(texts)}
    return Templates(tuple(text for _, text in texts), tuple(-1 if key is None else index[named[key]] for key in keys))


def is_frame(message: str) -> bool:
    """Whether a line belongs to the stack trace before it."""
    return _FRAME.match(message) is not None


def _masked(messages: Iterable[str]) -> Mapping[str, Words]:
    """The words of each message, masked; none of a line of a stack trace. Lines that differ in ids alone are masked once."""
    known: dict[str, Words] = {}
    masked: dict[str, Words] = {}
    for message in set(messages):
        line = "" if is_frame(message) else unvaried(_headline(message))
        if line not in known:
            known[line] = tuple(mask(line).split()[:MOST_WORDS])
        masked[message] = known[line]
    return masked


def _headline(message: str) -> str:
    """A stack trace as one line: what was said, and what was raised last."""
    first, *rest = message.split("\n")
    raised = [line.strip() for line in rest if _RAISED.match(line.strip())]
    return f"{first} | {raised[-1]}" if raised else first


def _name(counts: Mapping[tuple[str, Words], int]) -> dict[tuple[str, Words], tuple[str, str]]:
    """The template of each masked line."""
    placed: dict[tuple[str, str], list[tuple[Words, int]]] = defaultdict(list)
    for (service, words), count in counts.items():
        placed[service, position(words)].append((words, count))
    headers = _headers(counts)
    named: dict[tuple[str, Words], tuple[str, str]] = {}
    for (service, place), lines in placed.items():
        statement = _statement([words for words, _ in lines], headers[service]) if place else ""
        told = ((words, statement) for words, _ in lines) if statement else _by_words(lines)
        for words, text in told:
            named[service, words] = (service, text)
    return named


def _headers(counts: Iterable[tuple[str, Words]]) -> Mapping[str, frozenset[tuple[int, str]]]:
    """What every line of a service has in the same place: it tells nothing of what a line says."""
    headers: dict[str, frozenset[tuple[int, str]]] = {}
    for service, words in counts:
        places = frozenset(enumerate(words))
        headers[service] = headers[service] & places if service in headers else places
    return headers


def _statement(lines: Sequence[Words], header: frozenset[tuple[int, str]]) -> str:
    """The one template of lines from the same place in the source; empty where they have too little in common.

    Some programs log everything from one place, a function of their own: there only the words tell lines apart.
    """
    common = frozenset.intersection(*(frozenset(enumerate(words)) for words in lines))
    if len(lines) > 1 and len(common - header) < SAME_STATEMENT:
        return ""
    longest = max(lines, key=_longer)
    return _text([word if (at, word) in common else ANY for at, word in enumerate(longest)])


def _longer(words: Words) -> tuple[int, Words]:
    return len(words), words


def _by_words(lines: Sequence[tuple[Words, int]]) -> Iterable[tuple[Words, str]]:
    by_length: dict[int, list[tuple[Words, int]]] = defaultdict(list)
    for words, count in lines:
        by_length[len(words)].append((words, count))
    for alike in by_length.values():
        for group in _groups(alike).values():
            yield from _templates(group)


def _groups(lines: Sequence[tuple[Words, int]]) -> dict[tuple[tuple[int, str], ...], list[Words]]:
    """Lines of one length by their most telling words: those that occur equally often, as many as possible."""
    frequency: Counter[tuple[int, str]] = Counter()
    for words, count in lines:
        for place in enumerate(words):
            frequency[place] += count
    groups: dict[tuple[tuple[int, str], ...], list[Words]] = defaultdict(list)
    for words, _ in lines:
        by_count: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for place in enumerate(words):
            by_count[frequency[place]].append(place)
        _, root = max(by_count.items(), key=lambda item: (len(item[1]), item[0]))
        groups[tuple(root)].append(words)
    return groups


def _templates(group: Sequence[Words]) -> Iterable[tuple[Words, str]]:
    variable = [len(set(column)) > THRESHOLD for column in zip(*group, strict=True)]
    for words in group:
        yield words, _text([ANY if varies else word for word, varies in zip(words, variable, strict=True)])


def _text(parts: Sequence[str]) -> str:
    text = " ".join(part for at, part in enumerate(parts) if part != ANY or at == 0 or parts[at - 1] != ANY)
    return text if len(text) <= LONGEST_TEMPLATE else text[: LONGEST_TEMPLATE - 1] + "…"
