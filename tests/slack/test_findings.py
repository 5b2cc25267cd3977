"""What one agent found."""

from decimal import Decimal

from inline_snapshot import snapshot

from bot.slack.blocks import Message
from bot.slack.views.findings import findings
from bot.slack.views.picture import Picture
from orchestrator.events import Consulted
from orchestrator.model import Advice, ConsultOutcome, Phase, Question, StepOutcome
from tests.slack import scene
from tests.slack.pictures import RUNNING, began, failed, observations, paid, picture
from tests.slack.reading import as_read
from tests.support.builders import consultation, missed, observed


def told(shown: Picture, agent_id: str) -> Message:
    message = findings(shown, agent_id)
    assert message is not None
    return message


def test_what_stands_out_comes_first_strongest_first() -> None:
    shown = picture(RUNNING, *observations(), paid("application", "0.6"))
    assert as_read(told(shown, "application")) == snapshot("""\
INC-123 Application: checkout errors 12 %, was 0.1 % · RECORDED DATA
---
*Application* · 18 s · $0.60 · *RECORDED DATA*
• checkout errors 12 %, was 0.1 %  (<https://grafana.example/d/1?from=now-1h&amp;to=now|o1>)
• new in the log of orders: timeout after &lt;∗&gt; ms waiting for ∗pool∗ ˋordersˋ &amp; &lt;!channel&gt;  (o2)
[Facts (2)]\
""")


def test_what_is_normal_and_what_was_not_checked_are_said() -> None:
    assert as_read(told(picture(RUNNING, *observations()), "database")) == snapshot("""\
INC-123 Database: orders-db pool 20 of 20 in use, was 6 · RECORDED DATA
---
*Database* · 18 s · $0.00 · *RECORDED DATA*
• orders-db pool 20 of 20 in use, was 6  (o3)
(Normal: CPU of orders-db
Not checked: locks: no exporter)
[Facts (3)]\
""")


def test_nothing_unusual_never_stands_alone() -> None:
    assert as_read(told(picture(RUNNING, *observations()), "network")) == snapshot("""\
INC-123 Network: Nothing unusual in what could be checked · RECORDED DATA
---
*Network* · 18 s · $0.00 · *RECORDED DATA*
Nothing unusual in what could be checked
(Normal: links between services)
[Facts (1)]\
""")
    assert as_read(told(picture(RUNNING, observed("network")), "network")) == snapshot("""\
INC-123 Network: Nothing unusual in what could be checked · RECORDED DATA
---
*Network* · 0.0 s · $0.00 · *RECORDED DATA*
Nothing unusual in what could be checked
(Not checked: no telemetry of its kind was there)\
""")


def test_an_agent_that_did_not_answer_is_named_with_its_reason() -> None:
    shown = picture(RUNNING, failed("database", "did not answer within 120 s"))
    assert as_read(told(shown, "database")) == snapshot("""\
INC-123 Database: did not answer within 120 s · The run goes on without it. · RECORDED DATA
---
*Database* · 2 min 0 s · $0.00 · *RECORDED DATA*
did not answer within 120 s · The run goes on without it.
(Not checked: no telemetry of its kind was there)\
""")
    silent = picture(RUNNING, failed("database", "", StepOutcome.FAILED))
    assert "did not answer" in as_read(told(silent, "database"))


def test_an_agent_that_observes_or_never_came_has_no_findings() -> None:
    assert findings(picture(RUNNING, began("database")), "database") is None
    assert findings(picture(RUNNING, missed(Phase.OBSERVE, "database")), "database") is None
    assert findings(picture(RUNNING), "database") is None


def test_many_facts_are_counted_rather_than_listed() -> None:
    many = [scene.ERRORS.model_copy(update={"observation_id": f"o{n}"}) for n in range(20)]
    shown = as_read(told(picture(RUNNING, observed("application", *many)), "application"))
    assert shown.count("checkout errors") == 1 + 6
    assert "… +14 more under Facts" in shown


def test_what_an_agent_asked_another_stands_in_its_own_reply_with_what_it_cost() -> None:
    asked = [
        consultation(cost=Decimal("0.25")),
        consultation(outcome=ConsultOutcome.REPEATED),
        consultation(specialist="network", depth=2),
        consultation("network"),
    ]
    shown = picture(RUNNING, *observations(), *(Consulted(consultation=each) for each in asked))
    lines = as_read(told(shown, "application")).splitlines()
    assert [each for each in lines if each.startswith("Asked")] == [
        "Asked Database: Was the pool exhausted at 14:03? Yes: 20 of 20 since 14:01. · $0.25"
    ]
    assert "Asked" not in as_read(told(shown, "database"))
    assert "Asked Database" in as_read(told(shown, "network"))


def test_what_another_agent_answers_pings_nobody() -> None:
    answer = Advice(text="<!channel> *all* of it\nis `down`", known=False)
    shown = picture(RUNNING, *observations(), Consulted(consultation=consultation(advice=answer)))
    line = next(each for each in as_read(told(shown, "application")).splitlines() if each.startswith("Asked"))
    assert line == snapshot("Asked Database: Was the pool exhausted at 14:03? &lt;!channel&gt; ∗all∗ of it is ˋdownˋ")


def test_of_many_questions_the_first_are_shown_and_the_others_counted() -> None:
    many = [consultation(question=Question(text=f"is it number {n}?" + "x" * 400)) for n in range(8)]
    shown = picture(RUNNING, *observations(), *(Consulted(consultation=each) for each in many))
    lines = as_read(told(shown, "application")).splitlines()
    assert len([each for each in lines if each.startswith("Asked")]) == 3
    assert "… +5 more questions" in lines
