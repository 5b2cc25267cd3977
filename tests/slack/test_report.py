"""The answer."""

from inline_snapshot import snapshot

from bot.slack.ids import Action, Target
from bot.slack.views.report import report
from orchestrator.events import ContextGathered
from orchestrator.model import Phase, Verdict
from tests.slack import scene
from tests.slack.pictures import (
    ANA,
    COMPLETED,
    RUNNING,
    STATE,
    decided,
    explanations,
    failed,
    finished,
    moved,
    observations,
    paid,
    picture,
    ranking,
    stop_by,
)
from tests.slack.reading import as_read
from tests.support.builders import missed, past_incident


def test_the_answer_with_everything_a_person_needs() -> None:
    assert as_read(report(finished(paid("database", "1.9")))) == snapshot("""\
INC-123: likely orders v412 filled the orders-db pool (strong). team-orders: consider rolling back v412 · RECORDED DATA
---
<@U111AAA> *Likely: orders v412 filled the orders-db pool* · strong (0.86) · named by 2 agents · *RECORDED DATA*
*Impact* checkout errors 12 %, was 0.1 %
*Since* 12:01:00 UTC
*Do first* team-orders: consider rolling back v412
*Why* (UTC)
• 12:01:00 orders-db pool 20 of 20 in use, was 6  (o3)
• 12:02:00 checkout errors 12 %, was 0.1 %  (<https://grafana.example/d/1?from=now-1h&amp;to=now|o1>)
• 12:02:00 new in the log of orders: timeout after &lt;∗&gt; ms waiting for ∗pool∗ ˋordersˋ &amp; &lt;!channel&gt;  (o2)
*Against* links between services  (o6)
*Wrong if* Pool waits are 0
2. The gateway retries too often · weak (0.35)
*Ruled out* CPU of orders-db; links between services
*Not checked* locks: no exporter
(Looked at 12:02–12:15 UTC, against 11:02–12:02 UTC
prometheus to 12:14:00 UTC · loki to 12:13:00 UTC · $1.90 of $10.00)
[Accept] [Reject] [Evidence] [All 3]\
""")


def test_it_mentions_who_asked_and_nobody_else() -> None:
    shown = as_read(report(finished(decided())))
    assert shown.count("<@") == 1
    assert "<@U111AAA>" in shown


def test_a_decision_stays_on_the_card_and_takes_the_buttons_away() -> None:
    shown = as_read(report(finished(decided())))
    assert ":white_check_mark: Accepted by ben · 12:09 UTC · orders v412 filled the orders-db pool" in shown
    assert "[Evidence] [All 3]" in shown
    assert "[Accept]" not in shown


def test_a_rejection_keeps_its_reason() -> None:
    shown = as_read(report(finished(decided("h2", Verdict.REJECTED, reason="The cause is *elsewhere*"))))
    assert (
        ":no_entry_sign: Rejected by ben · 12:09 UTC · The cause is ∗elsewhere∗ · orders waits for its database"
        in shown
    )


def test_decisions_on_hypotheses_beyond_the_first_leave_the_question_open() -> None:
    assert "[Accept] [Reject] [Evidence] [All 3]" in as_read(report(finished(decided("h3"))))


def test_many_decisions_are_counted() -> None:
    shown = as_read(report(finished(*(decided(f"h{n}") for n in range(1, 10)))))
    assert "… +3 more under All" in shown


def test_no_clear_cause_says_what_to_look_at_next() -> None:
    weak = scene.RETRIES.model_copy(
        update={"initial_confidence": 0.2, "verify": ("Look at the retries of the gateway",)}
    )
    thought = ([weak], [], [])
    shown = picture(RUNNING, *observations(), *explanations(thought), ranking(thought), COMPLETED)
    assert as_read(report(shown)) == snapshot("""\
INC-123: no clear cause. Look at the retries of the gateway · RECORDED DATA
---
<@U111AAA> *INC-123 checkout 5xx: No clear cause* · *RECORDED DATA*
*Impact* checkout errors 12 %, was 0.1 %
*Since* 12:02:00 UTC
*Look next* Look at the retries of the gateway
*Stands out* (UTC)
• 12:01:00 orders-db pool 20 of 20 in use, was 6  (o3)
• 12:02:00 checkout errors 12 %, was 0.1 %  (<https://grafana.example/d/1?from=now-1h&amp;to=now|o1>)
• 12:02:00 new in the log of orders: timeout after &lt;∗&gt; ms waiting for ∗pool∗ ˋordersˋ &amp; &lt;!channel&gt;  (o2)
1. The gateway retries too often · weak (0.20)
*Ruled out* CPU of orders-db; links between services
*Not checked* locks: no exporter
(Looked at 12:02–12:15 UTC, against 11:02–12:02 UTC
prometheus to 12:14:00 UTC · loki to 12:13:00 UTC · $0.00 of $10.00)
[Evidence] [All 1]\
""")


def test_a_cause_without_a_first_step_says_what_to_look_at_next() -> None:
    bare = scene.POOL_FULL.model_copy(
        update={"do_first": "", "verify": ("Count the connections", "Ask orders", "Wait")}
    )
    thought = ([], [bare], [])
    told = report(picture(RUNNING, *observations(), *explanations(thought), ranking(thought), COMPLETED))
    shown = as_read(told)
    assert "*Look next* Count the connections; Ask orders\n" in shown
    assert "*Do first*" not in shown
    assert "(strong). Count the connections" in told.text


def test_what_was_ruled_out_is_three_lines_and_the_rest_is_counted() -> None:
    normal = [scene.CPU.model_copy(update={"summary": f"thing {n}"}) for n in range(1, 6)]
    shown = as_read(report(picture(RUNNING, *observations(([], normal, [])), COMPLETED)))
    assert "*Ruled out* thing 1; thing 2; thing 3; +2 under Facts" in shown


def test_nothing_unusual() -> None:
    shown = picture(RUNNING, *observations(([], [scene.CPU, scene.LOCKS], [scene.LINK])), COMPLETED)
    assert as_read(report(shown)) == snapshot("""\
INC-123: nothing unusual in what could be checked · RECORDED DATA
---
<@U111AAA> *INC-123 checkout 5xx: Nothing unusual was found in what could be checked* · *RECORDED DATA*
*Ruled out* CPU of orders-db; links between services
*Not checked* locks: no exporter
(Looked at 12:02–12:15 UTC, against 11:02–12:02 UTC
$0.00 of $10.00)\
""")


def test_nothing_could_be_observed() -> None:
    over = moved(STATE.RUNNING, STATE.FAILED, "Nothing could be observed: locks: no exporter.")
    shown = picture(RUNNING, *observations(([], [scene.LOCKS], [])), over)
    assert as_read(report(shown)) == snapshot("""\
INC-123: nothing could be observed · RECORDED DATA
---
<@U111AAA> *INC-123 checkout 5xx: Nothing could be observed* · *RECORDED DATA*
*Ended early* Nothing could be observed: locks: no exporter.
*Not checked* locks: no exporter
(Looked at 12:02–12:15 UTC, against 11:02–12:02 UTC
$0.00 of $10.00)\
""")


def test_a_run_that_was_stopped_tells_what_it_has_and_who_did_not_run() -> None:
    thought = (scene.RETRIES.model_copy(update={"initial_confidence": 0.6}),)
    events = [
        RUNNING,
        *observations()[:1],
        stop_by(ANA),
        missed(Phase.OBSERVE, "database"),
        missed(Phase.OBSERVE, "network"),
        ranking([thought]),
        moved(STATE.RUNNING, STATE.STOPPED, "Stopped by ana."),
    ]
    assert as_read(report(picture(*events))) == snapshot("""\
INC-123: likely The gateway retries too often (some) · RECORDED DATA
---
<@U111AAA> *Likely: The gateway retries too often* · some (0.60) · *RECORDED DATA*
*Ended early* Stopped by ana.
*Did not run* Database, Network
*Impact* checkout errors 12 %, was 0.1 %
*Since* 12:02:00 UTC
*Why* (UTC)
• 12:02:00 checkout errors 12 %, was 0.1 %  (<https://grafana.example/d/1?from=now-1h&amp;to=now|o1>)
*Against* nothing found
(Looked at 12:02–12:15 UTC, against 11:02–12:02 UTC
prometheus to 12:14:00 UTC · loki to 12:13:00 UTC · $0.00 of $10.00)
[Accept] [Reject] [Evidence] [All 1]\
""")


def test_an_agent_that_did_not_answer_is_named() -> None:
    first, _, last = observations()
    shown = as_read(
        report(
            picture(
                RUNNING,
                first,
                failed("database", "did not answer within 120 s"),
                last,
                *explanations(),
                ranking(),
                COMPLETED,
            )
        )
    )
    assert "*Without* Database did not answer within 120 s" in shown


def test_what_agents_remark_stands_behind_what_was_not_checked() -> None:
    thought = explanations()
    silent = "The model did not answer <!channel>: this is what plain analysis found."
    remarked = [thought[0].model_copy(update={"remarks": (silent,)}), *thought[1:]]
    shown = as_read(report(picture(RUNNING, *observations(), *remarked, ranking(), COMPLETED)))
    assert f"*Remarks* Application: {silent.replace('<', '&lt;').replace('>', '&gt;')}" in shown


def test_a_fact_that_says_when_it_began_is_not_dated_twice() -> None:
    dated = scene.POOL.model_copy(update={"summary": "pool full since 12:01:00"})
    found = ([scene.ERRORS, scene.TEMPLATE], [dated, scene.CPU, scene.LOCKS], [scene.LINK])
    shown = as_read(report(picture(RUNNING, *observations(found), *explanations(), ranking(), COMPLETED)))
    assert "\n• pool full since 12:01:00  (o3)" in shown


def test_a_live_incident_does_not_say_recorded() -> None:
    live = scene.INCIDENT.model_copy(update={"recorded": False})
    assert "RECORDED" not in as_read(report(finished(incident=live)))


def test_the_buttons_carry_the_leading_hypothesis() -> None:
    row = report(finished()).blocks[-1]["elements"]
    targets = {each["action_id"].rsplit(".", 1)[0]: Target.read(each["value"]) for each in row}
    assert targets[Action.ACCEPT] == Target("inv-1", "h1")
    assert targets[Action.HYPOTHESES] == Target("inv-1")


def test_an_earlier_incident_like_this_one_is_told_with_what_it_came_from_and_what_both_have_in_common() -> None:
    past = past_incident(verdict=Verdict.ACCEPTED, decided_by="ben <!here>")
    told = as_read(report(finished(ContextGathered(similar=(past, past, past)))))
    line = "INC-98 orders time out (12 Feb 12:00 UTC): v390 filled the orders-db pool · accepted by ben &lt;!here&gt;"
    assert told.count(line) == 2
    assert "alike: orders pool_in_use" in told


def test_a_service_that_no_telemetry_knows_is_said_to_be_unchecked() -> None:
    told = as_read(report(finished(ContextGathered(unknown=("No telemetry of chekout",)))))
    assert "No telemetry of chekout" in told
