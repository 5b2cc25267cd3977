"""A question in which a model looked things up, thought through again from the record: the same answer, nothing looked up."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.incident.lookups import lookups
from agents.llm.offered import tools_of
from agents.llm.outgoing import kept
from agents.llm.recorded import Recorded, Rerun
from agents.llm.replaying import RecordedModels
from tests.agents.lookups.test_lookups import Colleagues
from tests.agents.lookups.test_query import Store, live
from tests.llm.asking import asked, looking_up, request
from tests.llm.test_recorded import call
from tests.llm.wiring import Ledger
from tests.support.clock import HurriedClock

WISHES: list[dict[str, Any]] = [
    {"service": "orders", "metric": "latency_p95_ms"},
    {"service": "billing"},
    {"no such": "argument"},
]


@pytest.mark.parametrize("kind", ["openai", "azure", "anthropic"])
async def test_a_question_with_lookups_is_answered_from_the_record(tmp_path: Path, kind: str) -> None:
    tools = lookups(replace(await live(tmp_path, Store()), desk=Colleagues()))
    async with asked(kind, answerer=looking_up(WISHES, "metric")) as served:
        then = await served.ask(tools=tools)
        calls = await served.store.calls_of("T1", "inv-1")
    assert len(calls) == len(WISHES) + 1
    rerun = Rerun(Recorded(calls), kept)
    model = RecordedModels(rerun, HurriedClock()).model_for("T1", "inv-1", "database")
    assert model is not None
    now = await model.ask(request(), Ledger("0").account)
    assert now == then
    assert rerun.unasked == []


@pytest.mark.parametrize("written", ["", "[]", "{", '{"tools": 7}', '{"tools": [7, {}, {"function": 7}]}'])
def test_what_is_no_request_offered_nothing(written: str) -> None:
    assert tools_of([call(written)], "final_result") == ()
