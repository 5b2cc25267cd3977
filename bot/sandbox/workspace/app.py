"""The installed app: its ids, its tokens and what its manifest declares."""

from dataclasses import dataclass

from bot.sandbox.seed import AppSeed
from bot.sandbox.workspace.ids import Mint


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledApp:
    """Ids and secrets of the app in this run; they are minted anew each time and worth nothing elsewhere."""

    seed: AppSeed
    app_id: str
    bot_id: str
    user_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str


def install(seed: AppSeed, mint: Mint) -> InstalledApp:
    """Install an app in the workspace."""
    return InstalledApp(
        seed=seed,
        app_id=mint.id("A"),
        bot_id=mint.id("B"),
        user_id=mint.id("U"),
        bot_token=f"xoxb-{mint.digits()}-{mint.digits()}-{mint.secret()}",
        app_token=f"xapp-1-{mint.digits()}-{mint.secret(40).lower()}",
        signing_secret=mint.secret(32).lower(),
        verification_token=mint.secret(24),
    )
