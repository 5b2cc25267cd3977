"""What the calls of one investigation weigh, over each wire; and that the page says so."""

import pytest

from bench.cost import MOST_BYTES, MOST_TOKENS, PAGE, weigh
from tests.cli.program import Inline

KINDS = ("openai", "azure", "anthropic")


@pytest.mark.parametrize("kind", KINDS)
async def test_the_calls_of_the_incident_that_comes_with_compass_stay_small(kind: str) -> None:
    weight = await weigh(kind, Inline())
    assert weight.sent_bytes <= MOST_BYTES
    assert weight.tokens_out <= weight.most_out <= MOST_TOKENS
    row = f"| {kind} | {weight.calls} | {weight.sent_bytes:,} |"
    assert row in PAGE.read_text(), f"{PAGE.name} does not say {row}; write it anew with: make cost"
