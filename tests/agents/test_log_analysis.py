"""Log lines: masked, mined to templates, and held against the calls or the time that they belong to."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.analyzers.counts import Call, Calls, Lines, recorded_seconds
from agents.analyzers.gravity import Gravity, Trend, gravity
from agents.analyzers.logs import LogShift, log_news
from agents.analyzers.masks import LONGEST, mask, telling_words, unvaried
from agents.analyzers.templates import mine
from agents.analyzers.words import Mentions
from orchestrator.redaction import redact


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("order 4711 placed for 12.50 EUR in 3.2ms", "order <n> placed for <n> EUR in <n>"),
        ("2026-03-14T12:00:00.123Z took 10:00:01", "<time> took <time>"),
        ("user bob@example.org from 10.0.0.1:5432", "user <email> from <ip>"),
        ("trip Z1234 id 5d8c1f6a-1b2c-4d5e-8f90-0123456789ab", "trip <id> id <uuid>"),
        ("trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace <hex>"),
        ("GET /carts/12/items 200 in 5 ms", "GET <path> 2xx in <n> ms"),
        ("POST /orders failed with 503: busy", "POST <path> failed with 5xx: busy"),
        ("fetch https://example.org/a?token=x done", "fetch <url> done"),
        ("password=hunter2 accepted", "password=<secret> accepted"),
        ("Authorization: Bearer abcdef.ghi", "Authorization: <secret>"),
        ('set password="my own words" for eve', "set password=<secret> for eve"),
        ("loaded -----BEGIN RSA PRIVATE KEY----- MIIEpAIBAAKCAQEA7bqk1Q==", "loaded <private key>"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII/x==\n-----END RSA PRIVATE KEY----- read", "<private key> read"),
        (f"part {'Ab1/' * 16} of it", "part <data> of it"),
        ("key sk-abcdefghijklmnop leaked", "key <secret> leaked"),
        ('said "no way 7" and left', "said <text> and left"),
        ("seat Seat(row=4, at=[a, b]) taken", "seat Seat<data> taken"),
        ("thread http2 is fine", "thread http2 is fine"),
    ],
)
def test_what_changes_from_line_to_line_is_masked(line: str, masked: str) -> None:
    assert mask(line) == masked


def test_what_people_wrote_keeps_everything_but_secrets() -> None:
    written = (
        "fix v1.2.3 (#4711) password=deploysecret AKIAIOSFODNN7EXAMPLE "
        "eyJhbGciOiJI.eyJzdWIiOiIx.sig0 Eve <eve@example.org> postgres://shop:pw@db/x"
    )
    assert redact(written) == (
        "fix v1.2.3 (#4711) password=<secret> <secret> <secret> Eve <email> postgres://<secret>@db/x"
    )


@pytest.mark.parametrize(
    ("template", "count"),
    [("<data>", 0), ("<private key> -- <n>", 0), ("token=<secret> refused", 2), ("<*> at <*>", 1)],
)
def test_masks_are_no_words(template: str, count: int) -> None:
    assert telling_words(template) == count


_HEX = "0123456789abcdef"
_VALUES = st.one_of(
    st.text(_HEX, min_size=10, max_size=36),
    st.text("0123456789e", min_size=10, max_size=36),
    st.uuids().map(str),
    st.datetimes().map(lambda at: at.isoformat()),
    st.times().map(lambda at: f"{at:%H:%M:%S},{at.microsecond // 1000:03}"),
)
_AROUND = st.sampled_from(
    [
        *(
            "HTTP",
            "status",
            "code",
            "key",
            "password=",
            "password =",
            "token:",
            "basic",
            "Bearer",
            "failed",
            "with",
            "503",
        ),
        *(
            '"',
            "'",
            "[",
            "]",
            "{",
            "}",
            "(a=",
            ")",
            ",",
            "/",
            "/orders/",
            "://",
            "@",
            "Caller#7",
            "-----BEGIN PRIVATE KEY-----",
        ),
        *(" ", "", "\t", "=", ":", "-", "<n>", "x" * 30),
    ]
)


@given(
    st.lists(st.tuples(_AROUND, st.sampled_from(["", " "]), st.one_of(_AROUND, _VALUES), st.sampled_from(["", " "])))
)
def test_a_line_is_masked_alike_whatever_its_ids_are(parts: list[tuple[str, str, str, str]]) -> None:
    line = "".join(piece for part in parts for piece in part)
    assert mask(unvaried(line)) == mask(line)


def test_lines_that_differ_in_ids_and_times_alone_are_one_line_before_they_are_masked() -> None:
    one = "12:00:00.123 trace 4bf92f3577b34da6a3ce929d0e0e4736 order 1234567890123 of 5d8c1f6a-1b2c-4d5e-8f90-0123456789ab"
    other = "23:59:59.999 trace 00f067aa0ba902b70123456789abcdef order 9876543210987 of 7a0e2b11-aaaa-4000-9c9c-fedcba987654"
    assert unvaried(one) == unvaried(other)


def test_a_hostile_line_is_cut_and_does_not_take_for_ever() -> None:
    for hostile in ("a" * 200_000, "1-" * 100_000, "@" * 200_000, "(" * 200_000, "'\"" * 100_000, "a.b@" * 50_000):
        assert len(mask(hostile)) <= 4 * LONGEST


def test_lines_of_one_kind_are_one_template_and_services_share_none() -> None:
    messages = [f"user {name} logged in from {city}" for name in "abcdefgh" for city in ("Rome", "Oslo")]
    mined = mine(["web"] * 16 + ["api"], [*messages, messages[0]])
    assert mined.texts[mined.of_line[0]] == "user <*> logged in from Rome"
    assert len({mined.of_line[row] for row in range(16)}) == 2
    assert mined.of_line[16] not in set(mined.of_line[:16])


def test_a_stack_trace_is_one_line_by_what_was_raised_last() -> None:
    one = "boom in handler\nTraceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'zone'"
    mined = mine(["a", "a", "a"], [one, "\tat com.acme.Foo.bar(Foo.java:17)", "Caused by: java.io.IOException: gone"])
    assert mined.texts[mined.of_line[0]] == "boom in handler | KeyError: <text>"
    assert mined.of_line[1:] == (-1, -1)


def test_the_order_of_lines_does_not_matter_for_templates() -> None:
    messages = [f"job {n} of {kind} done" for n in range(9) for kind in ("mail", "bill", "ship")]
    forward, backward = mine(["a"] * 27, messages), mine(["a"] * 27, messages[::-1])
    assert forward.texts == backward.texts
    assert forward.of_line == backward.of_line[::-1]


@pytest.mark.parametrize(
    ("level", "text", "grave"),
    [
        ("ERROR", "fine", Gravity.ERROR),
        ("warning", "fine", Gravity.WARNING),
        ("", "12:00 ERROR it broke", Gravity.ERROR),
        ("INFO", "java.lang.NullPointerException at x", Gravity.ERROR),
        ("", "request timed out", Gravity.WARNING),
        ("INFO", "all is well", Gravity.INFO),
    ],
)
def test_gravity_is_the_level_or_what_the_words_say(level: str, text: str, grave: Gravity) -> None:
    assert gravity(level, text) is grave


def lines_of(rows: list[tuple[float, str, str, str]], level: str = "INFO") -> Lines:
    rows = sorted(rows)
    times, services, messages, traces = zip(*rows, strict=True)
    return Lines(array("d", times), services, [level] * len(rows), messages, traces)


def ticking(
    start: int, end: int, message: str, service: str = "web", every: int = 5
) -> list[tuple[float, str, str, str]]:
    return [(float(at), service, message, "") for at in range(start, end, every)]


def shifts(rows: list[tuple[float, str, str, str]], calls: Calls | None = None) -> dict[str, LogShift]:
    lines = lines_of(rows)
    recorded = recorded_seconds(lines.times, 0.0)
    found = log_news(lines, 0.0, Mentions(["orders", "payment"]), calls or Calls(), recorded).shifts
    return {each.template: each for each in found}


def test_new_gone_and_rising_lines_are_found_and_steady_ones_are_not() -> None:
    rows = [
        *ticking(-1000, 600, "steady as ever"),
        *ticking(-1000, 0, "this one stops"),
        *ticking(-1000, 0, "this one gets louder", every=50),
        *ticking(0, 600, "this one gets louder"),
        *ticking(30, 600, "call to payment failed"),
        *ticking(-1000, 0, "this one gets rare"),
        *ticking(0, 600, "this one gets rare", every=25),
    ]
    found = shifts(rows)
    trends = {template: each.trend for template, each in found.items()}
    assert trends == {
        "this one stops": Trend.GONE,
        "this one gets louder": Trend.RISING,
        "call to payment failed": Trend.NEW,
        "this one gets rare": Trend.FALLING,
    }
    assert found["call to payment failed"].peer == "payment"
    assert found["call to payment failed"].onset == 30
    assert found["call to payment failed"].gravity is Gravity.WARNING
    assert found["this one stops"].expected == pytest.approx(120, rel=0.05)


def test_time_in_which_nothing_was_recorded_does_not_count() -> None:
    rows = [
        *ticking(-3000, -2900, "steady as ever"),
        *ticking(-100, 0, "steady as ever"),
        *ticking(0, 200, "steady as ever"),
    ]
    assert shifts(rows) == {}
    assert shifts(ticking(0, 600, "no time before")) == {}


def test_a_new_line_that_only_has_another_value_in_it_is_no_news() -> None:
    rows = [*ticking(-1000, 0, "train type found for route Oslo"), *ticking(0, 600, "train type found for route Rome")]
    assert [each.trend for each in shifts(rows).values()] == [Trend.GONE]


def test_lines_are_measured_per_call_where_calls_are_known() -> None:
    by_trace: dict[tuple[str, str], list[Call]] = {}
    rows = []
    for number, at in enumerate(range(-1000, 600, 5)):
        operation = "old" if at < 0 or number % 4 == 0 else "new"
        by_trace[f"t{number}", "web"] = [(float(at), at + 0.1, operation)]
        rows.append((at + 0.05, "web", f"served {operation} work", f"t{number}"))
        if operation == "old" and (number % 5 if at < 0 else number % 8 == 0):
            rows.append((at + 0.06, "web", "looked it up first", f"t{number}"))
    counts = {("web", "old"): (200, 30), ("web", "new"): (0, 90)}
    found = shifts(rows, Calls(by_trace, counts))
    assert {template: each.trend for template, each in found.items()} == {"looked it up first": Trend.FALLING}


def test_a_call_is_known_by_the_time_within_its_trace() -> None:
    calls = Calls({("t", "web"): [(0.0, 10.0, "outer"), (2.0, 3.0, "inner")]})
    assert calls.at("t", "web", 2.5) == (2.0, 3.0, "inner")
    assert calls.at("t", "web", 9.0) == (0.0, 10.0, "outer")
    assert calls.at("t", "web", 99.0) is None
    assert calls.at("u", "web", 2.5) is None


def test_which_share_of_the_calls_was_traced_is_no_news_of_the_lines_in_them() -> None:
    by_trace: dict[tuple[str, str], list[Call]] = {}
    rows, counts = [], [0, 0]
    for number, at in enumerate(range(-3600, 240, 2)):
        rows.append((at + 0.05, "web", "served work", f"t{number}"))
        if at >= 0 or number % 20 == 0:
            by_trace[f"t{number}", "web"] = [(float(at), at + 0.1, "work")]
            counts[at >= 0] += 1
    calls = Calls(by_trace, {("web", "work"): (counts[0], counts[1])})
    assert shifts(rows, calls) == {}
    rows += [(at + 0.06, "web", "took the long way", f"t{(at + 3600) // 2}") for at in range(0, 240, 4)]
    assert {name: each.trend for name, each in shifts(rows, calls).items()} == {"took the long way": Trend.NEW}


def test_more_requests_than_before_are_no_news_where_only_some_of_them_were_traced() -> None:
    by_trace: dict[tuple[str, str], list[Call]] = {}
    rows, counts = [], [0, 0]
    moments = [*(float(at) for at in range(-3600, 0, 4)), *(at / 2 for at in range(1200))]
    for number, at in enumerate(moments):
        rows.append((at + 0.05, "web", "served work", f"t{number}"))
        if at >= 0 and number % 6 == 0:
            rows.append((at + 0.06, "web", "could not reach payment: timed out", f"t{number}"))
        if number % 10 == 0:
            by_trace[f"t{number}", "web"] = [(at, at + 0.1, "work")]
            counts[at >= 0] += 1
    found = shifts(rows, Calls(by_trace, {("web", "work"): (counts[0], counts[1])}))
    assert {name: each.trend for name, each in found.items()} == {"could not reach payment: timed out": Trend.NEW}
    assert shifts([row for row in rows if row[2] == "served work"])["served work"].trend is Trend.RISING, (
        "by time alone"
    )
