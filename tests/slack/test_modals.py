"""What opens over the channel."""

from inline_snapshot import snapshot

from bot.slack.ids import Field, Filled
from bot.slack.views import forms
from bot.slack.views.answers import say
from bot.slack.views.evidence import evidence
from bot.slack.views.facts import facts
from bot.slack.views.hypotheses import hypotheses
from bot.slack.views.notices import loading, notice_of
from orchestrator.model import FaultKind, Hypothesis, Standing
from tests.slack import scene
from tests.slack.limits import check_modal
from tests.slack.pictures import RUNNING, decided, finished, picture, ranking
from tests.slack.reading import modal_as_read
from tests.support.builders import observed


def test_the_evidence_behind_a_hypothesis() -> None:
    assert modal_as_read(evidence(finished(), "h1")) == snapshot("""\
# Evidence
*orders v412 filled the orders-db pool* · 0.86 · Database
*RECORDED DATA*
*For it*
• orders-db pool 20 of 20 in use, was 6
    o3 · Database · prometheus
• checkout errors 12 %, was 0.1 %
    o1 · Application · prometheus · <https://grafana.example/d/1?from=now-1h&amp;to=now|open>
    `rate(http_requests_total{code=~"5.."}[1m])`
• new in the log of orders: timeout after &lt;∗&gt; ms waiting for ∗pool∗ ˋordersˋ &amp; &lt;!channel&gt;
    o2 · Application · loki
*Against it*
• links between services
    o6 · Network
*How to check it*
• Count the connections that orders holds
*It is wrong if*
• Pool waits are 0
(Where: orders-db · Kind: saturation · Change: `v412`)
[Close]\
""")


def test_evidence_that_is_thin_says_so() -> None:
    assert modal_as_read(evidence(finished(), "h3")) == snapshot("""\
# Evidence
*The gateway retries too often* · 0.35 · Application
*RECORDED DATA*
*Against it* nothing found
*For it*
• checkout errors 12 %, was 0.1 %
    o1 · Application · prometheus · <https://grafana.example/d/1?from=now-1h&amp;to=now|open>
    `rate(http_requests_total{code=~"5.."}[1m])`
(Where: gateway · Kind: configuration)
[Close]\
""")
    bare = Hypothesis(agent_id="application", statement="a thought", initial_confidence=0.4)
    assert "No observation is cited." in modal_as_read(evidence(picture(RUNNING, ranking([[bare]])), "h1"))


def test_a_link_is_told_from_caller_to_callee_as_the_facts_have_it() -> None:
    refused = scene.LINK.model_copy(
        update={"observation_id": "o1", "service": "orders", "peer": "payment", "standing": Standing.UNUSUAL}
    )
    thought = Hypothesis(
        agent_id="network",
        statement="calls are lost on the way",
        initial_confidence=0.7,
        service="payment",
        peer="orders",
        fault_kind=FaultKind.NETWORK,
        supporting=("o1",),
    )
    shown = modal_as_read(evidence(picture(RUNNING, observed("network", refused), ranking([[thought]])), "h1"))
    assert "(Where: calls from orders to payment · Kind: network)" in shown
    unknown = thought.model_copy(update={"supporting": ()})
    shown = modal_as_read(evidence(picture(RUNNING, ranking([[unknown]])), "h1"))
    assert "(Where: between payment and orders · Kind: network)" in shown


def test_evidence_of_a_hypothesis_nobody_made() -> None:
    assert "not part of this investigation" in modal_as_read(evidence(finished(), "h99"))


def test_all_hypotheses_with_what_was_decided() -> None:
    assert modal_as_read(hypotheses(finished(decided("h2")))) == snapshot("""\
# All hypotheses
*RECORDED DATA*
*1. orders v412 filled the orders-db pool* · strong (0.86)
Database · orders-db · saturation
[Accept] [Reject] [Evidence]
*2. orders waits for its database* · some (0.60)
Application · orders-db · saturation
:white_check_mark: Accepted by ben · 12:09 UTC
[Evidence]
*3. The gateway retries too often* · weak (0.35)
Application · gateway · configuration
[Accept] [Reject] [Evidence]
[Close]\
""")


def test_many_hypotheses_come_page_by_page() -> None:
    made = [Hypothesis(agent_id="network", statement=f"thought {n}", initial_confidence=0.5) for n in range(12)]
    shown = picture(RUNNING, ranking([made]))
    first, last = modal_as_read(hypotheses(shown)), modal_as_read(hypotheses(shown, 99))
    assert "(1–5 of 12)\n[Next]" in first
    assert "(11–12 of 12)\n[Previous]" in last
    assert "[Previous] [Next]" in modal_as_read(hypotheses(shown, 1))


def test_evidence_and_facts_come_page_by_page_too() -> None:
    many = [scene.ERRORS.model_copy(update={"observation_id": f"o{n}"}) for n in range(1, 15)]
    cited = {"supporting": tuple(f"o{n}" for n in range(1, 15)), "refuting": ()}
    thought = scene.POOL_FULL.model_copy(update=cited)
    shown = picture(RUNNING, observed("application", *many), ranking([[thought]]))
    assert "(1–6 of 14)\n[Next]" in modal_as_read(evidence(shown, "h1"))
    last = modal_as_read(evidence(shown, "h1", 2))
    assert "(13–14 of 14)\n[Previous]" in last
    assert "(7–12 of 14)\n[Previous] [Next]" in modal_as_read(facts(shown, "application", 1))


def test_all_that_an_agent_observed() -> None:
    assert modal_as_read(facts(finished(), "database")) == snapshot("""\
# What was observed
*Database* · *RECORDED DATA*
*Unusual*
• orders-db pool 20 of 20 in use, was 6
    o3 · Database · prometheus
*Normal*
• CPU of orders-db
    o4 · Database
*Not checked*
• locks: no exporter
    o5 · Database
[Close]\
""")
    assert "Nothing was observed." in modal_as_read(facts(finished(), "stranger"))


def test_no_hypotheses_at_all() -> None:
    assert "No hypothesis was formed." in modal_as_read(hypotheses(picture(RUNNING)))


def test_the_form_of_a_new_investigation() -> None:
    assert modal_as_read(forms.new_investigation("v1/C1/")) == snapshot("""\
# New investigation
Incident id: \n\
What is wrong: \n\
Affected services: \n\
Since: \n\
Until: \n\
Severity: \n\
Budget in dollars: \n\
Mode: sequential
Agents: \n\
[Start] [Cancel]\
""")


def test_the_form_of_another_window() -> None:
    assert modal_as_read(forms.change_window("v1/C1/", "12:02:00Z", "record")) == snapshot("""\
# Change window
The run that is going on stops with what it has. A new one starts from this time, with a budget of its own.
Since *: 12:02:00Z
[Start] [Cancel]\
""")


def test_the_form_of_a_rejection_demands_nothing() -> None:
    assert modal_as_read(forms.reject("v1/C1/")) == snapshot("""\
# Reject a hypothesis
The hypothesis stays in the record. A reason helps the next person; none is needed.
Reason: \n\
In your own words: \n\
[Reject] [Cancel]\
""")


def test_every_modal_keeps_slacks_limits() -> None:
    for view in (
        forms.new_investigation(
            "m", Filled({Field.INCIDENT: "INC-1", Field.TITLE: "t" * 4000}, {Field.TITLE: "model"})
        ),
        forms.change_window("m", "", "default"),
        forms.reject("m"),
        loading(),
        notice_of(say("no")),
        evidence(finished(), "h1"),
        hypotheses(finished()),
    ):
        check_modal(view)
