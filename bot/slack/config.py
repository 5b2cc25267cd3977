"""What the Slack surface has to be told. Plain values; whoever reads settings makes one of these."""

from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Literal

SLACK_API = "https://slack.com/api/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfig:
    """Tokens, the way in, who may use Compass, and how fast to post.

    `app_token` is needed in Socket Mode, `signing_secret` in HTTP mode. `api_url` is another server that speaks Slack's
    Web API. Rates follow https://docs.slack.dev/apis/web-api/rate-limits: about one post a second in each channel with
    short bursts, and `chat.update` is tier 3, 50 a minute for the whole workspace. Secrets stay out of `repr`.
    """

    bot_token: str = field(repr=False)
    mode: Literal["socket", "http"] = "socket"
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    api_url: str = SLACK_API
    host: str = "127.0.0.1"
    port: int = 3000
    ssl: SSLContext | None = None
    proxy: str | None = None
    allow_guests: bool = False
    allow_shared_channels: bool = False
    connections: int = 2
    edit_interval_s: float = 1.0
    posts_per_second: float = 1.0
    post_burst: int = 8
    edits_per_minute: float = 45.0
    edit_burst: int = 15
    call_timeout_s: float = 20.0
    catch_up_hours: float = 24.0
