"""Changes that were told to Compass and kept in its storage, as a source."""

from orchestrator.model import Asked, Changes
from orchestrator.ports import EVERYWHERE, ChangeStore, Lookup

SOURCE = "Compass"
_FOR_TRYING = frozenset(("staging", "stage", "dev", "development", "test", "testing", "qa", "preview", "sandbox", "ci"))


class KeptChanges:
    """Implements ChangeSource over a ChangeStore."""

    def __init__(self, store: ChangeStore, workspace: str = EVERYWHERE) -> None:
        self._store, self._workspace = store, workspace

    async def read_changes(self, lookup: Lookup) -> Changes:
        """The changes of the window at those services, and those that name none; of another environment none."""
        window = lookup.window
        known = await self._store.changes_between(self._workspace, window.start, window.end)
        wanted = {"", *lookup.services} if lookup.services else None
        found = tuple(
            each
            for each in known
            if (wanted is None or each.service in wanted) and same_environment(each.environment, lookup)
        )
        latest = found[-1].at if found else None
        return Changes(Asked(SOURCE, "changes that were told to Compass", window, latest=latest), found)


def same_environment(environment: str, lookup: Lookup) -> bool:
    """Whether a change of that environment can matter to the part of the world that is asked for.

    `prod` and `production` are one. Where no environment is asked for, those that are for trying things out are none.
    """
    told, asked = environment.casefold(), lookup.scope.environment.casefold()
    if told and asked:
        return told.startswith(asked) or asked.startswith(told)
    return asked != "" or told not in _FOR_TRYING
