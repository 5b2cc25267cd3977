"""The rows equal the fold of the journal, column by column."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchestrator.events import replay
from orchestrator.investigation import states
from orchestrator.model import Incident, Scope, Severity, StepOutcome
from storage import rules
from storage.connection import Synchronous
from storage.sqlite import SqliteStore
from tests.storage import builders as a
from tests.storage.contract_calls import handed
from tests.storage.rows import looking_into, tables, view_of
from tests.storage.whole_run import FULL_HYPOTHESIS, FULL_OBSERVATION, WHOLE_RUN, keep
from tests.support.clock import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "compass.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(path, synchronous=Synchronous.OFF)
    await made.open()
    yield made
    await made.aclose()


async def assert_rows_equal_the_fold(store: SqliteStore, path: Path) -> None:
    view = replay(await store.events("T1", "r1"))
    assert view is not None
    with looking_into(path) as db:
        assert view_of(db, view.investigation) == view


@pytest.mark.parametrize("length", range(1, len(WHOLE_RUN) + 1))
async def test_rows_equal_the_fold_after_every_event_of_a_run(store: SqliteStore, path: Path, length: int) -> None:
    await keep(store, *WHOLE_RUN[:length])
    await assert_rows_equal_the_fold(store, path)


async def test_a_step_that_begins_anew_forgets_what_the_interrupted_turn_left(store: SqliteStore, path: Path) -> None:
    found = (a.observation(1), a.hypothesis(1))
    await keep(
        store,
        a.opened(),
        a.started("observe", "application"),
        a.ended("observe", "application", *found),
        a.started("observe", "database"),
        a.started("observe", "application"),
    )
    await assert_rows_equal_the_fold(store, path)
    with looking_into(path) as db:
        assert db.table("observations").count == 0
        assert db.table("hypotheses").count == 0


async def test_a_step_that_ends_twice_keeps_its_place_and_the_last_end(store: SqliteStore, path: Path) -> None:
    await keep(
        store,
        a.opened(),
        a.started("observe", "application"),
        a.ended("observe", "database", a.observation(3, "database")),
        a.ended("observe", "application", a.observation(1), a.observation(2)),
        a.ended("observe", "application", a.observation(1)),
    )
    await assert_rows_equal_the_fold(store, path)


async def test_what_was_missed_is_forgotten_when_humans_let_the_run_go_on(store: SqliteStore, path: Path) -> None:
    missed = a.ended("hypothesise", "database", a.hypothesis(2)).model_copy(update={"outcome": StepOutcome.NOT_RUN})
    await keep(
        store,
        a.opened(),
        a.moved("queued", "running"),
        a.ended("hypothesise", "application", a.hypothesis(1)),
        missed,
        a.moved("running", "waiting_approval"),
    )
    await assert_rows_equal_the_fold(store, path)
    await store.append("T1", "r1", a.moved("waiting_approval", "running"), NOON)
    await assert_rows_equal_the_fold(store, path)
    with looking_into(path) as db:
        assert (db.table("steps").count, db.table("hypotheses").count) == (1, 1)


async def test_a_call_keeps_its_place_in_the_ledger_when_it_is_settled(store: SqliteStore, path: Path) -> None:
    await keep(
        store, a.opened(), a.reserved("c1", "1"), a.reserved("c2", "1"), a.settled("c1", "0.5"), a.released("c2", "0")
    )
    await assert_rows_equal_the_fold(store, path)


async def test_a_ranking_made_again_replaces_the_ranking_only(store: SqliteStore, path: Path) -> None:
    await keep(
        store,
        a.opened(),
        a.ended("hypothesise", "application", a.hypothesis(1), a.hypothesis(2)),
        a.ranked(a.hypothesis(2), a.hypothesis(1)),
        a.ranked(a.hypothesis(3)),
    )
    await assert_rows_equal_the_fold(store, path)
    await store.append("T1", "r1", a.ranked(), NOON)
    await assert_rows_equal_the_fold(store, path)


@pytest.mark.parametrize("table", ["observations", "hypotheses"])
def test_the_fully_told_examples_leave_no_field_out(table: str) -> None:
    full = FULL_OBSERVATION if table == "observations" else FULL_HYPOTHESIS
    by_default = {name: field.default for name, field in type(full).model_fields.items()}
    ordinary = {name for name in by_default if getattr(full, name) == by_default[name]}
    assert ordinary == ({"standing"} if table == "observations" else set())


async def test_an_incident_is_kept_as_it_was_last_told(store: SqliteStore, path: Path) -> None:
    first = a.opened()
    told = Incident(
        incident_id="inc-1",
        title="checkout 5xx",
        start_time=a.later(-60),
        end_time=a.later(60),
        baseline_start=a.later(-7200),
        baseline_end=a.later(-3600),
        affected_services=("checkout", "payments"),
        severity=Severity.SEV2,
        scope=Scope(environment="prod", cluster="eu-1", namespace="shop"),
        recorded=True,
    )
    second = a.opened("r2").investigation.model_copy(update={"incident": told})
    await keep(store, first, a.moved("queued", "failed"))
    await store.append("T1", "r2", first.model_copy(update={"investigation": second}), NOON)
    with looking_into(path) as db:
        (row,) = db.table("incidents").rows
    assert row == {
        "workspace": "T1",
        "incident_key": "inc-1",
        "incident_id": "inc-1",
        "title": "checkout 5xx",
        "severity": "SEV2",
        "start_time": "2026-03-14T11:59:00.000000Z",
        "end_time": "2026-03-14T12:01:00.000000Z",
        "baseline_start": "2026-03-14T10:00:00.000000Z",
        "baseline_end": "2026-03-14T11:00:00.000000Z",
        "affected_services": '["checkout", "payments"]',
        "environment": "prod",
        "cluster": "eu-1",
        "namespace": "shop",
        "recorded": 1,
    }


async def test_every_table_is_strict_and_every_key_begins_with_the_workspace(store: SqliteStore, path: Path) -> None:
    with looking_into(path) as db:
        found = tables(db)
        assert len(found) == 25
        assert [each.name for each in found if not each.strict] == []
        assert [each.name for each in found if each.pks[0] != "workspace"] == []


async def test_the_states_that_nothing_follows_are_the_cores(store: SqliteStore, path: Path) -> None:
    assert rules.ENDED == states.ENDED
    with looking_into(path) as db:
        (row,) = db.query("SELECT sql FROM sqlite_master WHERE name = 'one_unfinished_run_of_an_incident'")
    assert set(re.findall(r"'(\w+)'", row["sql"])) == {each.value for each in states.ENDED}


async def test_deleting_an_investigation_takes_all_of_it_along(store: SqliteStore, path: Path) -> None:
    await keep(store, *WHOLE_RUN)
    for run in ("r1", "r2"):
        await a.through_the_hub(store, "T1", run)
        await store.keep_call("T1", run, a.call("c1"))
        await store.keep_context("T1", run, "q1", handed("database"))
        await store.keep_words("T1", run, a.words_read())
    await store.keep_prompt("T1", a.PROMPT)
    await store.aclose()
    with looking_into(path) as db:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("DELETE FROM investigations WHERE workspace = 'T1' AND investigation_id = 'r1'")
        left = {each.name: each.count for each in tables(db) if each.count}
    of_another = dict.fromkeys(
        (
            "hub_messages",
            "hub_tasks",
            "gates",
            "agent_statuses",
            "hub_facts",
            "model_calls",
            "agent_contexts",
            "words_read",
        ),
        1,
    )
    assert left == {"incidents": 1, "prompts": 1, **of_another}
