"""Where and since when a change is live: a commit is live only from the deploy that brings it.

A deploy brings the commit that it names and those before it that no earlier deploy of the service brought, as far as
their files may be its own: paths that name it, and shared ones that name no other service. Where no deploy is recorded at
all, commits are taken as live when they were made, for then nothing better is known.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from agents.analyzers.words import vocabulary, words
from orchestrator.model import Change

COMMIT = "commit"
CARRIED_COUNTS = 0.75
_COMMON = vocabulary("service services svc server app api worker job the of and db")


@dataclass(frozen=True, slots=True)
class Placed:
    """A change, live at a service ("" where no place is known) since then; `by` is the deploy that carried it there."""

    change: Change
    service: str
    live: datetime
    by: Change | None = None


def rollouts(changes: Sequence[Change], services: Iterable[str]) -> list[Placed]:
    """Every place that every change is live at, ascending by time."""
    known = sorted({*services, *(each.service for each in changes if each.service)})
    deploys = [each for each in changes if each.service and each.kind.lower() == "deploy"]
    placed = [Placed(each, each.service, each.at) for each in changes if each.service]
    for deploy in deploys:
        placed += _carried(deploy, changes, deploys, known)
    if not deploys:
        placed += [Placed(each, _owner(each, known), each.at) for each in changes if not each.service]
    return sorted(placed, key=lambda each: (each.live, each.service, each.change.change_id, each.by is not None))


def _carried(
    deploy: Change, changes: Sequence[Change], deploys: Sequence[Change], known: Sequence[str]
) -> Iterator[Placed]:
    before = max((each.at for each in deploys if each.service == deploy.service and each.at < deploy.at), default=None)
    for each in changes:
        elsewhere = each.service != deploy.service and each.kind.lower() in (COMMIT, "deploy")
        recent = each.at < deploy.at and (before is None or each.at >= before)
        if (
            elsewhere
            and recent
            and each.files
            and each.change_id != deploy.change_id
            and _may_be_of(each, deploy.service, known)
        ):
            yield Placed(each, deploy.service, deploy.at, deploy)


def _may_be_of(change: Change, service: str, known: Sequence[str]) -> bool:
    """Whether some file of it may be the service's: it names the service, or nobody."""
    return any(_names(file, service) or not any(_names(file, other) for other in known) for file in change.files)


def _owner(change: Change, known: Sequence[str]) -> str:
    """The service that the change's files name; empty where they name none or several."""
    named = {service for service in known for file in change.files if _names(file, service)}
    return next(iter(named)) if len(named) == 1 else ""


def _names(path: str, service: str) -> bool:
    """Whether a path names a service: a folder or file is called like it, with or without words such as "service"."""
    wanted = _bare(service)
    return bool(wanted) and any(_bare(part) == wanted for part in path.replace(".", "/").split("/"))


def _bare(name: str) -> str:
    """`orders-service`, `orders-svc` and `orders` are one name."""
    joined = "".join(word for word in words(name) if word not in _COMMON)
    for ending in ("service", "server", "svc"):
        joined = joined.removesuffix(ending) or joined
    return joined
