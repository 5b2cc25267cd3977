"""The door of the Web API: every call comes through here, is checked, counted and answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.api import chat, conversations, directory, files, views
from bot.sandbox.api.access import granted
from bot.sandbox.api.call import Call, read_call
from bot.sandbox.api.desk import Desk, Method
from bot.sandbox.api.errors import ApiError
from bot.sandbox.api.faults import Fault, Faults
from bot.sandbox.api.rates import RateKeeper
from bot.sandbox.wire import JsonObject, dumps

METHODS: Mapping[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **directory.METHODS,
    **files.METHODS,
    **views.METHODS,
}
CALLS_KEPT = 2000
HANG_UP = 400


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as it came in and how it was answered, for tests that count; `error` is "" when it went well."""

    method: str
    args: JsonObject
    error: str
    at: float


class ApiDoor:
    """Answers `/api/METHOD`."""

    def __init__(self, desk: Desk, rates: RateKeeper, faults: Faults) -> None:
        """Answer from `desk`'s workspace."""
        self._desk = desk
        self._rates = rates
        self._faults = faults
        self.calls: list[CallRecord] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call over HTTP."""
        name = request.match_info["method"]
        delay = self._faults.delay(name)
        if delay:
            await self._desk.workspace.clock.sleep(delay)
        fault = self._faults.take(name)
        if fault and not fault.lose_answer:
            return self._fail(name, fault)
        call = Call(name, {}, None)
        try:
            call = await read_call(name, request)
            answer = self._answer(call)
        except ApiError as error:
            answer = error.as_wire()
        except ConnectionError:
            return web.Response(status=HANG_UP)  # the caller hung up: nobody hears this, and nothing went wrong here
        self._record(call, str(answer.get("error", "")))
        if fault and request.transport:
            request.transport.abort()
        if answer.get("error") == "ratelimited":
            return _json(answer, 429, {"Retry-After": str(answer.pop("retry_after"))})
        return _json(answer, headers={"X-OAuth-Scopes": ",".join(self._desk.workspace.app.seed.scopes or ())})

    def _answer(self, call: Call) -> JsonObject:
        method = METHODS.get(call.method)
        if method is None:
            raise ApiError("unknown_method", req_method=call.method)
        self._check_token(method, call)
        self._check_scopes(method)
        wait = self._rates.wait_for(call.method, method.tier, call.text("channel"))
        if wait:
            raise ApiError("ratelimited", retry_after=wait)
        return {"ok": True, **method.run(self._desk, call)}

    def _check_token(self, method: Method, call: Call) -> None:
        app = self._desk.workspace.app
        if method.anonymous:
            return
        if not call.token:
            raise ApiError("not_authed")
        if call.token not in (app.bot_token, app.app_token):
            raise ApiError("invalid_auth")
        if (call.token == app.app_token) != method.app_level:
            raise ApiError("not_allowed_token_type")

    def _check_scopes(self, method: Method) -> None:
        if method.scopes and not any(granted(self._desk, scope) for scope in method.scopes):
            provided = ",".join(self._desk.workspace.app.seed.scopes or ())
            raise ApiError("missing_scope", needed=",".join(method.scopes), provided=provided)

    def _record(self, call: Call, error: str) -> None:
        record = CallRecord(call.method, call.args, error, self._desk.workspace.clock.monotonic())
        self.calls = [*self.calls, record][-CALLS_KEPT:]

    def _fail(self, method: str, fault: Fault) -> web.Response:
        code = fault.error or ("ratelimited" if fault.status == 429 else "internal_error")
        self._record(Call(method, {}, None), code)
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        if fault.status and fault.status not in (200, 429):
            return web.Response(status=fault.status, text="upstream failure", headers=headers)
        return _json({"ok": False, "error": code}, fault.status or 200, headers)


def _json(answer: JsonObject, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response(answer, status=status, headers=headers, dumps=dumps)
