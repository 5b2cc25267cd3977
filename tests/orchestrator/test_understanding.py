"""Words are held against what the stores know, and nobody is held up where they know nothing."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

from orchestrator.budget import Tills
from orchestrator.errors import SourceUnavailableError
from orchestrator.investigation import Asked, Names, Understanding, Understood
from orchestrator.investigation.money import Money
from orchestrator.model import Allowances, Change, Changes, Origin
from orchestrator.ports import Account, ChangeSource, Lookup, Store, Telemetry, WordReader
from storage.memory import MemoryStore
from tests.support.agents import ScriptedAgent, team_of
from tests.support.builders import ANA, incident
from tests.support.clock import NOON, ManualClock
from tests.support.world import StaticIncidents, World, one_team


class Called:
    """Implements NameSource."""

    def __init__(self, *names: str) -> None:
        self.names, self.asked = names, 0

    async def read_names(self, lookup: Lookup) -> Collection[str]:
        self.asked += 1
        if not self.names:
            raise SourceUnavailableError("down")
        return self.names


class Changed:
    """Implements ChangeSource."""

    def __init__(self, *changes: Change) -> None:
        self.changes, self.asked = changes, 0

    async def read_changes(self, lookup: Lookup) -> Changes:
        self.asked += 1
        return Changes(asked=None, changes=self.changes)  # type: ignore[arg-type]


class Readers:
    """Implements WordReaders: nobody reads, and the runs are noted for which somebody might have."""

    def __init__(self) -> None:
        self.runs: list[str] = []

    def reader_for(self, workspace: str, investigation_id: str, account: Account) -> WordReader | None:
        self.runs.append(investigation_id)
        return None


async def understood(text: str, names: Called, changes: ChangeSource | None = None, *known: object) -> Understood:
    clock, store = ManualClock(), MemoryStore()
    await store.open()
    money = Money(store, Tills(store, clock, Allowances()), Decimal("0.05"))
    team = team_of(lambda: ScriptedAgent("application"))
    around = (StaticIncidents(*known), team, Names(names, clock), changes, money)
    reading = Understanding(*around, None, clock, Decimal(10), store)  # type: ignore[arg-type]
    return await reading.of(Asked(text, UTC, "T1", ANA, Origin(surface="test")))


DEPLOY = Change(change_id="v412", at=NOON - timedelta(minutes=20), kind="deploy", service="orders")


async def test_a_sentence_is_held_against_the_names_that_there_are() -> None:
    found = await understood("chekout is slow", Called("checkout", "cart"))
    assert found.extraction.parameters.affected_services == ("checkout",)


async def test_a_plain_command_asks_no_store() -> None:
    names, changes = Called("checkout"), Changed(DEPLOY)
    await understood("INC-1 budget=5 since=10m", names, changes)
    assert (names.asked, changes.asked) == (0, 0)


async def test_since_the_deploy_is_when_the_store_of_changes_says() -> None:
    found = await understood("orders fail since the deploy", Called("orders"), Changed(DEPLOY))
    assert found.extraction.parameters.start_time == DEPLOY.at


async def test_a_commit_is_named_as_short_as_people_do() -> None:
    long = replace(DEPLOY, service="cart", change_id="9182fa68c4b5db5b7fe17b85af0aa157168943c2")
    later = replace(long, service="orders", at=DEPLOY.at + timedelta(minutes=3))
    found = await understood("checkout fails since the deploy", Called("checkout"), Changed(long, later))
    labels = [choice.label for question in found.extraction.questions for choice in question.choices]
    assert labels
    assert all("9182fa6, " in each for each in labels)


async def test_changes_are_asked_for_only_where_one_is_meant() -> None:
    changes = Changed(DEPLOY)
    await understood("orders fail", Called("orders"), changes)
    assert changes.asked == 0


async def test_stores_that_do_not_answer_leave_the_words_as_they_are() -> None:
    found = await understood("orders fail since the deploy", Called(), None)
    assert found.extraction.parameters.title == "orders fail since the deploy"
    assert found.extraction.questions == ()


async def test_a_recorded_incident_brings_its_own_services() -> None:
    recorded = incident(incident_id="INC-7", affected_services=("old-shop",), recorded=True)
    found = await understood("INC-7 old shop is slow", Called("checkout"), None, recorded)
    assert found.extraction.parameters.affected_services == ("old-shop",)


async def test_stores_are_asked_for_names_once_for_one_thing_that_is_typed(store: Store) -> None:
    names = Called("checkout", "cart")
    async with World(store, one_team(), telemetry=Telemetry(live=True, names=names)).service() as service:
        found = await service.understand(Asked("chekout is slow", UTC, "T1", ANA, Origin(surface="test")))
        asked, read = found.extraction.parameters, found.extraction.read
        opened = await service.investigate(asked, workspace="T1", by=ANA, origin=Origin(surface="test"), read=read)
    assert (names.asked, opened.investigation.incident.affected_services) == (1, ("checkout",))


async def test_what_a_model_was_asked_for_words_is_kept_under_the_run_that_comes_of_them(store: Store) -> None:
    readers = Readers()
    world = World(store, one_team(), readers=readers)
    async with world.service() as service:
        found = await service.understand(Asked("die Suche ist langsam", UTC, "T1", ANA, Origin(surface="test")))
        opened = await service.investigate(
            found.extraction.parameters, workspace="T1", by=ANA, origin=Origin(surface="test"), run_id=found.run_id
        )
    assert readers.runs == [opened.investigation.investigation_id]
