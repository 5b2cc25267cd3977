"""Who calls whom, as several sources together know it: metrics of clients and meshes, and traces.

A source that does not answer costs what it alone knows; only where none answers is there no answer.
"""

import asyncio
from collections.abc import Sequence

from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Topology
from orchestrator.ports import Lookup, TopologySource


class CallGraph:
    """Implements TopologySource over others, of which there is at least one."""

    def __init__(self, sources: Sequence[TopologySource]) -> None:
        self._sources = tuple(sources)

    async def read_topology(self, lookup: Lookup) -> Topology:
        """What any of them knows. Raises the first's SourceUnavailableError where none answers."""
        answers = await asyncio.gather(*(_asked(each, lookup) for each in self._sources))
        known = [each for each in answers if isinstance(each, Topology)]
        failures = [each for each in answers if isinstance(each, SourceUnavailableError)]
        if not known and failures:
            raise failures[0]
        return Topology(
            tuple(sorted({service for each in known for service in each.services})),
            tuple(sorted({call for each in known for call in each.calls})),
        )


async def _asked(source: TopologySource, lookup: Lookup) -> Topology | SourceUnavailableError:
    try:
        return await source.read_topology(lookup)
    except SourceUnavailableError as error:
        return error
