"""What a specialist answers when it looks closer at its own metrics around one moment."""

from array import array
from collections.abc import Sequence
from datetime import timedelta

from agents.analyzers.around import around
from agents.analyzers.meaning import meaning_of
from agents.incident.advising import answer, concerned
from orchestrator.model import Advice, Aspect, MetricSeries, Observation, Question, Standing
from tests.support.builders import observation
from tests.support.clock import NOON

AT = NOON + timedelta(minutes=3)
SPLIT = NOON.timestamp()


def series(
    metric: str, before: float, since: float, service: str = "orders-db", *, bad_for_s: float = 600
) -> MetricSeries:
    seconds = range(-1200, 601, 15)
    values = [since if 120 <= each < 120 + bad_for_s else before + 0.001 * (each % 2) for each in seconds]
    return MetricSeries(service, metric, array("d", [SPLIT + each for each in seconds]), array("d", values))


def still(metric: str, value: float) -> MetricSeries:
    known = series(metric, value, value)
    return MetricSeries(known.service, metric, known.times, array("d", [value] * len(known.times)))


def asked(aspect: Aspect = Aspect.SATURATION, service: str = "orders-db", peer: str = "") -> Question:
    return Question(text="was it?", service=service, peer=peer, aspect=aspect, at=AT)


def says(
    question: Question, *known: MetricSeries, agent_id: str = "database", facts: Sequence[Observation] = ()
) -> Advice:
    return answer(agent_id, question, concerned(agent_id, question, known), SPLIT, facts)


def test_a_no_shows_what_came_nearest_to_trouble_and_its_limit() -> None:
    told = says(asked(), series("pool_in_use", 6, 6), still("pool_size", 20), series("cpu_pct", 12, 12.4))
    assert told.supports is False
    assert told.text == "No: cpu up to 12.4 %, usual 12 %; pool in use 6 of 20, as before"


def test_a_yes_says_since_when_and_what_was_usual() -> None:
    told = says(asked(), series("pool_in_use", 6, 20), still("pool_size", 20))
    assert told.supports is True
    assert told.text == "Yes: pool in use 20 of 20 since 12:02, was 6"


def test_what_the_agent_had_found_already_is_its_answer_and_is_cited() -> None:
    fact = observation(
        "orders-db: pool 20 of 20 since 12:01, was 6",
        "database",
        observation_id="o4",
        service="orders-db",
        aspect=Aspect.SATURATION,
        score=0.9,
    )
    told = says(asked(), facts=[fact])
    assert (told.supports, told.cites, told.text) == (True, ("o4",), f"Yes: {fact.summary}")


def test_a_no_cites_the_line_that_says_so_of_that_service() -> None:
    def line(observation_id: str, summary: str, agent_id: str = "database", service: str = "") -> Observation:
        standing = Standing.NORMAL
        return observation(summary, agent_id, observation_id=observation_id, standing=standing, service=service)

    facts = [
        line("o1", "Saturation: normal in 3 services"),
        line("o2", "CPU: normal in cart-db", service="cart-db"),
        line("o3", "Saturation: normal in orders", "application"),
        line("o4", "Error metrics: normal in orders-db", service="orders-db"),
    ]
    assert says(asked(), series("pool_in_use", 6, 6), facts=facts).cites == ("o1",)


def test_who_has_no_metric_of_it_cannot_tell() -> None:
    told = says(asked(), series("pool_in_use", 6, 6, "cart-db"), series("latency_ms", 6, 60))
    assert (told.known, told.supports, told.cites) == (False, None, ())
    assert told.text == "Cannot tell: no metric of orders-db tells of that."
    link = says(asked(Aspect.NETWORK, "orders", "payment"), agent_id="network")
    assert link.text == "Cannot tell: no metric of the link from orders to payment tells of that."


def test_a_link_is_told_by_the_metrics_of_that_link_alone() -> None:
    known = [
        series("link_payment_probe_ms", 2, 2, "orders"),
        series("link_shipping_probe_ms", 2, 900, "orders"),
        series("cpu_pct", 5, 99, "orders"),
    ]
    told = says(asked(Aspect.NETWORK, "orders", "payment"), *known, agent_id="network")
    assert told.text == "No: link probe 2 ms, as before"


def test_fewer_requests_are_not_more() -> None:
    question = asked(Aspect.TRAFFIC, "orders")
    assert says(question, series("requests_rate", 100, 5, "orders"), agent_id="application").supports is False
    assert says(question, series("requests_rate", 100, 900, "orders"), agent_id="application").supports is True


def test_a_bad_minute_shows_though_the_whole_window_is_as_ever() -> None:
    known = series("pool_in_use", 6, 20, bad_for_s=75)
    meaning = meaning_of(known.metric)
    then = around(known.metric, known.times, known.values, SPLIT, SPLIT + 150, meaning)
    later = around(known.metric, known.times, known.values, SPLIT, SPLIT + 500, meaning)
    assert then is not None
    assert later is not None
    assert (then.value, round(later.value)) == (20, 6)


def test_nothing_is_said_of_a_moment_that_no_point_is_near() -> None:
    known = series("pool_in_use", 6, 6)
    meaning = meaning_of(known.metric)
    assert around(known.metric, known.times, known.values, SPLIT, SPLIT + 5000, meaning) is None
    assert around(known.metric, known.times[-5:], known.values[-5:], SPLIT, SPLIT + 550, meaning) is None
