"""The card that is edited in place."""

from inline_snapshot import snapshot

from bot.slack.views.parent import parent
from orchestrator.model import Mode, Phase
from tests.slack.pictures import (
    ANA,
    COMPLETED,
    RUNNING,
    STATE,
    began,
    explanations,
    finished,
    moved,
    observations,
    paid,
    picture,
    ranking,
    stop_by,
)
from tests.slack.reading import as_read
from tests.support.builders import AGENTS, incident


def test_a_run_that_waits_for_its_place() -> None:
    assert as_read(parent(picture())) == snapshot("""\
INC-123 checkout 5xx: Queued, no cause yet · RECORDED DATA
---
*INC-123 checkout 5xx* · SEV2 · prod/eu-1 · checkout · *RECORDED DATA*
*Queued* · no cause yet
From 12:02 UTC (<!date^1773489720^{time} your time|12:02 UTC>), against 11:02–12:02 UTC
(Updated 12:00:01 UTC · ana · $0.00 of $10.00)
[Stop] [Change window]\
""")


def test_the_second_of_three_agents_observes() -> None:
    first, *_ = observations()
    assert as_read(
        parent(picture(RUNNING, began("application"), first, paid("application", "0.4"), began("database")))
    ) == snapshot("""\
INC-123 checkout 5xx: 2/3 Database, no cause yet · RECORDED DATA
---
*INC-123 checkout 5xx* · SEV2 · prod/eu-1 · checkout · *RECORDED DATA*
*2/3 Database* · no cause yet
From 12:02 UTC (<!date^1773489720^{time} your time|12:02 UTC>), against 11:02–12:02 UTC
(Updated 12:00:06 UTC · ana · $0.40 of $10.00)
[Stop] [Change window]\
""")


def test_in_parallel_everybody_who_is_at_work_is_named_and_how_many_are_done() -> None:
    _, database, _ = observations()
    at_once = [RUNNING, *(began(name) for name in AGENTS)]
    assert "*0/3 done, Application + Database + Network at work* · no cause yet" in as_read(
        parent(picture(*at_once, mode=Mode.PARALLEL))
    )
    assert as_read(parent(picture(*at_once, database, mode=Mode.PARALLEL))) == snapshot("""\
INC-123 checkout 5xx: 1/3 done, Application + Network at work, no cause yet · RECORDED DATA
---
*INC-123 checkout 5xx* · SEV2 · prod/eu-1 · checkout · *RECORDED DATA*
*1/3 done, Application + Network at work* · no cause yet
From 12:02 UTC (<!date^1773489720^{time} your time|12:02 UTC>), against 11:02–12:02 UTC
(Updated 12:00:06 UTC · ana · $0.00 of $10.00)
[Stop] [Change window]\
""")
    last = [*explanations()[:2], began("network", Phase.HYPOTHESISE)]
    shown = as_read(parent(picture(RUNNING, *observations(), *last, mode=Mode.PARALLEL)))
    assert "*Explaining 2/3 done, Network at work* · provisional" in shown


def test_a_leading_hypothesis_is_provisional_until_the_end() -> None:
    explained = explanations()[:2]
    events = [RUNNING, *observations(), *explained, began("network", Phase.HYPOTHESISE)]
    assert as_read(parent(picture(*events))) == snapshot("""\
INC-123 checkout 5xx: Explaining 3/3 Network, provisional, 2 of 3 agents: orders v412 filled the orders… · RECORDED DATA
---
*INC-123 checkout 5xx* · SEV2 · prod/eu-1 · checkout · *RECORDED DATA*
*Explaining 3/3 Network* · provisional, 2 of 3 agents: orders v412 filled the orders-db pool (strong)
From 12:02 UTC (<!date^1773489720^{time} your time|12:02 UTC>), against 11:02–12:02 UTC
(Updated 12:00:08 UTC · ana · $0.00 of $10.00)
[Stop] [Change window]\
""")


def test_between_two_turns_it_says_so() -> None:
    assert "*Starting*" in as_read(parent(picture(RUNNING)))
    assert "*Ranking*" in as_read(parent(picture(RUNNING, *observations(), *explanations())))


def test_a_run_that_is_being_stopped() -> None:
    shown = as_read(parent(picture(RUNNING, began("application"), stop_by(ANA))))
    assert "*Stopping* · no cause yet" in shown


def test_a_run_that_is_done() -> None:
    assert as_read(parent(finished(paid("database", "1.9")))) == snapshot("""\
INC-123 checkout 5xx: likely orders v412 filled the orders-db pool (strong), Done in 8.0 s · RECORDED DATA
---
*INC-123 checkout 5xx* · SEV2 · prod/eu-1 · checkout · *RECORDED DATA*
*Done in 8.0 s* · likely orders v412 filled the orders-db pool (strong) · The answer is in the thread.
From 12:02 UTC (<!date^1773489720^{time} your time|12:02 UTC>), against 11:02–12:02 UTC
(Updated 12:00:11 UTC · ana · $1.90 of $10.00)
[Change window]\
""")


def test_a_run_that_was_stopped() -> None:
    stopped = moved(STATE.RUNNING, STATE.STOPPED, "Stopped by ana.")
    assert as_read(parent(picture(RUNNING, *observations()[:1], stop_by(ANA), stopped))) == snapshot("""\
INC-123 checkout 5xx: no clear cause, Stopped after 3.0 s · RECORDED DATA
---
*INC-123 checkout 5xx* · SEV2 · prod/eu-1 · checkout · *RECORDED DATA*
*Stopped after 3.0 s* · Stopped by ana. · What was found is in the thread.
From 12:02 UTC (<!date^1773489720^{time} your time|12:02 UTC>), against 11:02–12:02 UTC
(Updated 12:00:05 UTC · ana · $0.00 of $10.00)
[Change window]\
""")


def test_a_run_that_failed() -> None:
    failed = moved(STATE.RUNNING, STATE.FAILED, "Nothing could be observed: locks: no exporter.")
    assert as_read(parent(picture(RUNNING, failed))) == snapshot("""\
INC-123 checkout 5xx: nothing could be observed, Failed · RECORDED DATA
---
*INC-123 checkout 5xx* · SEV2 · prod/eu-1 · checkout · *RECORDED DATA*
*Failed* · Nothing could be observed: locks: no exporter. · What was found is in the thread.
From 12:02 UTC (<!date^1773489720^{time} your time|12:02 UTC>), against 11:02–12:02 UTC
(Updated 12:00:03 UTC · ana · $0.00 of $10.00)
[Change window]\
""")


def test_defaults_are_named_until_the_end() -> None:
    plain = incident("INC-0314-1200", title="INC-0314-1200")
    assumed = ("start_time", "severity", "budget")
    assert as_read(parent(picture(RUNNING, incident=plain, assumed=assumed))) == snapshot("""\
INC-0314-1200: Starting, no cause yet
---
*INC-0314-1200*
*Starting* · no cause yet
From 12:00 UTC (<!date^1773489600^{time} your time|12:00 UTC>), against 11:00–12:00 UTC
(Updated 12:00:02 UTC · ana · $0.00 of $10.00
Taken as default: start (30 minutes before), severity (unknown), budget)
[Stop] [Change window]\
""")
    done = picture(RUNNING, ranking([[], [], []]), COMPLETED, incident=plain, assumed=assumed)
    assert "default" not in as_read(parent(done))


def test_what_was_understood_rather_than_typed_is_named_until_the_end() -> None:
    told = (("start_time", "said"), ("severity", "typed"), ("affected_services", "model"), ("title", "said"))
    shown = as_read(parent(picture(RUNNING, incident=incident(), told=told)))
    assert "From your words: start · Read by a model: services" in shown
    assert "severity" not in shown
    done = picture(RUNNING, ranking([[], [], []]), COMPLETED, incident=incident(), told=told)
    assert "From your words" not in as_read(parent(done))
