"""A question is answered inside the asker's turn or refused in plain words, and bounded in time, depth and number."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import AgentNotFoundError, BudgetExceededError, SourceUnavailableError
from orchestrator.hub import AgentDesk, ConsultLimits, Hub, HubRules
from orchestrator.model import ZERO, Advice, AgentStatus, Consultation, ConsultOutcome, GateKind, Question
from orchestrator.ports import HubStore
from tests.hub.kit import POOL, RUN, Specialist, Told, about, asks, new_store, opened, with_agents
from tests.support.builders import ANA
from tests.support.clock import ManualClock, settle

YES = Advice(text="yes, 20 of 20 were in use", supports=True)


async def forever(question: Question) -> Advice:
    return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]


def limits(**more: Any) -> HubRules:
    return HubRules(consult=ConsultLimits(**more))


async def loops(store: HubStore) -> list[str]:
    return [each.reason for each in await store.gates_of(*RUN) if each.kind is GateKind.LOOP]


# --- an answer ------------------------------------------------------------------------------------------------------


async def test_a_specialist_answers_and_it_is_told_before_the_asker_goes_on(store: HubStore) -> None:
    told, database = Told(), Specialist()
    hub = await opened(store, told=told)
    desks = await with_agents(hub, "application", database=database)
    answer = await desks["application"].consult("database", POOL)
    assert (answer.outcome, answer.advice, answer.asker, answer.specialist, answer.depth) == (
        ConsultOutcome.ANSWERED,
        YES,
        "application",
        "database",
        1,
    )
    assert database.asked == [POOL]
    assert told.consultations == [answer]


async def test_the_first_who_is_there_is_asked(store: HubStore) -> None:
    first, second, third = Specialist(), Specialist(), Specialist()
    hub = await opened(store)
    asker = await hub.register_agent("application", "application")
    await hub.register_agent("silent", "database")
    for name, adviser in (("db1", first), ("db2", second), ("db3", third)):
        await hub.register_agent(name, "database", adviser)
    await hub.set_status("db1", AgentStatus.PAUSED)
    await hub.set_status("db2", AgentStatus.ACTIVE)
    assert (await asker.consult("database", POOL)).specialist == "db2"
    assert (first.asked, second.asked, third.asked) == ([], [POOL], [])


@pytest.mark.parametrize("status", [AgentStatus.PAUSED, AgentStatus.STOPPED])
async def test_nobody_asks_who_waits_for_a_human_nor_do_they_ask(store: HubStore, status: AgentStatus) -> None:
    hub = await opened(store)
    desks = await with_agents(hub, application=Specialist(), database=Specialist())
    await hub.set_status("database", status)
    refused = await desks["application"].consult("database", POOL)
    assert (refused.outcome, refused.advice.known, refused.specialist) == (ConsultOutcome.REFUSED, False, "database")
    assert refused.advice.text == "There is no specialist of type database to ask now."
    asking = await desks["database"].consult("application", POOL)
    assert (asking.outcome, asking.advice.text) == (ConsultOutcome.REFUSED, f"database is {status} and asks nobody.")


async def test_there_may_be_nobody_to_ask(store: HubStore) -> None:
    hub = await opened(store)
    desks = await with_agents(hub, "application", "database")
    for kind in ("database", "storage", "application"):
        assert (await desks["application"].consult(kind, POOL)).outcome is ConsultOutcome.REFUSED


async def test_who_is_not_at_the_hub_has_no_desk_there(store: HubStore) -> None:
    hub = await opened(store)
    desks = await with_agents(hub, "application", database=Specialist())
    await hub.unregister_agent("application")
    with pytest.raises(AgentNotFoundError):
        await desks["application"].consult("database", POOL)


# --- the record -----------------------------------------------------------------------------------------------------


async def test_a_question_that_repeats_is_answered_from_the_record_and_costs_nothing(store: HubStore) -> None:
    database = Specialist()
    hub = await opened(store, rules=limits(questions=1))
    desks = await with_agents(hub, "application", "network", database=database)
    first = await desks["application"].consult("database", POOL)
    for name in ("application", "network"):
        again = await desks[name].consult("database", POOL)
        assert (again.outcome, again.advice, again.asker) == (ConsultOutcome.REPEATED, first.advice, name)
        assert (again.cost, again.duration_s) == (ZERO, 0.0)
    assert database.asked == [POOL]


@pytest.mark.parametrize(
    "other", [POOL.model_copy(update={"service": "users-db"}), POOL.model_copy(update={"at": None})]
)
async def test_another_time_or_place_is_another_question(store: HubStore, other: Question) -> None:
    database = Specialist()
    hub = await opened(store)
    desks = await with_agents(hub, "application", database=database)
    for question in (POOL, other):
        assert (await desks["application"].consult("database", question)).outcome is ConsultOutcome.ANSWERED
    assert database.asked == [POOL, other]


async def test_who_asks_what_is_just_being_asked_shares_the_answer(store: HubStore) -> None:
    let = asyncio.Event()

    async def slowly(question: Question) -> Advice:
        await let.wait()
        return YES

    database = Specialist(slowly)
    hub = await opened(store)
    desks = await with_agents(hub, "application", "network", database=database)
    asking = [asyncio.create_task(desks[name].consult("database", POOL)) for name in ("application", "network")]
    await settle()
    let.set()
    assert [each.outcome for each in await asyncio.gather(*asking)] == ["answered", "repeated"]
    assert database.asked == [POOL]


async def test_where_the_first_who_asked_is_cut_short_the_next_one_asks(store: HubStore) -> None:
    let = asyncio.Event()

    async def slowly(question: Question) -> Advice:
        await let.wait()
        return YES

    database = Specialist(slowly)
    hub = await opened(store)
    desks = await with_agents(hub, "application", "network", database=database)
    first, second = [asyncio.create_task(desks[name].consult("database", POOL)) for name in ("application", "network")]
    await settle()
    first.cancel()
    await settle()
    let.set()
    assert (await second).outcome is ConsultOutcome.ANSWERED
    assert first.cancelled()
    assert len(database.asked) == 2


# --- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [ValueError("hunter2"), SourceUnavailableError("hunter2"), SystemExit(1), 7])
async def test_a_specialist_that_fails_is_a_plain_refusal(store: HubStore, failure: Any) -> None:
    async def answer(question: Question) -> Any:
        if isinstance(failure, BaseException):
            raise failure
        return failure

    hub = await opened(store)
    desks = await with_agents(hub, "application", database=Specialist(answer))
    failed = await desks["application"].consult("database", POOL)
    assert (failed.outcome, failed.advice.text, failed.advice.known) == ("failed", "database failed.", False)


async def test_a_specialist_that_does_not_answer_in_time_is_put_down(store: HubStore) -> None:
    clock, ended = ManualClock(), []

    async def late(question: Question) -> Advice:
        try:
            return await forever(question)
        finally:
            ended.append(clock.monotonic())

    hub = await opened(store, clock=clock, rules=limits(timeout_s=5.0))
    desks = await with_agents(hub, "application", database=Specialist(late))
    asking = asyncio.create_task(desks["application"].consult("database", POOL))
    await clock.advance(4.9)
    assert not asking.done()
    await clock.advance(0.1)
    failed = await asking
    assert (failed.outcome, failed.advice.text, failed.duration_s) == ("failed", "database did not answer.", 5.0)
    assert ended == [5.0]


async def test_an_asker_whose_time_is_over_takes_its_question_along(store: HubStore) -> None:
    gone = asyncio.Event()

    async def late(question: Question) -> Advice:
        try:
            return await forever(question)
        finally:
            gone.set()

    hub = await opened(store)
    desks = await with_agents(hub, "application", database=Specialist(late))
    asking = asyncio.create_task(desks["application"].consult("database", POOL))
    await settle()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert gone.is_set()


async def test_what_does_not_fit_the_budget_goes_through_and_is_no_failure(store: HubStore) -> None:
    told = Told()

    async def dear(question: Question) -> Advice:
        raise BudgetExceededError("The call does not fit.")

    hub = await opened(store, told=told)
    desks = await with_agents(hub, "application", database=Specialist(dear))
    for number in range(4):
        with pytest.raises(BudgetExceededError, match="does not fit"):
            await desks["application"].consult("database", about(str(number)))
    assert await store.gates_of(*RUN) == []
    assert told.consultations == []


async def test_three_failures_in_a_row_escalate_once_and_nothing_more_is_asked(store: HubStore) -> None:
    database = Specialist(ValueError("broken"))
    hub = await opened(store)
    desks = await with_agents(hub, "application", "network", database=database)
    outcomes = [(await desks["application"].consult("database", about(str(n)))).outcome for n in range(6)]
    assert outcomes == ["failed"] * 3 + ["refused"] * 3
    assert await loops(store) == ["loop detected after 3 failures"]
    assert len(database.asked) == 3
    assert hub.registry.statuses["application"] is AgentStatus.PAUSED
    assert (await desks["network"].consult("database", about("9"))).outcome is ConsultOutcome.FAILED


async def test_failures_all_at_once_escalate_once(store: HubStore) -> None:
    hub = await opened(store)
    desks = await with_agents(hub, "application", database=Specialist(ValueError("broken")))
    await asyncio.gather(*(desks["application"].consult("database", about(str(n))) for n in range(6)))
    assert await loops(store) == ["loop detected after 3 failures"]


async def test_an_answer_in_between_starts_the_count_again(store: HubStore) -> None:
    async def now_and_then(question: Question) -> Advice:
        if question.text in ("2", "5"):
            return YES
        raise ValueError("broken")

    hub = await opened(store)
    desks = await with_agents(hub, "application", database=Specialist(now_and_then))
    outcomes = [(await desks["application"].consult("database", about(str(n)))).outcome for n in range(8)]
    assert outcomes == ["failed", "failed", "answered", "failed", "failed", "answered", "failed", "failed"]
    assert await loops(store) == []


async def test_who_was_let_go_on_may_ask_again_and_fail_again(store: HubStore) -> None:
    hub = await opened(store)
    desks = await with_agents(hub, "application", database=Specialist(ValueError("broken")))
    for number in range(3):
        await desks["application"].consult("database", about(str(number)))
    (gate,) = await store.gates_of(*RUN)
    await hub.answer_gate(gate.gate_id, approved=True, by=ANA, requester=ANA)
    outcomes = [(await desks["application"].consult("database", about(str(n)))).outcome for n in range(3, 7)]
    assert outcomes == ["failed", "failed", "failed", "refused"]
    assert await loops(store) == ["loop detected after 3 failures"] * 2


# --- limits ---------------------------------------------------------------------------------------------------------


async def test_an_agent_asks_so_often_and_no_more(store: HubStore) -> None:
    hub = await opened(store, rules=limits(questions=2))
    desks = await with_agents(hub, "application", "network", database=Specialist())
    outcomes = [(await desks["application"].consult("database", about(str(n)))).outcome for n in range(3)]
    assert outcomes == ["answered", "answered", "refused"]
    assert (await desks["application"].consult("database", about("0"))).outcome is ConsultOutcome.REPEATED
    assert (await desks["network"].consult("database", about("9"))).outcome is ConsultOutcome.ANSWERED


async def test_questions_go_two_deep(store: HubStore) -> None:
    told = Told()
    hub = await opened(store, told=told)
    desks: dict[str, AgentDesk] = {}
    desks |= await with_agents(
        hub,
        "application",
        database=Specialist(asks(lambda: desks["database"], "network")),
        network=Specialist(asks(lambda: desks["network"], "storage")),
        storage=Specialist(),
    )
    answer = await desks["application"].consult("database", POOL)
    assert answer.advice.text == "Questions go 2 deep at most: application → database → network."
    assert [(each.asker, each.outcome, each.depth) for each in told.consultations] == [
        ("network", "refused", 3),
        ("database", "answered", 2),
        ("application", "answered", 1),
    ]


async def test_nobody_is_asked_who_waits_for_the_answer(store: HubStore) -> None:
    hub = await opened(store)
    desks: dict[str, AgentDesk] = {}
    back = Specialist(asks(lambda: desks["database"], "application"))
    desks |= await with_agents(hub, application=Specialist(), database=back)
    answer = await desks["application"].consult("database", POOL)
    assert answer.advice.text == "There is no specialist of type application to ask now."
    assert (await desks["application"].consult("application", POOL)).outcome is ConsultOutcome.REFUSED


async def test_agents_that_ask_each_other_at_once_do_not_wait_for_each_other(store: HubStore) -> None:
    """In parallel mode both are in a turn of their own, and each asks the other within the other's question."""
    hub = await opened(store)
    desks: dict[str, AgentDesk] = {}
    desks |= await with_agents(
        hub,
        application=Specialist(asks(lambda: desks["application"], "network")),
        database=Specialist(asks(lambda: desks["database"], "network")),
        network=Specialist(),
    )
    one = desks["application"].consult("database", about("to the database"))
    other = desks["database"].consult("application", about("to the application"))
    answers = await asyncio.gather(one, other)
    assert [(each.outcome, each.depth, each.advice.text) for each in answers] == [("answered", 1, YES.text)] * 2


async def test_two_who_need_what_the_other_is_asked_for_wait_for_neither(store: HubStore) -> None:
    """Each asks within its answer what is under way at the other."""
    hub = await opened(store)
    desks: dict[str, AgentDesk] = {}
    desks |= await with_agents(
        hub,
        "application",
        "storage",
        database=Specialist(asks(lambda: desks["database"], "network", "are links well?")),
        network=Specialist(asks(lambda: desks["network"], "database", "are pools well?")),
    )
    one = asyncio.create_task(desks["application"].consult("database", about("are pools well?")))
    other = asyncio.create_task(desks["storage"].consult("network", about("are links well?")))
    await settle(200)
    assert one.done()
    assert other.done()
    assert {(await each).outcome for each in (one, other)} == {"answered"}


NAMES = ("a", "b", "c", "d")
WEBS = st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), max_size=3) for name in NAMES})


@given(web=WEBS, askers=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), min_size=1, max_size=4))
def test_whoever_asks_whom_all_at_once_every_question_ends_and_no_chain_meets_itself(
    web: dict[str, list[str]], askers: list[tuple[str, str]]
) -> None:
    """`web` says whom each agent asks before it answers."""

    async def play() -> list[Consultation]:
        told = Told()
        desks: dict[str, AgentDesk] = {}
        running: list[tuple[str, ...]] = []

        def specialist(name: str) -> Specialist:
            async def advise(question: Question) -> Advice:
                chain = tuple(question.text.split())
                running.append((*chain, name))
                await asyncio.sleep(0)
                for other in web[name]:
                    await desks[name].consult(other, about(f"{question.text} {name}"))
                return YES

            return Specialist(advise)

        async with new_store() as store:
            hub = await opened(store, told=told, rules=limits(questions=100))
            desks |= await with_agents(hub, **{name: specialist(name) for name in NAMES})
            async with asyncio.timeout(5):
                await asyncio.gather(*(desks[asker].consult(whom, about(asker)) for asker, whom in askers))
        assert all(len(set(chain)) == len(chain) <= 3 for chain in running)
        return told.consultations

    consultations = asyncio.run(play())
    assert len([each for each in consultations if each.depth == 1]) == len(askers)
    assert {each.outcome for each in consultations} <= {"answered", "repeated", "refused"}


# --- a restart ------------------------------------------------------------------------------------------------------


async def after_a_restart(store: HubStore, before: Told, specialist: Specialist) -> tuple[Hub, AgentDesk]:
    hub = await opened(store, rules=limits(questions=4))
    desks = await with_agents(hub, "application", database=specialist)
    hub.remember(before.consultations)
    return hub, desks["application"]


async def test_a_restart_knows_the_answers_and_how_many_were_asked(store: HubStore) -> None:
    told = Told()
    hub = await opened(store, told=told)
    desks = await with_agents(hub, "application", database=Specialist())
    for number in range(3):
        await desks["application"].consult("database", about(str(number)))
    later = Specialist()
    _, desk = await after_a_restart(store, told, later)
    assert (await desk.consult("database", about("1"))).outcome is ConsultOutcome.REPEATED
    assert [(await desk.consult("database", about(str(n)))).outcome for n in (3, 4)] == ["answered", "refused"]
    assert later.asked == [about("3")]


async def test_a_restart_knows_how_often_it_failed_and_escalates_no_second_time(store: HubStore) -> None:
    told, broken = Told(), Specialist(ValueError("broken"))
    hub = await opened(store, told=told)
    desks = await with_agents(hub, "application", database=broken)
    for number in range(3):
        await desks["application"].consult("database", about(str(number)))
    hub, desk = await after_a_restart(store, told, broken)
    assert (await desk.consult("database", POOL)).advice.text == "application is paused and asks nobody."
    (gate,) = await store.gates_of(*RUN)
    await hub.answer_gate(gate.gate_id, approved=True, by=ANA, requester=ANA)
    assert (await desk.consult("database", POOL)).outcome is ConsultOutcome.FAILED
    _, desk = await after_a_restart(store, told, broken)
    assert (await desk.consult("database", POOL)).outcome is ConsultOutcome.FAILED
    assert len(await loops(store)) == 1


async def test_answers_of_specialists_who_are_gone_hold_up_no_restart(store: HubStore) -> None:
    told = Told()
    hub = await opened(store, told=told)
    desks = await with_agents(hub, "application", database=Specialist())
    await desks["application"].consult("database", POOL)
    later = await opened(store)
    desks = await with_agents(later, "application")
    later.remember(told.consultations)
    assert (await desks["application"].consult("database", POOL)).outcome is ConsultOutcome.REFUSED
