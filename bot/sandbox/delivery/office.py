"""The post office: brings payloads to the app by whichever courier is set up, and repeats events nobody acknowledged.

Commands and interactions are delivered once: if they fail, the person is told. Events come again: over HTTP at once, after
a minute and after five (https://docs.slack.dev/apis/events-api#retries), over Socket Mode once.
"""

from bot.sandbox.clock import Clock
from bot.sandbox.delivery.background import Background
from bot.sandbox.delivery.reply import Courier, Kind, Reply, Retry
from bot.sandbox.wire import JsonObject

HTTP_RETRY_DELAYS = (0.0, 60.0, 300.0)
SOCKET_RETRY_DELAYS = (0.0,)


class PostOffice:
    """Delivers through `courier`; everything it leaves running belongs to `background`."""

    def __init__(self, courier: Courier, clock: Clock, background: Background, retry_delays: tuple[float, ...]) -> None:
        """`retry_delays` are the seconds before each repeat of an event."""
        self._courier = courier
        self._clock = clock
        self._background = background
        self._retry_delays = retry_delays

    def use(self, courier: Courier, retry_delays: tuple[float, ...]) -> None:
        """Deliver by another courier from now on."""
        self._courier, self._retry_delays = courier, retry_delays

    async def deliver(self, kind: Kind, payload: JsonObject) -> Reply:
        """Deliver once and wait for the acknowledgement."""
        return await self._courier.deliver(kind, payload)

    def send_event(self, payload: JsonObject) -> None:
        """Deliver an event, and again if need be, without waiting for it."""
        self._background.start(self._deliver_event(payload))

    async def _deliver_event(self, payload: JsonObject) -> None:
        reply = await self._courier.deliver("events_api", payload)
        for attempt, delay in enumerate(self._retry_delays, start=1):
            if not reply.failure or reply.final:
                return
            if delay:
                await self._clock.sleep(delay)
            reply = await self._courier.deliver("events_api", payload, Retry(attempt, reply.reason))
