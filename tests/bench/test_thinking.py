"""The minds that are measured say what they are said to say, and can do no more than the law allows."""

import random

import pytest

from bench.thinking import MINDS, Minded
from tests.agents.thinking.scene import plain, thought


@pytest.mark.parametrize("name", MINDS)
async def test_every_mind_answers_in_the_wanted_form_and_overtakes_nobody(name: str) -> None:
    told = await thought(Minded(name, MINDS[name], random.Random(7)))
    assert [each.service for each in told.hypotheses if each.service == "orders"]
    assert told.hypotheses[0].service == plain()[0].service
    assert not [each for each in told.remarks if "no usable answer" in each]


async def test_who_agrees_changes_no_confidence_and_is_left_out_nowhere() -> None:
    told = await thought(Minded("agrees", MINDS["agrees"], random.Random(7)))
    assert [each.initial_confidence for each in told.hypotheses] == [each.initial_confidence for each in plain()]
    assert told.remarks == ()


async def test_who_opposes_lowers_the_first_and_who_invents_is_left_out() -> None:
    opposed = await thought(Minded("opposes", MINDS["opposes"], random.Random(7)))
    invented = await thought(Minded("invents", MINDS["invents"], random.Random(7)))
    assert opposed.hypotheses[0].initial_confidence < plain()[0].initial_confidence
    assert invented.hypotheses == tuple(plain())
    assert len(invented.remarks) == 2
