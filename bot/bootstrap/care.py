"""What the doctor looks at in the rooms that only the root sees, and bringing the database to its newest shape."""

from bot.bootstrap.program import PRELOAD, Compass
from bot.doctor import Check, ProbeError
from bot.settings import Settings
from orchestrator.engine import ProcessPool
from storage import SqliteStore
from storage import migrate as migrate_file


def migrate(settings: Settings) -> tuple[str, ...]:
    """Bring the database to its newest shape; the names of the steps that were taken."""
    return tuple(migrate_file(settings.database))


def checks(settings: Settings) -> list[Check]:
    """The database, the recordings and the processes."""
    return [
        Check("database", lambda: _database(settings)),
        Check("recordings", lambda: _recordings(settings)),
        Check("processes", lambda: _processes(settings)),
    ]


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
