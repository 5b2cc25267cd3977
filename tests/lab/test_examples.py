"""docs/examples.md says what Compass reports today, and above it honestly what was really broken."""

import pytest

from agents.sources.snapshot import packaged_recordings
from bench.examples import PAGE, examples, listed, really, verdict, wrapped
from bot.terminal.entries import Entry
from orchestrator.model import Conclusion, HypothesisGroup, Report, Strength
from tests.support.builders import hypothesis

QUIET = {"root_cause_service": "none", "fault_type": "none", "injection": "nothing"}
NOTHING_CHANGED = {"deploys": [], "flags": []}


def named(service: str) -> Report:
    lead = hypothesis(service=service)
    group = HypothesisGroup(lead=lead, hypothesis_ids=("h1",), named_by=("application",), strength=Strength.STRONG)
    return Report(conclusion=Conclusion.LIKELY, headline=lead.statement, groups=(group,))


def test_the_guilty_release_is_not_listed_among_the_harmless_ones() -> None:
    truth = {
        "root_cause_service": "cart",
        "fault_type": "exception",
        "injection": "a bad release",
        "root_cause_commit": "b",
    }
    deploys = [
        {"service": s, "version": f"v{n}", "commit_sha": c} for n, (s, c) in enumerate([("cart", "b"), ("load", "c")])
    ]
    flags = [{"flag": "page_size", "service": "catalogue", "change": "20->24"}]
    assert really(truth, {"deploys": deploys, "flags": flags}) == (
        "**Really broken:** a bad release. Harmless, around the same time: releases of load v1 and the setting "
        "page_size of catalogue (20 to 24)."
    )


def test_a_link_is_named_by_both_ends() -> None:
    truth = {"root_cause_service": "b", "fault_type": "link", "injection": "slow", "link": "a->b"}
    assert really(truth, NOTHING_CHANGED) == "**Really broken:** on the link a → b, slow."


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ("orders", "Compass names orders, which is **right**."),
        ("orders-db", "Compass names orders-db, which is acceptable: orders is meant."),
        ("cart", "Compass names cart, which is **wrong**: orders is meant."),
    ],
)
def test_how_near_it_came_is_said_as_it_is(service: str, told: str) -> None:
    truth = {"root_cause_service": "orders", "acceptable_services": ["orders", "orders-db"]}
    assert verdict(truth, named(service)) == told


def test_accusing_somebody_in_a_quiet_hour_is_called_wrong() -> None:
    silent = Report(conclusion=Conclusion.NO_CLEAR_CAUSE, headline="No clear cause")
    assert "**wrong**" in verdict(QUIET, named("cart"))
    assert "**right**" in verdict(QUIET, silent)
    assert verdict({"root_cause_service": "cart"}, silent) == "Compass names no cause; it should have named cart."


def test_names_are_listed_as_in_a_sentence() -> None:
    assert [listed(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_a_long_line_is_folded_beside_its_label() -> None:
    first, second = wrapped([Entry("Why", ("word " * 30,))])
    assert first.startswith("  Why          word")
    assert second.startswith(" " * 15 + "word")
    assert max(len(first), len(second)) <= 116


@pytest.mark.skipif(not any(packaged_recordings().glob("*.tar.xz")), reason="no recordings come with this checkout")
@pytest.mark.timeout(240)
async def test_the_page_is_what_the_analysis_says_today() -> None:
    assert PAGE.read_text() == await examples(), "docs/examples.md is out of date: write it anew with `make examples`"
