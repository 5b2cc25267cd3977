"""A whole run of the three specialists with a model: the report, the ledger, the remarks, and what is plain without one."""

from decimal import Decimal
from typing import Any

import pytest

from agents.incident import INCIDENT_TEAM
from agents.sources.snapshot import SnapshotLibrary
from orchestrator.errors import ModelUnavailableError
from orchestrator.events import InvestigationView
from orchestrator.investigation import report_of
from orchestrator.model import CallStatus, Conclusion, InvestigationState, Mode, Phase
from orchestrator.parameters import Parameters
from orchestrator.ports import Models, Request, Telemetry
from storage.memory import MemoryStore
from tests.agents.cases import InlineCompute
from tests.agents.shop import Fault, Shop
from tests.agents.test_incident_team import telemetry_of
from tests.support.models import OneModel, ScriptedModel
from tests.support.world import World, run_to_end

FAULT = Fault(failing={"orders": 0.4}, deploy="orders")
WORDS = "orders fails on an unhandled KeyError since its deploy"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> SnapshotLibrary:
    return SnapshotLibrary([Shop(FAULT).case.write(tmp_path_factory.mktemp("shop"))], InlineCompute())


def asked_over(request: Request[Any]) -> dict[str, str]:
    """The facts of a question, by id."""
    lines = (line.split(" ", 1) for line in request.data.splitlines() if line.startswith("o") and " " in line)
    return {first: rest for first, rest in lines if first[1:].isdigit()}


def helpful(request: Request[Any]) -> Any:
    """Cites what it is shown of orders, invents one thing, and holds something against its own explanation."""
    facts = asked_over(request)
    about = [each for each, line in facts.items() if line.startswith("orders")][:3]
    if request.purpose == "refute":
        _, _, against = request.data.partition("might speak against it:\n")
        return {"reason": "this is calm", "ids": [against.split(" ")[0]], "strength": "some"}
    right = {"service": "orders", "kind": "error", "statement": WORDS, "supports": about}
    return {"explanations": [right, {**right, "kind": "memory"}, {**right, "kind": "cpu", "supports": ["o900"]}]}


async def went(library: SnapshotLibrary, models: Models | None, **parameters: Any) -> InvestigationView:
    store = MemoryStore()
    await store.open()
    telemetry: Telemetry = telemetry_of(library)
    incident = await library.find("INC-7")
    assert incident is not None
    world = World(store, INCIDENT_TEAM, incidents=(incident,), telemetry=telemetry, models=models)
    async with world.service() as service:
        return await run_to_end(service, "INC-7", parameters=Parameters(incident_id="INC-7", **parameters))


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_run_tells_the_models_words_what_it_cost_and_what_was_left_out(
    shop: SnapshotLibrary, mode: Mode
) -> None:
    model = ScriptedModel(helpful)
    view = await went(shop, OneModel(model), mode=mode)
    plain = await went(shop, None, mode=mode)
    report, before = report_of(view, INCIDENT_TEAM), report_of(plain, INCIDENT_TEAM)
    assert view.state is InvestigationState.COMPLETED
    assert (report.conclusion, report.headline) == (Conclusion.LIKELY, f"{before.headline} (model: {WORDS})")
    lead, plain_lead = report.groups[0].lead, before.groups[0].lead
    assert lead.initial_confidence < plain_lead.initial_confidence
    assert lead.refuting
    assert (lead.verify, lead.do_first) == (plain_lead.verify, plain_lead.do_first)
    assert {(each.service, each.fault_kind) for each in plain.hypotheses} <= {
        (each.service, each.fault_kind) for each in view.hypotheses
    }
    assert [each.purpose for each in model.asked].count("refute") == 1
    assert {each.purpose for each in view.ledger} == {"hypotheses", "refute"}
    assert all(each.status is CallStatus.SETTLED and each.step.startswith("hypothesise:") for each in view.ledger)
    assert view.cost.total == Decimal("0.001") * len(model.asked)
    remarks = [remark for step in view.steps for remark in step.remarks]
    assert "The model's answer had an explanation that cites a fact that was not shown; it was left out." in remarks
    assert any(remark.startswith("The model holds o") for remark in remarks)


async def test_a_model_that_is_down_leaves_the_run_as_it_is_without_one_but_for_a_remark(shop: SnapshotLibrary) -> None:
    down = OneModel(ScriptedModel(lambda request: ModelUnavailableError("no answer within 30 s.")))
    view, plain = await went(shop, down), await went(shop, None)
    assert view.hypotheses == plain.hypotheses
    told = {remark for step in view.steps for remark in step.remarks}
    silent = "The model did not answer (no answer within 30 s): this is what plain analysis found."
    assert told == {f"{silent} Check the model with `compass doctor`."}
    assert all(not step.remarks for step in view.steps if step.step.phase is Phase.OBSERVE)


async def test_without_a_model_a_run_costs_nothing_and_remarks_nothing(shop: SnapshotLibrary) -> None:
    plain = await went(shop, None)
    assert plain.cost.total == 0
    assert plain.ledger == ()
    assert all(step.remarks == () for step in plain.steps)


async def test_a_question_that_does_not_fit_ends_the_run_with_what_plain_analysis_found(shop: SnapshotLibrary) -> None:
    dear = OneModel(ScriptedModel(helpful, most="5", cost="5"))
    view, plain = await went(shop, dear, budget=Decimal("1.00")), await went(shop, None)
    assert view.state is InvestigationState.STOPPED
    assert view.ledger == ()
    assert {each.statement for each in view.hypotheses} == {each.statement for each in plain.hypotheses}
