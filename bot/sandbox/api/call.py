"""A call's arguments, whichever way they came: query, form, multipart or JSON body; the token in a header or among them."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.api.errors import ApiError, missing
from bot.sandbox.wire import loads_object

TRUE_WORDS = frozenset({"1", "true", "True"})


@dataclass(frozen=True, slots=True)
class Call:
    """A method's name, its arguments and the token. Forms carry strings, JSON bodies values: the readers take both."""

    method: str
    args: dict[str, Any]
    token: str | None

    def text(self, name: str, default: str = "") -> str:
        """The argument as a string."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """The argument as a string; `invalid_arguments` when it is missing or empty."""
        value = self.text(name)
        if not value:
            raise missing(name)
        return value

    def flag(self, name: str) -> bool:
        """The argument as a truth."""
        value = self.args.get(name)
        return value if isinstance(value, bool) else str(value) in TRUE_WORDS

    def integer(self, name: str, default: int) -> int:
        """The argument as a number; `invalid_arguments` when it is none."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise ApiError("invalid_arguments", [f"{name} must be an integer"]) from None

    def structure(self, name: str, broken: str = "invalid_arguments") -> Any:
        """A list or object, which forms carry as JSON text; the error `broken` when that text does not parse."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(broken) from None


async def read_call(method: str, request: web.Request) -> Call:
    """Read the call; raises `invalid_json`, `json_not_object` or `invalid_form_data` as Slack does."""
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        if body:
            args |= _json_body(body)
    elif request.body_exists:
        form = await request.post()
        args |= {name: value for name, value in form.items() if isinstance(value, str)}
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    in_args = args.pop("token", None)
    return Call(method, args, token.strip() if scheme == "Bearer" and token else in_args)


def _json_body(body: bytes) -> dict[str, Any]:
    try:
        json.loads(body)
    except ValueError:
        raise ApiError("invalid_json") from None
    parsed = loads_object(body)
    if parsed is None:
        raise ApiError("json_not_object")
    return parsed
