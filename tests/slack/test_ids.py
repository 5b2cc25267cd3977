"""What Slack sends back is read strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.ids import (
    Action,
    Place,
    Purpose,
    Target,
    UnreadableValueError,
    action_id,
    actions,
    pack,
    post_key,
    unpack,
)

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


@given(NAMES, st.text(st.characters(codec="utf-8"), max_size=40), st.integers(0, 9999))
def test_a_target_comes_back_as_it_went(investigation_id: str, hypothesis_id: str, page: int) -> None:
    target = Target(investigation_id, hypothesis_id, page)
    assert Target.read(target.packed()) == target


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=5))
def test_parts_come_back_as_they_went(parts: list[str]) -> None:
    assert unpack(pack(*parts), len(parts)) == tuple(parts)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "v1",
        "v0/inv-1/h1/0",
        "v1/inv-1/h1",
        "v1/inv-1/h1/0/more",
        "v1/inv-1/h1/-1",
        "v1/inv-1/h1/99999",
        "v1/inv-1/h1/٣",
        "v1//h1/0",
        "v1/inv%2d1/h1/0",
        "v1/inv 1/h1/0",
        "v1/%FF/h1/0",
        "v1/inv-1/h1/0\n",
        "v1/" + "a" * 5000 + "/h1/0",
        '{"investigation_id": "inv-1"}',
        "<!channel>",
    ],
)
def test_a_value_we_did_not_write_is_refused(value: object) -> None:
    with pytest.raises(UnreadableValueError):
        Target.read(value)


@given(st.text())
def test_no_value_does_harm(value: str) -> None:
    try:
        target = Target.read(value)
    except UnreadableValueError:
        return
    assert target.packed() == value


def test_what_does_not_fit_into_a_button_is_refused_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        pack("x" * 2001)


def test_action_ids_are_matched_by_their_action_only() -> None:
    made = action_id(Action.ACCEPT, Target("inv-1", "h1"))
    assert actions(Action.ACCEPT).fullmatch(made)
    assert not actions(Action.REJECT).fullmatch(made)
    assert not actions(Action.ACCEPT).fullmatch("compass.accept")
    assert not actions(Action.EVIDENCE).fullmatch(action_id(Action.EVIDENCE_PAGE, Target("inv-1", "h1", 2)))
    assert actions(Action.FACTS_PAGE).fullmatch(action_id(Action.FACTS_PAGE, Target("inv-1", "my agent", 2)))


def test_the_buttons_before_and_after_have_ids_of_their_own() -> None:
    ids = [action_id(Action.FACTS_PAGE, Target("inv-1", "database", page)) for page in (0, 1, 2)]
    assert len(set(ids)) == 3


def test_a_place_is_a_channel_and_perhaps_a_thread() -> None:
    for place in (Place("C1"), Place("C1", "1700000000.000100"), Place("")):
        assert Place.read(str(place)) == place


def test_each_purpose_has_its_own_key() -> None:
    keys = {post_key("inv-1", purpose) for purpose in Purpose} | {post_key("inv-1", Purpose.FINDINGS, "database")}
    assert len(keys) == len(Purpose) + 1
