"""The stores that understand a language of queries, as one: whoever asks names the language."""

from collections.abc import Callable, Sequence

from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Logs, Metrics
from orchestrator.ports import Query, QuerySource


class Queries:
    """Implements QuerySource. `stores` gives those that are open; it is asked anew each time, for they open later."""

    def __init__(self, stores: Callable[[], Sequence[QuerySource]]) -> None:
        self._stores = stores

    @property
    def languages(self) -> tuple[str, ...]:
        """Of all of them."""
        return tuple(each for store in self._stores() for each in store.languages)

    async def query(self, asked: Query) -> Metrics | Logs:
        """See the port."""
        for store in self._stores():
            if asked.language in store.languages:
                return await store.query(asked)
        known = " or ".join(self.languages) or "none: no live store that can be asked so is set up"
        raise ParameterExtractionError("language", asked.language, "no store understands that", known)
