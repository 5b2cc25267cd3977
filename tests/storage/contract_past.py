"""What every store must find again of incidents that were looked into before."""

from orchestrator.model import Feature, Verdict
from orchestrator.ports import Store
from tests.storage import builders as a
from tests.support.clock import NOON


class PastContract:
    async def test_an_incident_is_found_again_by_what_it_has_in_common_with_another(self, store: Store) -> None:
        await a.looked_into(store, "r1", "INC-1", signal="orders pool")
        await a.looked_into(store, "r2", "INC-2", signal="disk")
        [found] = await store.resembling("T1", [Feature(kind="signal", name="checkout orders pool")])
        assert found.past.incident_id == "INC-1"
        assert (found.past.statement, found.past.place, found.past.began) == ("orders is the cause", "C1", NOON)
        assert Feature(kind="signal", name="checkout orders pool") in found.features

    async def test_what_shares_more_is_told_first(self, store: Store) -> None:
        await a.looked_into(store, "r1", "INC-1", signal="orders pool")
        await a.looked_into(store, "r2", "INC-2", signal="disk")
        asked = [Feature(kind="service", name="checkout"), Feature(kind="signal", name="checkout orders pool")]
        assert [each.past.incident_id for each in await store.resembling("T1", asked)] == ["INC-1", "INC-2"]
        assert [each.past.incident_id for each in await store.resembling("T1", asked, limit=1)] == ["INC-1"]

    async def test_no_incident_resembles_itself_or_one_of_another_workspace(self, store: Store) -> None:
        await a.looked_into(store, "r1", "INC-1", signal="orders pool")
        shared = [Feature(kind="service", name="checkout")]
        assert list(await store.resembling("T1", shared, but_not="inc-1")) == []
        assert list(await store.resembling("T2", shared)) == []
        assert list(await store.resembling("T1", [])) == []

    async def test_only_the_newest_run_of_an_incident_is_remembered(self, store: Store) -> None:
        await a.looked_into(store, "r1", "INC-1", signal="orders pool")
        await a.looked_into(store, "r2", "inc-1", signal="disk")
        assert list(await store.resembling("T1", [Feature(kind="signal", name="checkout orders pool")])) == []
        [found] = await store.resembling("T1", [Feature(kind="signal", name="checkout disk")])
        assert found.past.investigation_id == "r2"

    async def test_a_run_that_came_to_nothing_is_not_remembered(self, store: Store) -> None:
        await a.looked_into(store, "r1", "INC-1", signal="orders pool", ranked_at_all=False)
        assert list(await store.resembling("T1", [Feature(kind="service", name="checkout")])) == []

    async def test_what_people_accepted_is_told_as_the_cause(self, store: Store) -> None:
        await a.looked_into(store, "r1", "INC-1", signal="orders pool")
        await store.append("T1", "r1", a.decided(2), a.later(9))
        [found] = await store.resembling("T1", [Feature(kind="service", name="checkout")])
        assert (found.past.verdict, found.past.decided_by) == (Verdict.ACCEPTED, "Ana")
        assert found.past.statement == "payment is the cause"

    async def test_whatever_a_title_holds_is_searched_for_and_never_read_as_a_query(self, store: Store) -> None:
        await a.looked_into(store, "r1", "INC-1", signal='a" OR tokens:* NEAR(b)')
        [found] = await store.resembling("T1", [Feature(kind="signal", name='checkout a" OR tokens:* NEAR(b)')])
        assert found.past.incident_id == "INC-1"
        assert list(await store.resembling("T1", [Feature(kind="word", name='"'), Feature(kind="x", name="*")])) == []
