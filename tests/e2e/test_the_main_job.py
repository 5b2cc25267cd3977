"""What a newcomer does: type the command, read the thread, press a button, find everything in SQLite."""

import asyncio
from decimal import Decimal

from orchestrator.events import InvestigationView
from orchestrator.model import Hypothesis, InvestigationState, Mode
from tests.e2e.conftest import CHANNEL, Office, rows

RECORDED = "RECORDED DATA"


def kind_of(text: str) -> str:
    """Which of a run's messages this is, by how it begins."""
    for kind in ("*Application*", "*Database*", "*Network*", "Likely:", "Chart:", "*Cost*"):
        if kind in text:
            return kind.strip("*:")
    return text


async def test_the_thread_tells_each_agent_then_the_report_the_chart_and_the_cost(office: Office) -> None:
    await office.investigate()

    said = [kind_of(str(message.blocks) + message.text) for message in office.thread()]
    assert said == ["Application", "Database", "Network", "Likely", "Chart", "Cost"]
    assert len({message.thread_ts for message in office.thread()}) == 1


async def test_the_report_is_for_who_asked_and_names_the_service_at_fault(office: Office) -> None:
    await office.investigate()

    ana = office.server.workspace.user("ana").id
    assert f"<@{ana}>" in str(office.report().blocks)
    view = await first_view(office)
    assert view.state == InvestigationState.COMPLETED
    assert view.ranked[0].service in ("orders", "orders-db")
    assert view.cost.total == Decimal(0)


async def test_what_one_agent_asked_another_stands_in_its_own_reply_and_in_sqlite(office: Office) -> None:
    await office.investigate()

    (application,) = [each for each in office.thread() if "*Application*" in str(each.blocks)]
    assert "Asked Database: did anything wait for locks in orders-db at 02:36:56? No:" in str(application.blocks)
    view = await first_view(office)
    (told,) = view.asked_by("application")
    assert (told.cost, told.advice.supports) == (Decimal(0), False)
    assert set(told.advice.cites) <= set(view.ranked[0].supporting)


async def test_recorded_data_is_said_on_every_message_and_in_every_notification(office: Office) -> None:
    await office.investigate()

    for message in office.messages():
        assert RECORDED in message.text, message.text
        if message.blocks:
            assert RECORDED in str(message.blocks)


async def test_accept_stays_on_the_card_and_everything_is_in_sqlite(office: Office) -> None:
    await office.investigate()
    report = office.report()
    accept = next(each for each in action_ids(report.blocks) if "accept" in each)

    await asyncio.gather(
        *(office.server.click_message(user, report, accept) for user in ("ana", "ben", "ana", "ben", "ana"))
    )
    await office.all_told()

    with rows(office.database) as db:
        assert [row["verdict"] for row in db.execute("select verdict from decisions")] == ["accepted"]
        assert db.execute("select state from investigations").fetchone()["state"] == "completed"
        steps = [row["step"] for row in db.execute("select step from steps order by started_seq")]
        counts = [db.execute(f"select count(*) from {name}").fetchone()[0] for name in ("observations", "hypotheses")]
    agents = ("application", "database", "network")
    assert steps == [f"{phase}:{agent}" for phase in ("observe", "hypothesise") for agent in agents]
    assert min(counts) > 0
    assert "ccepted" in str(office.report().blocks)
    assert accept not in action_ids(office.report().blocks)


async def test_five_investigations_at_once_each_tell_their_own_thread(office: Office) -> None:
    incidents = [each.incident_id for each in await office.program.incidents.known()][:5]

    outcomes = await asyncio.gather(
        *(
            office.server.run_command("ana", CHANNEL, "/investigate", f"{name} budget=3 agents=application")
            for name in incidents
        )
    )
    await office.all_told()

    assert [outcome.failure for outcome in outcomes] == [""] * len(incidents)
    parents = [message for message in office.messages() if not message.thread_ts]
    assert sorted(name for name in incidents for parent in parents if name in parent.text) == sorted(incidents)


async def test_in_parallel_the_same_is_found_and_ranked_alike(office: Office) -> None:
    for mode in Mode:
        await office.investigate(f"INC-123 budget=10 mode={mode}")

    newest, oldest = await office.program.service.history(office.workspace)
    one_by_one, at_once = [
        await office.program.service.view(office.workspace, each.investigation_id) for each in (oldest, newest)
    ]
    assert (one_by_one.investigation.mode, at_once.investigation.mode) == (Mode.SEQUENTIAL, Mode.PARALLEL)
    assert one_by_one.state == at_once.state == InvestigationState.COMPLETED
    assert [concluded(each) for each in at_once.ranked] == [concluded(each) for each in one_by_one.ranked]
    facts = [sorted((each.agent_id, each.summary) for each in view.observations) for view in (one_by_one, at_once)]
    assert facts[0] == facts[1]
    assert len(at_once.ranked) >= 3


def concluded(said: Hypothesis) -> tuple[str, str, str, float]:
    return (said.agent_id, said.statement, said.service, said.initial_confidence)


UNUSABLE = (
    "",
    "INC-123 budget=0",
    "INC-123 budget=-5",
    "INC-123 budget=ten",
    "INC-123 budget=1e99",
    "INC-123 severity=red",
    "INC-9",
)


async def test_what_cannot_be_used_gets_a_private_answer_and_starts_nothing(office: Office) -> None:
    for number, words in enumerate(UNUSABLE, start=1):
        await office.investigate(words)

        whispers = [message for message in office.server.workspace.messages if message.ephemeral_for]
        assert len(whispers) == number, words
        assert len(whispers[-1].text) > 10
    assert office.messages() == []
    assert await office.program.service.history(office.workspace) == []


async def first_view(office: Office) -> InvestigationView:
    [summary] = await office.program.service.history(office.workspace)
    return await office.program.service.view(office.workspace, summary.investigation_id)


def action_ids(blocks: tuple[dict[str, object], ...]) -> list[str]:
    """The ids of all buttons, in order."""
    found: list[str] = []
    for block in blocks:
        elements = block.get("elements")
        if block.get("type") == "actions" and isinstance(elements, list):
            found += [str(element["action_id"]) for element in elements]
    return found
