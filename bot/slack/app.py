"""The Slack surface as one object: made without I/O, opened, closed.

Why it authorises by itself: Bolt calls `auth.test` while it handles the first request, and a handler that waits for a slow
Web API is acknowledged too late. Here `auth.test` is asked once, at `open()`, and handed over.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import ClientSession, ClientTimeout
from aiohttp.web import RouteDef
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.config import SlackConfig
from bot.slack.deliveries import Deliveries
from bot.slack.errors import AnswerLostError, RateLimitedError, RefusedError, SlackSetupError, SlackTrouble
from bot.slack.handlers import register
from bot.slack.intake.http import EVENTS_PATH, HttpIntake
from bot.slack.intake.socket import SocketIntake
from bot.slack.jobs import Jobs
from bot.slack.kit import Kit
from bot.slack.lanes import Lanes
from bot.slack.outbox import SlackOutbox
from bot.slack.people import People, Policy
from bot.slack.request import delivery_id
from bot.slack.sdk_log import BOLT, sdk_logger
from bot.slack.story import Story
from bot.slack.teller import Teller
from bot.slack.thread import SlackThread
from bot.slack.web import SlackWeb, host_of
from orchestrator.clock import Clock, Pace
from orchestrator.investigation import Investigations
from orchestrator.model import InvestigationState
from orchestrator.ports import Compute, Outbox

FIRST_TRY_S = 5.0
FIRST_WAIT_S = 2.0
FIRST_CONTACT_S = 20.0
"""Whoever starts Compass watches it start: a Slack that is silent for longer is a setting to look at."""
MOST_LIMITED = 3


def new_request_id() -> str:
    """Short enough to read out over the phone."""
    return secrets.token_hex(4)


class SlackSurface:
    """Compass in one Slack workspace. It listens to the service from the moment it is made, and shows once it is open.

    `open()` returns when Slack's deliveries are taken; `aclose()` finishes what is under way. It raises SlackSetupError,
    which says which setting to look at.
    """

    def __init__(
        self,
        service: Investigations,
        outbox: Outbox,
        config: SlackConfig,
        clock: Clock,
        compute: Compute,
        *,
        request_ids: Callable[[], str] = new_request_id,
        doors: Sequence[RouteDef] = (),
    ) -> None:
        self._doors = tuple(doors)
        self._service, self._posts, self._config, self._clock, self._compute = service, outbox, config, clock, compute
        self._request_ids = request_ids
        past = timedelta(hours=config.catch_up_hours)
        self.thread = SlackThread(service, clock, interval_s=config.edit_interval_s, past=past)
        service.listen(self.thread)
        self.jobs = Jobs(clock)
        self.team_name = ""
        self._session: ClientSession | None = None
        self._intake: HttpIntake | SocketIntake | None = None
        self._log = structlog.get_logger("compass.slack")

    @property
    def port(self) -> int:
        """The port of HTTP mode, 0 in Socket Mode."""
        return self._intake.port if isinstance(self._intake, HttpIntake) else 0

    @property
    def listens_at(self) -> str:
        """Where Slack's deliveries are taken, for people."""
        if self._config.mode == "http":
            return f"http://{self._config.host}:{self.port}{EVENTS_PATH}"
        return "Socket Mode"

    async def first_told(self) -> InvestigationState:
        """Wait until the first thread stands complete; how that run ended."""
        return await self.thread.first_told()

    async def open(self) -> None:
        """Find out who we are, show what is not shown yet, and take deliveries."""
        config = self._config
        self._session = ClientSession(timeout=ClientTimeout(total=config.call_timeout_s * 2))
        try:
            await self._open(self._client(self._session))
        except SlackTrouble:
            await self.aclose()
            raise self._silent() from None
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Take no more, finish what is under way, and let go of every connection."""
        if self._intake:
            await self._intake.aclose()
            self._intake = None
        await self.jobs.aclose()
        await self.thread.aclose()
        if self._session:
            await self._session.close()
            self._session = None

    async def _open(self, client: AsyncWebClient) -> None:
        web = SlackWeb(client, self._clock, timeout_s=self._config.call_timeout_s)
        me = await self._who_am_i(web)
        self.team_name = str(me.get("team") or "")
        kit = self._kit(web, me)
        app = self._app(client, me, kit)
        self.thread.open(kit.workspace, Story(kit.outbox, self._compute), kit.teller, kit.people)
        await self.thread.catch_up()
        self._intake = self._way_in(app, web, client)
        await self._intake.open()
        self._log.info("slack_open", workspace=kit.workspace, mode=self._config.mode)

    def _client(self, session: ClientSession) -> AsyncWebClient:
        config = self._config
        return AsyncWebClient(
            token=config.bot_token,
            base_url=config.api_url,
            timeout=int(config.call_timeout_s),
            ssl=config.ssl,
            proxy=config.proxy,
            session=session,
            logger=sdk_logger(),
            retry_handlers=[],
        )

    async def _who_am_i(self, web: SlackWeb) -> dict[str, Any]:
        """Our own ids; SlackSetupError after `FIRST_CONTACT_S` without an answer, the waits Slack asks for not counted."""
        until, limited, warned = self._clock.monotonic() + FIRST_CONTACT_S, 0, False
        while True:
            try:
                return dict(await web.who_am_i(timeout_s=FIRST_TRY_S))
            except RefusedError as refused:
                raise SlackSetupError(
                    f"Slack does not accept the bot token ({refused.code}).",
                    remedy="Check SLACK_BOT_TOKEN: it begins with xoxb- and belongs to an app that is installed.",
                ) from None
            except RateLimitedError as wait:
                limited, until = limited + 1, until + wait.retry_after
                pause = wait.retry_after
            except AnswerLostError:
                pause = FIRST_WAIT_S
            if limited > MOST_LIMITED or self._clock.monotonic() + pause + FIRST_TRY_S > until:
                raise self._silent()
            if not warned:
                self._log.warning("slack_does_not_answer_yet", address=host_of(self._config.api_url), again_in_s=pause)
                warned = True
            await self._clock.sleep(pause)

    def _silent(self) -> SlackSetupError:
        return SlackSetupError(
            f"Slack's Web API does not answer at {host_of(self._config.api_url) or 'its address'}.",
            remedy="Check the network, the proxy and SLACK_API_URL, then start again.",
        )

    def _kit(self, web: SlackWeb, me: dict[str, Any]) -> Kit:
        config, clock = self._config, self._clock
        lanes = Lanes(clock, per_second=config.posts_per_second, burst=config.post_burst)
        edits = Pace(clock, per_second=config.edits_per_minute / 60, burst=config.edit_burst)
        policy = Policy(
            team_id=str(me.get("team_id") or ""),
            enterprise_id=str(me.get("enterprise_id") or ""),
            allow_guests=config.allow_guests,
            allow_shared_channels=config.allow_shared_channels,
        )
        return Kit(
            service=self._service,
            web=web,
            outbox=SlackOutbox(self._posts, web, lanes, edits, clock),
            people=People(web, clock, policy),
            teller=Teller(web),
            thread=self.thread,
            jobs=self.jobs,
            clock=clock,
            workspace=policy.team_id,
            team_url=str(me.get("url") or ""),
            bot_user_id=str(me.get("user_id") or ""),
        )

    def _app(self, client: AsyncWebClient, me: dict[str, Any], kit: Kit) -> AsyncApp:
        known = AuthorizeResult(
            enterprise_id=me.get("enterprise_id"),
            team_id=me.get("team_id"),
            bot_user_id=me.get("user_id"),
            bot_id=me.get("bot_id"),
            bot_token=self._config.bot_token,
        )

        async def authorize() -> AuthorizeResult:
            return known

        # Signatures are checked before Bolt sees a request (`intake.http`), where a bad one is logged without its body.
        app = AsyncApp(
            name=f"{BOLT}.compass",
            client=client,
            authorize=authorize,
            signing_secret="",
            request_verification_enabled=False,
            logger=client.logger,
        )
        app.middleware(_once(Deliveries(self._clock)))
        app.error(self._failed)
        register(app, kit, self._request_ids)
        return app

    def _way_in(self, app: AsyncApp, web: SlackWeb, client: AsyncWebClient) -> HttpIntake | SocketIntake:
        config = self._config
        if config.mode == "http":
            if not config.signing_secret:
                raise SlackSetupError("HTTP mode needs a signing secret.", remedy="Set SLACK_SIGNING_SECRET.")
            return HttpIntake(app, config.signing_secret, self._clock, config.host, config.port, self._doors)
        if not config.app_token:
            raise SlackSetupError("Socket Mode needs an app token.", remedy="Set SLACK_APP_TOKEN.")
        return SocketIntake(app, web, config.app_token, self._clock, client.logger, connections=config.connections)

    async def _failed(self, error: Exception) -> None:
        self._log.error("slack_delivery_failed", error=type(error).__name__)


def _once(deliveries: Deliveries) -> Callable[..., Awaitable[Any]]:
    async def once(body: dict[str, Any], ack: AsyncAck, next: Callable[[], Awaitable[None]]) -> Any:  # noqa: A002 - Bolt's name
        if deliveries.is_first(delivery_id(body)):
            await next()
            return None
        return await ack()

    return once
