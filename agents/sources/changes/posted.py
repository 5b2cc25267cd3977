"""Changes as people post them: one object, or a list of them, in JSON.

    {"id": "v412", "service": "orders", "summary": "faster search", "at": "2026-03-14T11:58:00Z"}

Only `id` has to be there. What cannot be used is refused whole, with the field, the rule and an example; nothing is kept
then, so that whoever posts may simply correct it and post again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from orchestrator.errors import OrchestratorError
from orchestrator.model import Change
from orchestrator.redaction import redact

MOST_AT_ONCE = 500
LONGEST_DETAILS = 20_000
EXAMPLE = '{"id": "v412", "service": "orders", "summary": "faster search", "at": "2026-03-14T11:58:00Z"}'
_AHEAD = timedelta(minutes=5)


class RefusedChangesError(OrchestratorError):
    """What was posted cannot be kept."""

    kind = "refused_changes"
    status = 422
    default_remedy = f"For example: {EXAMPLE}"


Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class PostedChange(BaseModel):
    """One change as it is posted. Unknown fields are refused, for a field that is misspelt would be lost silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: Name
    kind: Name = "deploy"
    service: Short = ""
    at: datetime | None = None
    summary: Annotated[str, Field(max_length=2000)] = ""
    author: Short = ""
    environment: Short = ""
    files: Annotated[tuple[Short, ...], Field(max_length=1000)] = ()
    details: Annotated[str, Field(max_length=LONGEST_DETAILS)] = ""


_READ: TypeAdapter[list[PostedChange]] = TypeAdapter(Annotated[list[PostedChange], Field(max_length=MOST_AT_ONCE)])


def posted_changes(body: Any, now: datetime) -> list[Change]:
    """The changes in what was posted, parsed JSON; those without a time happened now. Raises RefusedChangesError."""
    if isinstance(body, dict) and isinstance(body.get("changes"), list):
        body = body["changes"]
    items = body if isinstance(body, list) else [body]
    try:
        read = _READ.validate_python(items)
    except ValidationError as error:
        raise _refused(error) from error
    changes = [_change(each, now) for each in read]
    late = next((each for each in changes if each.at > now + _AHEAD), None)
    if late is not None:
        raise RefusedChangesError(
            f"at: {late.at:%Y-%m-%dT%H:%M:%SZ} lies in the future.", details={"at": "must not lie in the future"}
        )
    return changes


def _change(each: PostedChange, now: datetime) -> Change:
    at = each.at or now
    return Change(
        change_id=redact(each.id),
        at=(at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC),
        kind=redact(each.kind.lower()),
        service=redact(each.service),
        summary=redact(each.summary),
        author=redact(each.author),
        files=tuple(map(redact, each.files)),
        details=redact(each.details),
        environment=redact(each.environment),
    )


def _refused(error: ValidationError) -> RefusedChangesError:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    problems = {
        _name(each["loc"]): each["msg"].removeprefix("Value error, ").removeprefix("Input ") for each in found[:5]
    }
    return RefusedChangesError("; ".join(f"{name}: {rule}" for name, rule in problems.items()) + ".", details=problems)


def _name(location: Sequence[int | str]) -> str:
    """`changes[2].service` of (2, "service"); the name of a field that nobody knows is cut, for anybody may post it."""
    number, *inner = location or ("",)
    where = f"[{number}]" if isinstance(number, int) else str(number)[:40]
    return ".".join(["changes" + where, *(str(part)[:40] for part in inner)])
