"""What a log line says, however it is written, and whatever it holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.loki.lines import LONGEST_MESSAGE, told_by

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("connection refused", ("", "connection refused", "")),
        (
            '{"level":"warn","msg":"slow","trace_id":"ABCDEF0123456789"}',
            ("WARN", "slow", "0" * 16 + "abcdef0123456789"),
        ),
        ('{"severity":"ERROR","message":"no","traceID":"' + TRACE + '"}', ("ERROR", "no", TRACE)),
        ('{"level":50,"msg":"pino counts in tens"}', ("ERROR", "pino counts in tens", "")),
        ('{"log.level":"info","message":"by the Elastic schema"}', ("INFO", "by the Elastic schema", "")),
        ('{"log":{"level":"info"},"message":"nested","trace":{"id":"t1"}}', ("INFO", "nested", "t1")),
        (
            '{"level":"error","msg":"cannot pay","err":"dial tcp: refused"}',
            ("ERROR", "cannot pay: dial tcp: refused", ""),
        ),
        ('{"level":"error","msg":"x","stack_trace":"a\\n at b"}', ("ERROR", "x\na\n at b", "")),
        ('{"log":"level=info msg=wrapped\\n","stream":"stdout"}', ("INFO", "wrapped", "")),
        ('{"log":"plain\\n","stream":"stderr"}', ("", "plain", "")),
        ('{"status":500,"path":"/"}', ("", '{"status":500,"path":"/"}', "")),
        ('time=1 level=error msg="no \\"route\\"" err=EOF', ("ERROR", 'no "route": EOF', "")),
        ("retrying with level=3 after a=b", ("", "retrying with level=3 after a=b", "")),
        (
            "Traceback (most recent call last):\n  File x\nValueError: y",
            ("", "Traceback (most recent call last):\n  File x\nValueError: y", ""),
        ),
        ("{not json", ("", "{not json", "")),
        ("[1, 2]", ("", "[1, 2]", "")),
    ],
)
def test_level_message_and_trace_are_found_in_the_line_itself(line: str, told: tuple[str, str, str]) -> None:
    assert told_by(line, {}, {}) == told


def test_the_line_goes_before_its_metadata_and_that_before_labels_and_a_guess_is_last() -> None:
    line = '{"level":"error","msg":"x"}'
    assert told_by(line, {"level": "info"}, {"level": "debug"})[0] == "ERROR"
    assert told_by("x", {"severity_text": "Warn", "detected_level": "info"}, {"level": "debug"})[0] == "WARN"
    assert told_by("x", {"detected_level": "info"}, {"level": "debug"})[0] == "DEBUG"
    assert told_by("x", {"detected_level": "info"}, {})[0] == "INFO"
    assert told_by("x", {"detected_level": "unknown"}, {})[0] == ""
    assert told_by("x", {"trace_id": TRACE}, {"trace_id": "other"})[2] == TRACE


@given(st.text(max_size=300), st.sampled_from(["", "level=error msg=", '{"msg":', '{"log":"', '{"a":{"b":']))
def test_any_line_says_something_that_can_be_written_down(text: str, before: str) -> None:
    level, message, trace = told_by(before + text, {}, {})
    assert len(message) <= LONGEST_MESSAGE
    assert (level + message + trace).encode() is not None, "a lone surrogate would raise"
    assert level == level.upper()


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.strip() == text), st.sampled_from(["info", "WARN"]))
def test_what_is_printed_as_json_is_read_as_it_was_meant(message: str, level: str) -> None:
    line = json.dumps({"level": level, "message": message, "trace_id": TRACE})
    told = message.encode("utf-8", "replace").decode()
    assert told_by(line, {}, {}) == (level.upper(), told, TRACE)


def test_hostile_lines_cost_little() -> None:
    assert told_by("x" * 10_000_000, {}, {})[1] == "x" * LONGEST_MESSAGE
    assert len(told_by('{"msg":"' + "y" * 10_000_000 + '"}', {}, {})[1]) == LONGEST_MESSAGE
    assert told_by("[" * 60_000, {}, {})[1] == "[" * LONGEST_MESSAGE
    assert told_by('{"a":' * 10_000, {}, {})[1].startswith('{"a":')
    assert told_by("msg=" + "level=" * 9_000, {}, {})[0] == ""
    assert told_by('{"msg":"lone \\ud800 surrogate"}', {}, {})[1] == "lone ? surrogate"
