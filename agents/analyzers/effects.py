"""What a change can do to a system: the mechanisms that its diff shows.

A mechanism is seen in what a change takes away or brings in (see `diffs`), never in what it leaves as it was; a change can
have several. What can cause nothing (documentation, tests, style) is told apart elsewhere.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from agents.analyzers.diffs import Diff, Renumbered, read_diff, renumbered_in_words
from agents.analyzers.mechanisms import (
    ADDRESS,
    ANYTHING,
    ASKS,
    ASKS_IN_A_LOOP,
    ASKS_NEW,
    ASKS_OTHERWISE,
    CHECK,
    CHECK_WORDS,
    CHECKS_LESS,
    CONNECTS_ELSEWHERE,
    DEPENDENCIES,
    LOGS_MORE,
    LOOP,
    LOWERED,
    MORE_LOGGING,
    NAMED,
    NOT_TOLD,
    ONLY_TELLS,
    OTHER_VERSIONS,
    QUERY,
    RAISED,
    RENAMES,
    REORDERS,
    SETS_OTHERWISE,
    SETTING,
    SETTINGS,
    SWITCHES,
    TELLS,
    WORD_RULES,
    Effect,
)
from agents.analyzers.words import words
from orchestrator.model import Change

NEAR_A_LOOP = 5
FULL_STEP = 1.5
SWITCHED = ("flag", "feature")
UNTOLD = (NOT_TOLD, SWITCHES)
"""Effects that say only that nobody told what the change does."""


def effects_of(change: Change) -> tuple[Effect, ...]:
    """Every mechanism that the change's diff shows, or its words where it has none."""
    diff = read_diff(change.details)
    told = tuple(_of_numbers(renumbered_in_words(change.change_id, change.summary)))
    if told and not change.details:
        return told
    by_words = [rule.effect for rule in WORD_RULES if rule.taken & diff.taken or rule.brought & diff.brought]
    return (*told, *_of_numbers(diff.renumbered), *by_words, *_of_lines(diff), _of_its_kind(change, diff))


def _of_numbers(renumbered: Iterable[Renumbered]) -> Iterator[Effect]:
    for each in renumbered:
        about, kind = next(
            ((min(names & each.about), kind) for names, kind in SETTINGS if names & each.about), ("", "")
        )
        if kind:
            made = (LOWERED if each.factor < 1 else RAISED)[kind]
            says = made.says.format(about=about, before=each.before, after=each.after)
            yield replace(made, says=says, weight=made.weight * min(1.0, FULL_STEP * (_step(each.factor) - 1.0)))


def _step(factor: float) -> float:
    """How large a change of a number is: 2 for twice or half of it, 1 for none; a tenth more or less breaks little."""
    return max(factor, 1.0 / factor)


def _of_lines(diff: Diff) -> Iterator[Effect]:
    """What shows in the lines rather than in single words."""
    if _asks_in_a_loop(diff):
        yield ASKS_IN_A_LOOP
    if _some(QUERY.search, diff.only_removed):
        yield ASKS_OTHERWISE
    elif _some(QUERY.search, diff.only_added):
        yield ASKS_NEW
    if _some(MORE_LOGGING.search, diff.only_added):
        yield LOGS_MORE
    if any(_is_lost(line, diff) for line in diff.only_removed):
        yield CHECKS_LESS
    if _found(ADDRESS, diff.removed) - _found(ADDRESS, diff.added):
        yield CONNECTS_ELSEWHERE
    if _is_reordered(diff):
        yield REORDERS
    yield from _set_otherwise(diff)
    before, after = _found(NAMED, diff.removed), _found(NAMED, diff.added)
    if before - after and after - before:
        yield replace(RENAMES, says=RENAMES.says.format(name=min(before - after)))


def _is_lost(line: str, diff: Diff) -> bool:
    """Whether a condition was taken out, and what it asked is asked nowhere else."""
    asked = frozenset(words(line)) - CHECK_WORDS
    return bool(CHECK.match(line)) and bool(asked) and len(asked & diff.taken) > len(asked) / 2


def _is_reordered(diff: Diff) -> bool:
    """Whether a line came back with the same words in another order."""
    added = {words(line) for line in diff.only_added}
    of_the_same = {tuple(sorted(each)) for each in added if len(each) > 1}
    return any(tuple(sorted(each)) in of_the_same and each not in added for each in map(words, diff.only_removed))


def _set_otherwise(diff: Diff) -> Iterator[Effect]:
    """Keys of a configuration that have another value."""
    before = dict(found for line in diff.only_removed for found in SETTING.findall(line))
    after = dict(found for line in diff.only_added for found in SETTING.findall(line))
    names = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    if names:
        yield replace(SETS_OTHERWISE, says=SETS_OTHERWISE.says.format(name=names[0]))


def _of_its_kind(change: Change, diff: Diff) -> Effect:
    """What any change of its kind may do."""
    changed = (*diff.removed, *diff.added)
    if change.kind.lower() in SWITCHED:
        return SWITCHES
    if change.files and all(DEPENDENCIES.search(file) for file in change.files):
        return OTHER_VERSIONS
    if not changed:
        return NOT_TOLD
    return ONLY_TELLS if all(TELLS.search(line) or not line.strip() for line in changed) else ANYTHING


def _asks_in_a_loop(diff: Diff) -> bool:
    """A call to somebody else that is new, shortly after the head of a loop, be that new or not."""
    new = frozenset(diff.only_added)
    asks = [at for at, (line, is_new) in enumerate(diff.after) if is_new and line in new and ASKS.search(line)]
    loops = [at for at, (line, _) in enumerate(diff.after) if LOOP.search(line)]
    return any(0 <= ask - at <= NEAR_A_LOOP for ask in asks for at in loops)


def _found(pattern: "re.Pattern[str]", lines: Iterable[str]) -> frozenset[str]:
    return frozenset(name for line in lines for name in pattern.findall(line))


def _some(test: Callable[[str], object], lines: Iterable[str]) -> bool:
    """Whether a line passes, or all of them read as one: queries run over several."""
    return any(test(line) for line in lines) or bool(test(" ".join(lines)))
