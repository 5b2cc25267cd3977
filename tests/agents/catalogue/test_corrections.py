import pytest

from agents.sources.catalogue import Corrections, CorrectionsError, MetricCorrection, parse_corrections
from orchestrator.model import Aspect

WHOLE = """
[discovery]
service_labels = ["team_service"]
ignore_services = ["Prometheus", "kube-*"]
ignore_metrics = ["go_*"]

[rename]
Orders_svc = "orders"

[metrics.acme_basket_wait]
aspect = "latency"
unit = "s"
service_label = "shop"

[metrics."beta_*"]
ignore = true
"""


def test_a_file_says_what_people_know_better() -> None:
    corrections = parse_corrections(WHOLE)
    assert corrections.service_labels == ("team_service",)
    assert corrections.service("orders-svc") == "orders"
    assert [corrections.service(each) for each in ("prometheus", "kube-dns", "cart")] == ["", "", "cart"]
    wait = MetricCorrection(aspect=Aspect.LATENCY, unit="s", service_label="shop")
    assert corrections.metric("acme_basket_wait") == wait
    assert corrections.metric("unheard_of") is None
    ignored = {each for each in ("go_threads", "beta_x", "acme_basket_wait") if corrections.ignores_metric(each)}
    assert ignored == {"go_threads", "beta_x"}


def test_an_empty_file_corrects_nothing() -> None:
    assert parse_corrections("# nothing yet\n") == Corrections()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[renames]\na = 'b'", "map.toml, line 1: renames: unknown; did you mean rename?"),
        ("[discovery]\nignore = ['a']", "map.toml, line 2: discovery.ignore: unknown; did you mean ignore_metrics?"),
        ("[metrics.x]\n\naspct = 'cpu'", "map.toml, line 3: metrics.x.aspct: unknown; did you mean aspect?"),
        ("[metrics.x]\naspect = 'speed'", "map.toml, line 2: metrics.x.aspect: should be 'errors', 'latency'"),
        ("[rename]\na = 3", "map.toml, line 2: rename.a: should be a valid string"),
        ("[discovery]\nqqq = 1", "map.toml, line 2: discovery.qqq: unknown; known are service_labels, ignore_services"),
        ("[rename\na = 'b'", "map.toml is no TOML at line 1, column 8."),
        ("a = '" + "x" * 1_000_000 + "'", "map.toml is larger than 1,000,000 characters."),
    ],
)
def test_what_the_file_cannot_mean_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(CorrectionsError) as refused:
        parse_corrections(text, "map.toml")
    assert refused.value.message.startswith(message)
    assert refused.value.remedy


def test_every_wrong_place_is_told_at_once_with_an_example_that_works() -> None:
    with pytest.raises(CorrectionsError) as refused:
        parse_corrections("[discvery]\nx = 1\n[metrics.y]\nunits = 's'\n")
    assert len(refused.value.message.splitlines()) == 2
    example = refused.value.remedy.removeprefix("For example:\n")
    assert parse_corrections(example) != Corrections()
