"""What a door answers: one shape for every refusal, and a request id on everything."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import web

from orchestrator.errors import OrchestratorError

REQUEST_ID = "X-Request-Id"
Answer = Callable[[web.Request], Awaitable[dict[str, Any]]]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class RefusedError(OrchestratorError):
    """A request that is answered with a refusal."""

    kind = "refused"

    def __init__(self, status: int, error_type: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.answered, self.error_type = status, error_type


def answering(answer: Answer, new_id: Callable[[], str]) -> Handler:
    """The handler that answers 200 with what `answer` returns, and every error on purpose in the one shape."""

    async def handler(request: web.Request) -> web.Response:
        request_id = new_id()
        log = structlog.get_logger("compass.http").bind(request_id=request_id, path=request.path)
        try:
            said = await answer(request)
        except RefusedError as error:
            log.warning("request_refused", status=error.answered, error=error.error_type)
            return _refusal(error.answered, error.error_type, error, request_id)
        except OrchestratorError as error:
            log.warning("request_refused", status=error.status, error=error.kind)
            return _refusal(error.status, error.kind, error, request_id)
        log.info("request_answered", **{name: value for name, value in said.items() if isinstance(value, int)})
        return web.json_response({**said, "request_id": request_id}, headers={REQUEST_ID: request_id})

    return handler


def _refusal(status: int, error_type: str, error: OrchestratorError, request_id: str) -> web.Response:
    details: Mapping[str, str] = error.details
    body = {
        "error_type": error_type,
        "message": error.message,
        "details": dict(details),
        "suggestions": [error.remedy],
        "request_id": request_id,
    }
    headers = {REQUEST_ID: request_id} | ({"WWW-Authenticate": "Bearer"} if status == 401 else {})
    return web.json_response(body, status=status, headers=headers)
