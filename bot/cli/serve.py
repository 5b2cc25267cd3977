"""`compass serve` and `compass sandbox`: the bot in Slack, and the bot in its look-alike."""

import click

from bot.cli.program import bootstrap_of
from bot.cli.start import run, telling, until_signalled
from bot.cli.status import OF_STATE, ExitStatus
from bot.settings import Mode, Settings, SettingsError, load_settings, slack_needs
from bot.terminal import ThreadPrinter, make_console
from orchestrator.model import InvestigationState

DEMO_CHANNEL = "inc-123-checkout"
DEMO_WORDS = "INC-123 budget=10"


@click.command()
@click.option("--mode", type=click.Choice([each.value for each in Mode]), help="How Slack reaches the bot.")
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen; 0 takes any free port.")
@click.pass_context
def serve(ctx: click.Context, mode: str | None, port: int | None) -> None:
    """Work for Slack until Ctrl-C. Prints one line with the word "ready" when it takes requests."""
    settings = load_settings(mode=Mode(mode) if mode else None, port=port)
    _check_slack(settings)
    bootstrap = bootstrap_of(ctx.obj)

    async def work() -> None:
        async with telling(settings):
            await until_signalled(bootstrap.serve(settings, announce=_say))

    run(work())


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Where the page is served; another free one if it is taken."
)
@click.option("--once", is_flag=True, help="End when the run has ended, with its exit status.")
@click.option("--no-run", is_flag=True, help="Start no investigation; type /investigate in the page.")
@click.option("--channel", default=DEMO_CHANNEL, show_default=True, help="The channel of the incident.")
@click.option("--command", "words", default=DEMO_WORDS, show_default=True, help="What is typed behind /investigate.")
@click.pass_context
def sandbox(ctx: click.Context, port: int | None, once: bool, no_run: bool, channel: str, words: str) -> None:
    """Show Compass at work in a local look-alike of Slack, in the browser and here, until Ctrl-C."""
    settings = load_settings()
    bootstrap = bootstrap_of(ctx.obj)
    thread = ThreadPrinter(make_console())

    async def work() -> InvestigationState | None:
        async with telling(settings, quiet=True):
            return await until_signalled(
                bootstrap.sandbox(
                    settings,
                    port=port,
                    once=once,
                    run=not no_run,
                    channel=channel.removeprefix("#"),
                    words=words,
                    announce=_say,
                    show=thread.show,
                )
            )

    state = run(work())
    ctx.exit(OF_STATE[state] if once and state is not None else ExitStatus.OK)


def _check_slack(settings: Settings) -> None:
    needs = slack_needs(settings, settings.mode)
    if needs:
        raise SettingsError(
            "\n".join(f"{need.variable} {need.problem}." for need in needs),
            remedy="\n".join(need.remedy for need in needs) + "\nWithout Slack: compass sandbox",
        )


def _say(line: str) -> None:
    click.echo(line)
