"""`changes.json`: a list of changes, or lists by kind ({"deploys": [...], "commits": [...], "flags": [...]}).

A deploy that names its commit is told as one change under the commit's id: where and when it went live, and what it
changed. A commit that nobody deployed stays a change of its own, without a service.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from agents.sources.snapshot.lines import left_out, text
from agents.sources.snapshot.times import moment, seconds
from orchestrator.model import Change
from orchestrator.redaction import redact

LONGEST_DETAILS = 4000
_TIMES = ("timestamp", "at", "time", "ts", "deployed_at")
_IDS = ("change_id", "commit_sha", "sha", "commit", "id", "version", "flag", "name")
_SUMMARIES = ("summary", "message", "description", "change", "title")
_AUTHORS = ("author", "actor", "by", "user")


def parse_changes(content: bytes) -> tuple[tuple[Change, ...], str]:
    """The changes ascending by time, and what was left out as words."""
    if not content.strip():
        return (), ""
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        return (), "changes.json, which is no JSON"
    made = [_change(kind, item) for kind, item in _items(read)]
    changes = [each for each in made if each is not None]
    unreadable = len(made) - len(changes)
    return tuple(sorted(_joined(changes), key=lambda each: (each.at, each.change_id, each.kind))), left_out(
        unreadable, "changes"
    )


def _items(read: object) -> Iterator[tuple[str, object]]:
    if isinstance(read, list):
        yield from (("", item) for item in read)
    elif isinstance(read, dict):
        for kind, items in read.items():
            if isinstance(items, list):
                single = kind.removesuffix("s")
                yield from (("" if single == "change" else single, item) for item in items)


def _change(kind: str, item: object) -> Change | None:
    if not isinstance(item, dict):
        return None
    change_id = _first(item, _IDS)
    try:
        at = moment(seconds(next((item[key] for key in _TIMES if item.get(key)), None)))
    except ValueError:
        return None
    if not change_id:
        return None
    files = item.get("files_changed") or item.get("files") or ()
    return Change(
        change_id=change_id,
        at=at,
        kind=text(item.get("kind")) or text(item.get("type")) or kind or "change",
        service=text(item.get("service")),
        summary=redact(_summary(item)),
        author=redact(_first(item, _AUTHORS)),
        files=tuple(each for each in files if isinstance(each, str)) if isinstance(files, list) else (),
        details=redact((text(item.get("diff")) or text(item.get("details")))[:LONGEST_DETAILS]),
    )


def _summary(item: dict[str, Any]) -> str:
    """What was changed in one line: the version or the flag, and what is said about it."""
    parts = (text(item.get("version")), text(item.get("flag")), _first(item, _SUMMARIES))
    return ": ".join(part for part in parts if part)


def _first(item: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((text(item[key]) for key in keys if text(item.get(key))), "")


def _joined(changes: list[Change]) -> list[Change]:
    commits = {each.change_id: each for each in changes if each.kind == "commit"}
    told: set[str] = set()
    joined: list[Change] = []
    for each in changes:
        commit = commits.get(each.change_id)
        if commit is None or each.kind == "commit":
            continue
        told.add(each.change_id)
        summary = ": ".join(part for part in (each.summary, commit.summary) if part)
        joined.append(
            replace(
                each, summary=summary, author=each.author or commit.author, files=commit.files, details=commit.details
            )
        )
    others = [each for each in changes if each.change_id not in told]
    return joined + others
