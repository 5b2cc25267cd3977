"""Short answers and lists, in the words people read."""

# ruff: noqa: E501 - a snapshot is as wide as what it shows

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.slack import wording
from bot.slack.views import answers, lists
from bot.slack.views.chart import caption, no_chart
from orchestrator.errors import AgentExecutionError, ParameterExtractionError, SourceUnavailableError
from orchestrator.model import InvestigationState, Verdict
from orchestrator.ports import InvestigationSummary
from tests.slack import scene
from tests.slack.pictures import RUNNING, began, decided, finished, observations, picture
from tests.slack.reading import as_read
from tests.support.clock import NOON

LINK = "https://harbour.slack.com/archives/C1/p1"


def test_help() -> None:
    assert as_read(answers.help_message()) == snapshot("""\
How to use Compass
---
*Compass investigates incidents.* Agents look at the telemetry one after the other, and a thread shows what they find.
`/investigate INC-123` starts, or joins the run that is going on
`/investigate checkout answers 5xx since=30m services=checkout` works without an id where a live telemetry store is set up
Words do, too: `/investigate checkout 5xx since two hours ago, spend at most $5`; what is unclear is asked
Options: `budget=10` `since=14:00` `until=14:45` `services=checkout,payments` `severity=SEV2` `agents=database`
`mode=parallel` lets all agents look at once: sooner done, and what one does not spend helps no other
`/investigate new` opens a form
`/investigate status` shows what is going on · `/investigate history` what was before
`/investigate stop INC-123` ends a run with what it has
In a thread: `@compass investigate INC-123` or `@compass status`. On a message: _Investigate this_.
Times without a zone are read in yours. Agents never change anything: they look, people decide.\
""")


def test_somebody_joins() -> None:
    investigation = finished().view.investigation
    assert as_read(answers.joined_run(investigation, LINK, hidden=False)) == snapshot("""\
INC-123 is being investigated already, asked for by ana. Follow it in its thread. · RECORDED DATA
---
*RECORDED DATA* · INC-123 is being investigated already, asked for by ana. Follow it <https://harbour.slack.com/archives/C1/p1|in its thread>.\
""")
    assert as_read(answers.joined_run(investigation, "", hidden=False)).endswith("Follow it in its thread.")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("not_in_channel", "/invite @compass"),
        ("channel_not_found", "/invite @compass"),
        ("is_archived", "The channel is archived"),
        ("restricted_action_read_only_channel", "Ask an admin"),
        ("no_permission", "(no_permission)"),
    ],
)
def test_a_thread_that_may_not_be_posted_says_why_and_what_to_do(code: str, words: str) -> None:
    said = as_read(answers.may_not_post(scene.INCIDENT, code))
    assert words in said
    assert "The investigation itself goes on." in said


def test_somebody_was_first() -> None:
    accepted = finished(decided()).view.decisions[0]
    rejected = finished(decided(verdict=Verdict.REJECTED)).view.decisions[0]
    assert as_read(answers.already_decided(accepted, NOON, is_recorded=True)) == snapshot("""\
Already accepted by ben, 12:09 UTC. · RECORDED DATA
---
*RECORDED DATA* · Already accepted by ben, 12:09 UTC.\
""")
    assert "Already rejected by ben, 12:09 UTC." in as_read(answers.already_decided(rejected, NOON, is_recorded=False))


def test_a_refusal_of_the_core() -> None:
    error = ParameterExtractionError("budget", "-5", "must be more than $0", "budget=10")
    assert as_read(answers.refused(error, "ab12cd34", "INC-1 budget=-5")) == snapshot("""\
budget must be more than $0 · For example: budget=10
---
*budget must be more than $0*
For example: budget=10
(You wrote: INC-1 budget=-5)\
""")
    assert "compass doctor" in as_read(answers.refused(SourceUnavailableError("Prometheus did not answer."), "r"))
    assert "Request" not in as_read(answers.refused(SourceUnavailableError("No store."), "ab12cd34"))
    assert "Request ab12cd34" in as_read(answers.refused(AgentExecutionError("The database is locked."), "ab12cd34"))


def test_something_broke() -> None:
    assert as_read(answers.unexpected("ab12cd34")) == snapshot("""\
Something went wrong on our side. Try again; if it happens again, look into the log under request ab12cd34.
---
Something went wrong on our side. Try again; if it happens again, look into the log under request ab12cd34.\
""")


def test_what_is_going_on() -> None:
    first, *_ = observations()
    running = lists.Current(picture(RUNNING, began("application"), first, began("database")), LINK)
    assert as_read(lists.status([running], 2)) == snapshot("""\
3 investigations are going on · RECORDED DATA
---
*Going on*
• *INC-123 checkout 5xx* · 2/3 Database · asked by ana · $0.00 of $10.00 · *RECORDED DATA* · <https://harbour.slack.com/archives/C1/p1|thread>
(+2 in private channels, shown only there)\
""")
    assert as_read(lists.status([], 0)) == snapshot("""\
No investigation is going on. Start one with `/investigate INC-123`.
---
No investigation is going on. Start one with `/investigate INC-123`.\
""")


def test_who_waits_is_told_their_place() -> None:
    assert "• *INC-123 checkout 5xx* · Queued, number 2 in line · " in as_read(
        lists.status([lists.Current(picture(), LINK, place=2)], 0)
    )
    assert "• *INC-123 checkout 5xx* · Queued · " in as_read(lists.status([lists.Current(picture(), LINK)], 0))


def test_which_one() -> None:
    running = lists.Current(picture(RUNNING, began("application")), LINK)
    assert as_read(lists.which_one([running, running])) == snapshot("""\
Several investigations are going on. Which one? For example: `/investigate stop INC-123` · RECORDED DATA
---
Several investigations are going on. Which one? For example: `/investigate stop INC-123`
• *INC-123 checkout 5xx* · 1/3 Application · asked by ana · $0.00 of $10.00 · *RECORDED DATA* · <https://harbour.slack.com/archives/C1/p1|thread>
• *INC-123 checkout 5xx* · 1/3 Application · asked by ana · $0.00 of $10.00 · *RECORDED DATA* · <https://harbour.slack.com/archives/C1/p1|thread>\
""")


def test_what_was_before() -> None:
    summary = InvestigationSummary(
        workspace="T1",
        investigation_id="inv-1",
        incident_id="INC-123",
        title="checkout 5xx",
        state=InvestigationState.COMPLETED,
        requested_at=NOON,
        requested_by="ana",
        leading="orders v412 filled the orders-db pool",
        confidence=0.86,
        accepted=1,
        recorded=True,
    )
    weak = summary.model_copy(update={"confidence": 0.2, "accepted": 0, "title": "INC-123", "recorded": False})
    past = [lists.Past(summary, LINK), lists.Past(weak)]
    assert as_read(lists.history(past, 0, NOON + timedelta(days=2))) == snapshot("""\
The latest 2 investigations · RECORDED DATA
---
*Latest investigations*
• *INC-123* checkout 5xx · completed 14 Mar 12:00 UTC · ana · orders v412 filled the orders-db pool (0.86) · 1 accepted, 0 rejected · $0.00 · *RECORDED DATA* · <https://harbour.slack.com/archives/C1/p1|thread>
• *INC-123* · completed 14 Mar 12:00 UTC · ana · $0.00\
""")


def test_beside_the_chart_and_in_its_place() -> None:
    assert caption(finished(), scene.POOL) == snapshot("Chart: orders-db pool 20 of 20 in use, was 6 · *RECORDED DATA*")
    assert as_read(no_chart(wording.NO_CHART["library"], finished())) == snapshot("""\
No chart: matplotlib is not installed. Install it with `pip install 'compass-oncall[charts]'`. · RECORDED DATA
---
*RECORDED DATA* · No chart: matplotlib is not installed. Install it with `pip install 'compass-oncall[charts]'`.\
""")
