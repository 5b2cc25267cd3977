"""Deployments asked of GitHub: which commit went live where and when, and what it changed against the one before it.

Shapes: https://docs.github.com/en/rest/deployments/deployments, /deployments/statuses, and
https://docs.github.com/en/rest/commits/commits#compare-two-commits. Any server that speaks them will do.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from agents.sources.changes.kept import same_environment
from agents.sources.changes.posted import LONGEST_DETAILS
from agents.sources.changes.webhook import LIVE, deployed, moment
from agents.sources.wire import Server, ServerError
from orchestrator.errors import OrchestratorError, SourceUnavailableError
from orchestrator.model import Asked, Change, Changes
from orchestrator.ports import Lookup
from orchestrator.redaction import redact

SOURCE = "GitHub"
HEADERS: Mapping[str, str] = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
A_PAGE = 100
MOST_DEPLOYMENTS = 20
ROLLOUT = timedelta(hours=6)
"""So long before the window deployments are looked for that went live within it: approvals and rollouts take time."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as `owner/name`, and the service that it is deployed as."""

    name: str
    service: str


class GitHubChanges:
    """Implements ChangeSource over a server that speaks GitHub's REST API."""

    def __init__(self, server: Server, repositories: Sequence[Repository]) -> None:
        self._server, self._repositories = server, tuple(repositories)

    async def read_changes(self, lookup: Lookup) -> Changes:
        """The deployments of those services that went live in the window. Raises SourceUnavailableError if none is told."""
        wanted = [each for each in self._repositories if not lookup.services or each.service in lookup.services]
        answers = await asyncio.gather(*(self._deployments(each, lookup) for each in wanted), return_exceptions=True)
        failed = [each for each in answers if isinstance(each, BaseException)]
        strange = next((each for each in failed if not isinstance(each, OrchestratorError)), None)
        if strange is not None:
            raise strange
        if failed and len(failed) == len(answers):
            raise _unavailable(failed[0])
        told = [each for each in answers if not isinstance(each, BaseException)]
        found = sorted(
            (change for changes, _ in told for change in changes), key=lambda each: (each.at, each.change_id)
        )
        left_out = [words for _, words in told if words] + [_unavailable(each).message for each in failed]
        latest = found[-1].at if found else None
        query = f"deployments of {', '.join(each.name for each in wanted) or 'no repository'}"
        return Changes(Asked(SOURCE, query, lookup.window, left_out="; ".join(left_out), latest=latest), tuple(found))

    async def _deployments(self, repository: Repository, lookup: Lookup) -> tuple[list[Change], str]:
        """The changes of one repository, and what was left out."""
        path = f"repos/{repository.name}/deployments"
        listed = _objects(await self._server.get_json(path, {"per_page": str(A_PAGE)}, what="its deployments"))
        near = [each for each in listed if same_environment(str(each.get("environment") or ""), lookup)]
        begun = lookup.window.start - ROLLOUT
        recent = [each for each in near if begun <= moment(each.get("created_at")) < lookup.window.end]
        asked = recent[:MOST_DEPLOYMENTS]
        live = await asyncio.gather(*(self._live(path, each, repository) for each in asked))
        within = [each for each in live if each and lookup.window.start <= each.at < lookup.window.end]
        before = _before(near)
        changes = await asyncio.gather(*(self._compared(each, repository, before) for each in within))
        words = (
            f"{len(recent) - len(asked)} older deployments of {repository.name}" if recent[MOST_DEPLOYMENTS:] else ""
        )
        return list(changes), words

    async def _live(self, path: str, deployment: dict[str, Any], repository: Repository) -> Change | None:
        """The deployment as a change from when it went live; None where it never did."""
        number = deployment.get("id")
        statuses = await self._server.get_json(
            f"{path}/{int(number) if isinstance(number, int) else 0}/statuses",
            {"per_page": str(A_PAGE)},
            what="a deployment's statuses",
        )
        times = [moment(each.get("created_at")) for each in _objects(statuses) if each.get("state") in LIVE]
        return deployed(deployment, min(times), repository.service) if times else None

    async def _compared(self, change: Change, repository: Repository, before: Mapping[tuple[str, str], str]) -> Change:
        """The change with what its commits say and do; as it is where GitHub does not tell."""
        base = before.get((change.change_id, change.environment))
        path = f"compare/{base}...{change.change_id}" if base else f"commits/{change.change_id}"
        try:
            told = await self._server.get_json(f"repos/{repository.name}/{path}", what="what a deployment changed")
        except ServerError:
            return change
        return _with_commits(change, told) if isinstance(told, dict) else change


def _unavailable(error: BaseException) -> SourceUnavailableError:
    """The error as people hear of it: a server that did not answer says so itself, an odd answer is called one."""
    if isinstance(error, SourceUnavailableError):
        return error
    return SourceUnavailableError("GitHub's deployments could not be read: its answer is of another shape.")


def _with_commits(change: Change, told: dict[str, Any]) -> Change:
    """The last commit's title stands for all; the files and their patches are those of all."""
    commits = _objects(told.get("commits")) or [told]
    message = _message(commits[-1])
    more = f" (and {len(commits) - 1} more commits)" if len(commits) > 1 else ""
    files = _objects(told.get("files"))
    names = tuple(str(each["filename"]) for each in files if isinstance(each.get("filename"), str))
    patches = "\n".join(
        f"@@ {each.get('filename')}\n{each['patch']}" for each in files if isinstance(each.get("patch"), str)
    )
    summary = redact(f"{message.partition(chr(10))[0]}{more}") if message else change.summary
    return replace(change, summary=summary, files=names, details=redact(patches[:LONGEST_DETAILS]))


def _message(commit: dict[str, Any]) -> str:
    inner = commit.get("commit")
    return str(inner.get("message") or "") if isinstance(inner, dict) else ""


def _before(deployments: Sequence[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """By commit and environment: the commit that was deployed there before it. GitHub tells the newest first."""
    found: dict[tuple[str, str], str] = {}
    by_environment: dict[str, list[str]] = {}
    for each in deployments:
        by_environment.setdefault(str(each.get("environment") or ""), []).append(str(each.get("sha") or ""))
    for environment, shas in by_environment.items():
        for newer, older in pairwise(shas):
            if newer != older:
                found.setdefault((newer, environment), older)
    return found


def _objects(told: object) -> list[dict[str, Any]]:
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
