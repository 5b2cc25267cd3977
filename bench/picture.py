"""The README's picture, taken of the real thing: `python -m bench.picture`.

The program runs in the look-alike, investigates INC-123, and headless Chromium takes the screenshot of the finished thread.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from bot.bootstrap.look_alike import inside, seed
from bot.bootstrap.program import Compass
from bot.bootstrap.serving import connected
from bot.sandbox import SandboxServer
from bot.settings import load_settings

CHANNEL = "inc-123-checkout"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


async def take(out: Path, words: str, *, width: int, height: int, scale: float, dark: bool) -> None:
    """Run `/investigate words` and write the screenshot of the page with the thread open."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(database=Path(folder) / "picture.db")
        async with SandboxServer(seed(CHANNEL)) as server, async_playwright() as playwright:
            program = Compass(inside(settings, server, settings.database))
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            async with connected(program) as surface:
                page = await browser.new_page(
                    viewport={"width": width, "height": height},
                    device_scale_factor=scale,
                    color_scheme="dark" if dark else "light",
                )
                await page.goto(server.url)
                await server.wait_connected()
                await server.run_command("ana", CHANNEL, "/investigate", words)
                await surface.first_told()
                await page.wait_for_timeout(1500)
                await page.screenshot(path=out)
            await browser.close()


def main() -> None:
    """Take the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images/thread.png"))
    parser.add_argument("--words", default="INC-123 budget=10")
    parser.add_argument("--size", default="1440x1500")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(options.out, options.words, width=width, height=height, scale=options.scale, dark=options.dark))


if __name__ == "__main__":
    main()
