"""What a change does, read from its diff."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.analyzers.diffs import read_diff
from agents.analyzers.effects import effects_of
from agents.analyzers.relevance import is_harmless, joined, shared_words
from agents.analyzers.troubles import Trouble, troubles_in
from tests.agents.changes.builders import change, diff


def effects(*lines: str, files: tuple[str, ...] = ()) -> dict[str, frozenset[Trouble]]:
    return {each.says: each.troubles for each in effects_of(change("a", details=diff(*lines), files=files))}


def test_code_that_moves_is_kept_and_neither_taken_away_nor_brought_in() -> None:
    moved = read_diff(
        diff("-  total := price * count", "-  return total", "+  return sum(price, count)", "+total := price * count")
    )
    assert moved.only_removed == ("  return total",)
    assert moved.taken == frozenset()
    assert moved.brought == {"sum"}
    assert moved.kept == 1.0


def test_a_comment_changes_nothing() -> None:
    assert read_diff(diff("-// limit is 5", "+# limit is 9")).removed == ()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("WithTimeout(ctx, 5*time.Second)", "WithTimeout(ctx, 300*time.Millisecond)", "timeout is lowered"),
        ("max_connections: 40", "max_connections: 10", "connections is lowered"),
        ("memory: 512Mi", "memory: 256Mi", "memory is lowered"),
        ("cpu: 500m", "cpu: 100m", "CPU is lowered"),
        ("maxAttempts = 2", "maxAttempts = 9", "attempts is raised"),
        ("sample_rate: 0.1", "sample_rate: 1.0", "sample is raised"),
        ("ttl_ms = 60000", "ttl = 60 s", ""),
    ],
)
def test_a_setting_that_gets_another_number_is_seen_with_its_direction(before: str, after: str, says: str) -> None:
    said = [each for each in effects(f"-  {before}", f"+  {after}") if "lowered" in each or "raised" in each]
    assert [each.split(" from ")[0] for each in said] == ([says] if says else [])


def test_a_setting_told_in_words_is_seen_too_and_a_tenth_less_weighs_little() -> None:
    flag = change("pay_timeout_ms", kind="flag", summary="pay_timeout_ms: 1500->60")
    first = effects_of(flag)[0]
    assert (first.says, first.weight) == ("timeout is lowered from 1500 to 60", 1.0)
    little = effects_of(change("pay_timeout_ms", kind="flag", summary="pay_timeout_ms: 1500->1400"))[0]
    assert little.weight < 0.2


@pytest.mark.parametrize(
    ("lines", "says", "trouble"),
    [
        (["-  SELECT * FROM t LIMIT 50", "+  SELECT * FROM t"], "takes a limit off a query", Trouble.DATABASE),
        (["-  writeBatch(items)", "+  write(items)"], "takes batching away", Trouble.THROTTLING),
        ([" for x in xs:", "+    y = store.get(x)"], "asks others once for each item", Trouble.TRAFFIC),
        (["-  return cached(x)", "+  return load(x)"], "takes a cache away", Trouble.DATABASE),
        (["-  f.close()"], "no longer releases what it takes", Trouble.MEMORY),
        (
            ["-  if exp + leeway < now:", "+  if exp < now:"],
            "takes a tolerance or a default away",
            Trouble.REFUSED_ACCESS,
        ),
        (['-  `json:"meta"`', '+  `json:"metadata"`'], "gives “meta” another name", Trouble.WRONG_SHAPE),
        (["-  level: info", "+  level: debug"], "logs more", Trouble.DISK),
        (["+  SELECT id FROM favourites"], "asks the database something new", Trouble.WRONG_SHAPE),
        (["-  if amount == 0:", "-    return"], "takes a check away", Trouble.ERRORS),
        (["-  host: a.db.internal.net", "+  host: b.db.internal.net"], "changes where it connects to", Trouble.NETWORK),
        (["+  with tx.lock():"], "takes locks or transactions", Trouble.LOCKS),
    ],
)
def test_a_mechanism_is_seen_with_what_it_can_cause(lines: list[str], says: str, trouble: Trouble) -> None:
    assert trouble in effects(*lines)[says]


def test_a_helper_made_of_the_same_code_has_no_mechanism() -> None:
    lines = ["-  f = open(path)", "-  f.write(line)", "+  write_line(path, line)", "+def write_line(path, line):"]
    assert set(effects(*lines, "+  f = open(path)", "+  f.write(line)")) == {"changes what the code does"}


def test_other_versions_log_lines_and_what_nobody_told_are_told_apart() -> None:
    assert set(effects("-  x v1.2.3", "+  x v1.2.4", files=("go.mod", "go.sum"))) == {
        "brings other versions of libraries"
    }
    assert set(effects('-  log.info("a")', '+  logger.debug("a", n)')) == {"only tells or measures more"}
    assert {each.says for each in effects_of(change("a"))} == {"changes what is not told"}


@pytest.mark.parametrize(
    ("summary", "files", "harmless"),
    [
        ("docs: explain", ("docs/a.md",), True),
        ("v2: test: cover it", (), True),
        ("#docs write it down", (), True),
        ("new colours", ("web/site.css", "web/theme.ts"), True),
        ("refactor: build line items", ("orders/items.go",), False),
        ("chore: tune defaults", ("config/agent.yaml",), False),
        ("fix: test of zero", ("orders/query.go", "orders/query_test.go"), False),
    ],
)
def test_what_touches_nothing_that_runs_is_harmless(summary: str, files: tuple[str, ...], harmless: bool) -> None:
    assert is_harmless(change("a", summary=summary, files=files)) is harmless


def test_what_a_change_takes_away_tells_more_than_what_it_stands_beside() -> None:
    changes = [
        change("a", summary="align the mapping", details=diff("-title: text", "+name: text")),
        change("b", summary="tidy title handling", details=diff(" title: text", "-x = 1", "+x = 2")),
        change("c", summary="new colours"),
    ]
    seen = joined(["no mapping found for field [title]"], 1.0)
    named, beside, other = shared_words(changes, [seen] * 3)
    assert named.score > beside.score > other.score == 0.0
    assert "title" in named.telling


def test_a_whole_identifier_is_shared_in_any_spelling_and_everyday_words_tell_nothing() -> None:
    changes = [change("a", summary="read order_lines"), change("b", summary="fix request error in handler")]
    found = shared_words(
        changes, [joined(['relation "order-lines" does not exist: request error in handler'], 1.0)] * 2
    )
    assert "order_lines" in found[0].telling
    assert found[1].score == 0.0


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("context deadline exceeded", Trouble.TIMEOUTS),
        ("x509: certificate signed by unknown authority", Trouble.REFUSED_ACCESS),
        ("missing required field 'meta'", Trouble.WRONG_SHAPE),
        ("no space left on device", Trouble.DISK),
        ("too many connections", Trouble.SATURATION),
        ("lookup db on 10.0.0.1: no such host", Trouble.NETWORK),
    ],
)
def test_a_text_says_what_sort_of_trouble_it_tells_of(text: str, trouble: Trouble) -> None:
    assert trouble in troubles_in(text)


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), max_size=20))
def test_any_text_can_be_read_as_a_diff(lines: list[str]) -> None:
    for each in effects_of(change("a", details="\n".join(lines), summary="".join(lines))):
        assert 0.0 <= each.weight <= 1.0
