"""What each agent looks at: the analysis of one reading, made to run in another process.

One function a specialist; they differ in what they ask of the same pieces.
"""

from collections.abc import Iterable, Sequence

from agents.analyzers.graph import Graph
from agents.incident.change_facts import change_facts
from agents.incident.log_facts import log_facts
from agents.incident.metric_facts import metric_facts
from agents.incident.normal_facts import normal_facts
from agents.incident.reading import Reading
from agents.incident.scene import scene_of
from agents.incident.territory import APPLICATION, DATABASE, NETWORK, is_store
from agents.incident.trace_facts import TraceFacts
from agents.incident.waited_for import with_paths
from orchestrator.model import NoData, Observation, Standing

MOST_UNUSUAL = 40
NOTHING = {
    APPLICATION: "Nothing was told about services: searched metrics, logs and traces",
    DATABASE: "No databases, caches, queues or pools are known: searched metrics, logs and traces",
    NETWORK: "Nothing was told about links or hosts: searched metrics, logs and traces",
}


def look_at_application(reading: Reading) -> tuple[Observation, ...]:
    """Logs, traces and metrics of services, and what was changed."""
    scene = scene_of(reading)
    traces = TraceFacts(reading, scene.forest)
    others = [peer for _, peer, _ in scene.forest.waits if not is_store(peer)]
    facts = [
        *metric_facts(reading, scene),
        *log_facts(reading, scene.mentions, scene.forest.entered(reading.split), scene.graph),
        *traces.own_time(),
        *traces.waits(others),
        *traces.errors(),
        *traces.steps(),
    ]
    facts += normal_facts(reading, scene, facts)
    changes = change_facts(reading, facts, scene.services, scene.graph)
    return with_paths(reading, consolidated(reading, facts, scene.graph, changes))


def look_at_database(reading: Reading) -> tuple[Observation, ...]:
    """Databases, caches, queues and pools, and what their clients say of them."""
    scene = scene_of(reading)
    stores = [peer for _, peer, _ in scene.forest.waits if is_store(peer)]
    facts = [
        *metric_facts(reading, scene),
        *log_facts(reading, scene.mentions, scene.forest.entered(reading.split), scene.graph),
        *TraceFacts(reading, scene.forest).waits(stores),
    ]
    facts += normal_facts(reading, scene, facts)
    return with_paths(reading, consolidated(reading, facts, scene.graph))


def look_at_network(reading: Reading) -> tuple[Observation, ...]:
    """Links and hosts, the gaps between callers and callees, and the logs that tell of connections."""
    scene = scene_of(reading)
    facts = [
        *metric_facts(reading, scene),
        *log_facts(reading, scene.mentions, scene.forest.entered(reading.split), scene.graph),
        *TraceFacts(reading, scene.forest).links(),
    ]
    facts += normal_facts(reading, scene, facts)
    return consolidated(reading, facts, scene.graph)


def consolidated(
    reading: Reading, facts: Iterable[Observation], graph: Graph, changes: Sequence[Observation] = ()
) -> tuple[Observation, ...]:
    """The strongest facts, then what changed, what is normal and what could not be checked. The first carries the graph."""
    known = list(facts)
    unusual = sorted(
        (each for each in known if each.standing is Standing.UNUSUAL and each.score > 0),
        key=lambda each: (-each.score, each.service, each.peer, each.signal_name, each.summary),
    )
    normal = [each for each in known if each.standing is Standing.NORMAL]
    told = [*unusual[:MOST_UNUSUAL], *changes, *normal, *reading.missing]
    if not told:
        told = [NoData(agent_id=reading.agent_id, summary=NOTHING[reading.agent_id], window=reading.window)]
    if told and graph.calls:
        told[0] = told[0].model_copy(update={"calls": graph.calls})
    return tuple(told)
