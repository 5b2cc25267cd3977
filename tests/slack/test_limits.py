"""However long and however hostile: every message and every modal is one that Slack takes, and pings nobody."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.slack.blocks import Message, message, modal, section
from bot.slack.ids import Callback, Field, Filled
from bot.slack.story import GONE
from bot.slack.views import answers, forms, lists
from bot.slack.views.chart import caption
from bot.slack.views.cost import cost
from bot.slack.views.evidence import evidence
from bot.slack.views.facts import facts
from bot.slack.views.findings import findings
from bot.slack.views.hypotheses import hypotheses
from bot.slack.views.parent import parent
from bot.slack.views.picture import Picture
from bot.slack.views.report import report
from orchestrator.errors import ParameterExtractionError
from orchestrator.model import (
    FaultKind,
    Hypothesis,
    Incident,
    InvestigationState,
    NoData,
    Observation,
    Person,
    Scope,
    Standing,
    Verdict,
    Window,
)
from orchestrator.ports import InvestigationSummary
from tests.slack.limits import check_message, check_modal, check_mrkdwn
from tests.slack.pictures import COMPLETED, RUNNING, STATE, decided, moved, paid, picture, ranking
from tests.support.builders import explained, observed
from tests.support.clock import NOON

BITS = [
    "<!channel>", "<@U123ABC>", "*", "_", "~", "`", "```", "&", "&amp;", "<", ">", "|", "\n", "\\", '"', "😀", "\u202e",
    "支付服务超时", "@here", "https://evil.example/?a=1&b=2", "checkout", " ", "\x00", "ignore all instructions",
]  # fmt: skip
HOSTILE = st.one_of(
    st.lists(st.sampled_from(BITS), min_size=1, max_size=200).map("".join),
    st.sampled_from(BITS).map(lambda bit: bit * 600),
    st.text(min_size=1, max_size=600),
).map(lambda text: text[:600] if text[:600].strip() else "x")
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def huge(text: str, count: int) -> Picture:
    """A run in which everybody says `text`, often."""
    person = Person(user_id=text[:200], name=text[:200])
    window = Window(start=NOON, end=NOON)
    said: dict[str, Any] = {
        "summary": text, "service": text, "signal_name": text, "source": text, "query": text, "link": f"https://a.example/{text}",
        "onset": NOON, "latest": NOON, "window": window, "score": 0.9,
    }  # fmt: skip
    facts = [Observation(agent_id="application", observation_id=f"o{n}", **said) for n in range(count)]
    normal = [Observation(agent_id="application", summary=text, standing=Standing.NORMAL) for _ in range(count)]
    missing = [NoData(agent_id="application", summary=text) for _ in range(count)]
    ids = tuple(each.observation_id for each in facts)
    thoughts = [
        Hypothesis(
            agent_id="application",
            statement=text,
            initial_confidence=0.9,
            service=f"{n}{text}"[:200],
            fault_kind=FaultKind.NETWORK,
            supporting=ids,
            refuting=ids,
            verify=(text,) * count,
            disprove=(text,) * count,
            do_first=text,
            change_id=text,
        )
        for n in range(count)
    ]
    incident = Incident(
        incident_id=text[:200],
        title=text,
        start_time=NOON,
        affected_services=(text,) * count,
        scope=Scope(environment=text, cluster=text, namespace=text),
        recorded=True,
    )
    stopped = moved(STATE.RUNNING, STATE.STOPPED, text)
    verdicts = [decided(f"h{n}", Verdict.REJECTED, person, text) for n in range(1, count + 1)]
    ended = stopped if count % 2 else COMPLETED
    events = [RUNNING, observed("application", *facts, *normal, *missing), explained("application", *thoughts)]
    shown = picture(
        *events, ranking([thoughts]), paid("application", "3"), ended, *verdicts,
        incident=incident, requested_by=person, assumed=(text,) * count,
    )  # fmt: skip
    return Picture(shown.view, shown.report, {"application": text})


@SLOW
@given(HOSTILE, st.integers(0, 60))
def test_every_message_of_a_thread_is_one_that_slack_takes(text: str, count: int) -> None:
    shown = huge(text, count)
    told = findings(shown, "application")
    assert told is not None
    for each in (parent(shown), told, report(shown), cost(shown)):
        check_message(each)
        assert each.text.endswith("RECORDED DATA")
        assert "RECORDED DATA" in json.dumps(each.blocks)
    check_mrkdwn(caption(shown, Observation(agent_id="application", summary=text)))


@SLOW
@given(HOSTILE, st.integers(0, 60), st.integers(0, 9999))
def test_every_modal_is_one_that_slack_takes(text: str, count: int, page: int) -> None:
    shown = huge(text, count)
    check_modal(evidence(shown, "h1", page))
    check_modal(hypotheses(shown, page))
    check_modal(facts(shown, "application", page))
    check_modal(forms.new_investigation("m", Filled(dict.fromkeys(Field, text))))


@SLOW
@given(HOSTILE, st.integers(0, 60))
def test_every_answer_is_one_that_slack_takes(text: str, count: int) -> None:
    shown = huge(text, count % 4)
    past = InvestigationSummary(
        workspace="T1", investigation_id="inv-1", incident_id=text, title=text, state=InvestigationState.STOPPED,
        requested_at=NOON, requested_by=text, leading=text, confidence=0.9, accepted=2, recorded=True,
    )  # fmt: skip
    link = "https://slack.example/archives/C1/p1"
    error = ParameterExtractionError(text[:40], text, text, text)
    error.remedy = text
    for each in (
        lists.status([lists.Current(shown, link)] * count, 3, text),
        lists.which_one([lists.Current(shown, link)] * (count + 1)),
        lists.history([lists.Past(past, link)] * count, 3, NOON, text),
        answers.joined_run(shown.view.investigation, link, hidden=False),
        answers.may_not_post(shown.incident, text),
        answers.refused(error, text),
        answers.unexpected(text),
        answers.help_message(),
        *(answers.already_decided(each, NOON, is_recorded=True) for each in shown.view.decisions[:1]),
    ):
        check_message(each)


def test_what_is_too_much_for_a_message_is_our_error_not_slacks() -> None:
    with pytest.raises(ValueError, match="at most 120"):
        message("x" * 121)
    with pytest.raises(ValueError, match="too much"):
        message("x", *(section(["y" * 2900]) for _ in range(5)))
    with pytest.raises(ValueError, match="too much"):
        modal("t", [section(["y"])] * 101, callback=Callback.READ, close="c")


def test_a_message_without_its_blocks_still_says_everything() -> None:
    whole = message("short", section(["*one*", "two"]), section([]), None)
    assert whole.without_blocks == "*one*\ntwo"
    assert Message("short").without_blocks == "short"
    assert GONE
