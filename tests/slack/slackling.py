"""A Slack of a few lines, for the outbox: it remembers what stands, and fails as it is told to."""

from dataclasses import dataclass, field, replace

from bot.slack.blocks import Message
from bot.slack.errors import SlackTrouble
from bot.slack.web import Posted, Upload


@dataclass(frozen=True)
class Standing:
    key: str
    channel: str
    thread_ts: str
    message: Message | None
    file: str = ""
    edits: int = 0


@dataclass
class Slackling:
    """Implements `Poster`. `trouble` is raised by the next calls in turn (None: it works); `lose` after the work is done."""

    standing: dict[str, Standing] = field(default_factory=dict)
    trouble: list[SlackTrouble | None] = field(default_factory=list)
    lose: list[SlackTrouble | None] = field(default_factory=list)
    looking: list[SlackTrouble | None] = field(default_factory=list)
    looked: int = 0
    calls: int = 0
    parent_gone: bool = False

    async def post(self, channel: str, message: Message, *, key: str, thread_ts: str = "") -> Posted:
        self._before()
        posted = self._stand(Standing(key, channel, "" if self.parent_gone else thread_ts, message))
        self._after()
        return posted

    async def edit(self, channel: str, ts: str, message: Message, *, key: str) -> None:
        self._before()
        self.standing[ts] = replace(self.standing[ts], message=message, edits=self.standing[ts].edits + 1)
        self._after()

    async def upload(self, channel: str, upload: Upload, *, thread_ts: str) -> str:
        self._before()
        posted = self._stand(Standing("", channel, thread_ts, None, upload.name))
        self._after()
        return f"F{posted.ts}"

    async def find(self, channel: str, *, key: str, thread_ts: str, oldest: float, file: str = "") -> Posted | None:
        self.looked += 1
        _fail(self.looking)
        for ts, each in self.standing.items():
            if (
                each.channel == channel
                and each.thread_ts == thread_ts
                and ((key and each.key == key) or (file and each.file == file))
            ):
                return Posted(ts, each.thread_ts)
        return None

    def texts(self) -> list[str]:
        return [each.message.text if each.message else each.file for each in self.standing.values()]

    def _stand(self, standing: Standing) -> Posted:
        ts = f"1700000000.{len(self.standing):06}"
        self.standing[ts] = standing
        return Posted(ts, standing.thread_ts)

    def _before(self) -> None:
        self.calls += 1
        _fail(self.trouble)

    def _after(self) -> None:
        _fail(self.lose)


def _fail(planned: list[SlackTrouble | None]) -> None:
    trouble = planned.pop(0) if planned else None
    if trouble:
        raise trouble
