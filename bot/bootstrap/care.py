"""What the doctor looks at in the rooms that only the root sees, and bringing the database to its newest shape."""

from datetime import timedelta
from functools import partial

from agents.llm.choosing import Choice
from agents.llm.model import INSTALL_MODELS, missing_libraries
from agents.sources.catalogue import NO_CORRECTIONS, together
from bot.bootstrap.live import Live, corrections, servers
from bot.bootstrap.program import PRELOAD, Compass
from bot.bootstrap.tools import tool_checks
from bot.doctor import Check, ProbeError
from bot.settings import ServerAccess, Settings
from orchestrator.clock import SystemClock
from orchestrator.engine import ProcessPool
from orchestrator.model import Window
from storage import SqliteStore
from storage import migrate as migrate_file

LOOKED_AT = timedelta(minutes=30)


def migrate(settings: Settings) -> tuple[str, ...]:
    """Bring the database to its newest shape; the names of the steps that were taken."""
    return tuple(migrate_file(settings.database))


def checks(settings: Settings) -> list[Check]:
    """The database, the recordings, the telemetry servers, the language model, its tools and the processes."""
    live = any(access.url for access in servers(settings).values())
    return [
        Check("database", lambda: _database(settings)),
        Check("recordings", lambda: _recordings(settings), needed=not live),
        *_telemetry(settings),
        Check("model", lambda: _model(settings), needed=bool(settings.model or settings.model_for)),
        *tool_checks(settings),
        Check("processes", lambda: _processes(settings)),
    ]


def _telemetry(settings: Settings) -> list[Check]:
    """One check for each server that is set up, and one for the corrections that they share."""
    checks = [Check("map", lambda: _map(settings))]
    for name, access in servers(settings).items():
        if access.url:
            checks.append(Check(name.lower(), partial(_server, settings, name)))
    if len(checks) == 1:
        checks.append(Check("telemetry", _no_telemetry, needed=False))
    return checks


async def _no_telemetry() -> str:
    raise ProbeError(
        "No live telemetry server is set up: only recorded incidents can be looked into.",
        remedy="Set COMPASS_PROMETHEUS_URL=http://prometheus:9090; nothing else is needed to begin.",
    )


async def _map(settings: Settings) -> str:
    known = corrections(settings)
    if known == NO_CORRECTIONS:
        return "nothing is corrected; see what is discovered: compass map"
    parts = (len(known.rename), "renamed"), (len(known.metrics), "metrics explained")
    return f"{settings.map}: " + ", ".join(f"{number} {what}" for number, what in parts)


async def _server(settings: Settings, name: str) -> str:
    """What one server holds, asked for with no other open."""
    others = {each.lower(): ServerAccess() for each in servers(settings) if each != name}
    clock = SystemClock()
    live = Live(settings.model_copy(update=others), clock)
    window = Window(start=clock.now() - LOOKED_AT, end=clock.now())
    async with live.opened():
        found = together([await each.overview(window) for each in live.surveyed])
    if not found.services:
        raise ProbeError(
            f"{name} answers, but nothing in it names a service in the last 30 minutes.",
            remedy="See what is there with `compass map`; name a label in [discovery] service_labels of compass.toml.",
        )
    (store,) = found.stores
    return f"version {store.version}: {store.holds}" if store.version else store.holds


async def _model(settings: Settings) -> str:
    """Which models are on and at what price. Nobody is asked, since that would cost something."""
    compass = Compass(settings)
    choices = compass.models.choices
    if not choices:
        raise ProbeError(_no_model(settings), remedy="Set COMPASS_MODEL=openai:gpt-4o-mini, or leave it so.")
    if missing := missing_libraries():
        raise ProbeError(f"A model is chosen, and not installed: {', '.join(missing)}.", remedy=INSTALL_MODELS)
    told = ((f"{agent}: " if agent else "") + _priced(compass, choice) for agent, choice in choices.items())
    return "; ".join(told)


def _no_model(settings: Settings) -> str:
    keys = [
        name
        for name, key in (
            ("OPENAI_API_KEY", settings.openai_api_key),
            ("AZURE_OPENAI_API_KEY", settings.azure_openai_api_key),
            ("ANTHROPIC_API_KEY", settings.anthropic_api_key),
        )
        if key
    ]
    without = "agents use plain analysis, which costs nothing."
    return f"{keys[0]} is set and no model is chosen: {without}" if keys else f"No language model is chosen: {without}"


def _priced(compass: Compass, choice: Choice) -> str:
    """A model and its price, in a line. Raises ModelUnavailableError where its key or its price is missing."""
    providers = compass.models.providers
    providers.check(choice)
    price = compass.models.tariffs.price(choice, compass.clock.now(), listed=providers.listed(choice.provider))
    if price is None:
        return f"{choice}, whose price nobody knows: no budget holds for it"
    return f"{choice} at ${price.rates.tokens_in} in and ${price.rates.tokens_out} out, a million tokens"


async def _database(settings: Settings) -> str:
    beside = settings.database.exists()
    store = SqliteStore(settings.database, read_only=beside)
    await store.open()
    await store.aclose()
    return f"{settings.database} {'can be read' if beside else 'was made'}"


async def _recordings(settings: Settings) -> str:
    pool = ProcessPool(1)
    try:
        library = Compass(settings, compute=pool).incidents
        known, broken = await library.known(), await library.problems()
    finally:
        await pool.aclose()
    if broken:
        raise ProbeError(broken[0].message, remedy=broken[0].remedy)
    if not known:
        raise ProbeError(
            "There is no recorded incident, and no live telemetry store is set up.",
            remedy="Name a folder of recordings in COMPASS_CASES.",
        )
    return f"{len(known)}: {', '.join(each.incident_id for each in known[:12])}"


async def _processes(settings: Settings) -> str:
    pool = ProcessPool(settings.workers, preload=PRELOAD)
    try:
        await pool.open()
        await pool.run(sum, [1, 1])
    finally:
        await pool.aclose()
    return f"{settings.workers} to analyse in"
