"""GitHub's webhooks about deployments: `deployment_status` tells when one went live.

Shapes: https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment_status. A deployment is live from its
first status `in_progress` or `success` on: an instance that runs the new version can do harm before all of them do.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from agents.sources.changes.posted import RefusedChangesError
from orchestrator.model import Change
from orchestrator.redaction import redact

LIVE = ("in_progress", "success")
EVENT = "deployment_status"


def change_of_webhook(event: str, body: Any, services: Mapping[str, str] = MappingProxyType({})) -> Change | None:
    """The change that a delivery tells; None where it tells none (a ping, a deployment that waits or failed).

    `event` is the header X-GitHub-Event; `services` names the services of repositories, by owner/name in lower case,
    that are called otherwise. Raises RefusedChangesError for a delivery of another shape.
    """
    if event != EVENT:
        return None
    status, deployment, repository = (_part(body, name) for name in ("deployment_status", "deployment", "repository"))
    if status.get("state") not in LIVE:
        return None
    service = services.get(_text(repository.get("full_name")).lower(), _text(repository.get("name")))
    return deployed(deployment, moment(status.get("created_at")), service)


def deployed(deployment: dict[str, Any], live: datetime, service: str) -> Change:
    """A deployment as a change of that service, or of the one that its payload names. Raises RefusedChangesError."""
    payload = deployment.get("payload")
    named = _text(payload.get("service")) if isinstance(payload, dict) else ""
    creator = deployment.get("creator")
    sha, ref = _text(deployment.get("sha")), _text(deployment.get("ref"))
    if not sha:
        raise RefusedChangesError("deployment.sha: is not there.", remedy="Send GitHub's own deliveries, as JSON.")
    said = [part for part in (ref if ref != sha else "", _text(deployment.get("description"))) if part]
    return Change(
        change_id=sha,
        at=live,
        kind="deploy",
        service=named or service,
        summary=redact(": ".join(said)),
        author=redact(_text(creator.get("login"))) if isinstance(creator, dict) else "",
        environment=_text(deployment.get("environment")),
    )


def moment(value: object) -> datetime:
    """A time as GitHub writes it, in UTC: 2026-03-14T11:58:00Z. Raises RefusedChangesError."""
    try:
        return datetime.fromisoformat(_text(value)).astimezone(UTC)
    except ValueError as error:
        raise RefusedChangesError("created_at: is no time.", remedy="Send GitHub's own deliveries, as JSON.") from error


def _part(body: Any, name: str) -> dict[str, Any]:
    part = body.get(name) if isinstance(body, dict) else None
    if not isinstance(part, dict):
        raise RefusedChangesError(f"{name}: is not there.", remedy="Send GitHub's own deliveries, as JSON.")
    return part


def _text(value: object) -> str:
    return value.strip()[:500] if isinstance(value, str) else ""
