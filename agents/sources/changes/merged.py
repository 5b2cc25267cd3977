"""Several sources of changes as one: each change once, however many tell it."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Asked, Change, Changes
from orchestrator.ports import ChangeSource, Lookup

Key = tuple[str, str]


class MergedChanges:
    """Implements ChangeSource. What one source does not answer is left out and said; if none answers, that is raised."""

    def __init__(self, sources: Sequence[ChangeSource]) -> None:
        self._sources = tuple(sources)

    async def read_changes(self, lookup: Lookup) -> Changes:
        """The changes of all, ascending by time. Raises SourceUnavailableError where no source answers."""
        answers = await asyncio.gather(*(_asked(each, lookup) for each in self._sources))
        told = [each for each in answers if isinstance(each, Changes)]
        failed = [each for each in answers if isinstance(each, SourceUnavailableError)]
        if failed and not told:
            raise failed[0]
        merged = _once(change for each in told for change in each.changes)
        return Changes(_all_asked([each.asked for each in told], failed, lookup), merged)


async def _asked(source: ChangeSource, lookup: Lookup) -> Changes | SourceUnavailableError:
    try:
        return await source.read_changes(lookup)
    except SourceUnavailableError as error:
        return error


def _once(changes: Iterable[Change]) -> tuple[Change, ...]:
    """One change an id and service: of several that are told the earliest, with what the others know of it besides."""
    known: dict[Key, Change] = {}
    for each in sorted(changes, key=lambda one: (one.at, one.change_id, one.kind, one.service)):
        key = (each.change_id.casefold(), each.service)
        known[key] = _filled(known[key], each) if key in known else each
    return tuple(known.values())


def _filled(first: Change, other: Change) -> Change:
    return replace(
        first,
        summary=first.summary or other.summary,
        author=first.author or other.author,
        files=first.files or other.files,
        details=first.details or other.details,
        environment=first.environment or other.environment,
    )


def _all_asked(asked: Sequence[Asked], failed: Sequence[SourceUnavailableError], lookup: Lookup) -> Asked:
    left_out = [each.left_out for each in asked if each.left_out] + [each.message for each in failed]
    return Asked(
        ", ".join(each.source for each in asked),
        "; ".join(dict.fromkeys(each.query for each in asked)),
        lookup.window,
        link=next((each.link for each in asked if each.link), ""),
        left_out="; ".join(left_out),
        latest=max((each.latest for each in asked if each.latest), default=None),
    )
