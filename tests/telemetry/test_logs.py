"""Log lines: two formats, bound context, no secrets, no text of an exception."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.telemetry import configure_logging


class Written:
    """What was written so far."""

    def __init__(self, machine: bool = True, level: str = "info") -> None:
        self.stream = io.StringIO()
        configure_logging(level=level, machine=machine, stream=self.stream)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_machines_get_one_object_a_line_with_the_bound_context() -> None:
    written = Written()
    with structlog.contextvars.bound_contextvars(request_id="r1", investigation_id="i1"):
        structlog.stdlib.get_logger("compass").info("opened", agents=3)
    (line,) = written.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "opened",
        "agents": 3,
        "level": "info",
        "logger": "compass",
        "request_id": "r1",
        "investigation_id": "i1",
    }


def test_people_get_a_plain_line_without_colours_where_there_is_no_terminal() -> None:
    written = Written(machine=False)
    structlog.stdlib.get_logger("compass").warning("slow", seconds=3)
    assert "slow" in written.text
    assert "seconds=3" in written.text
    assert "\x1b" not in written.text


def test_lines_of_libraries_go_the_same_way() -> None:
    written = Written()
    logging.getLogger("a_library").info("connected with %s", "xoxb-1234-abcd")
    (line,) = written.lines
    assert line["event"] == "connected with <secret>"
    assert line["logger"] == "a_library"


def test_what_lies_under_the_level_is_not_written() -> None:
    written = Written(level="warning")
    structlog.stdlib.get_logger("compass").info("quiet")
    logging.getLogger("lib").info("quiet")
    assert written.text == ""


def test_secrets_are_hidden_by_shape_and_by_name_however_deep() -> None:
    written = Written()
    structlog.stdlib.get_logger("compass").info(
        "sent to ana@example.com",
        slack_bot_token="anything",
        body={"password": "p", "people": ["ben@example.com", 7, None]},
        raw=b"Bearer abcdefgh",
        thing=ValueError("hunter2"),
        deep=[[[[["hunter2"]]]]],
    )
    assert not any(word in written.text for word in ("anything", "example.com", "abcdefgh", "hunter2", '"p"'))
    assert written.lines[0]["body"] == {"password": "<secret>", "people": ["<email>", 7, None]}
    assert written.lines[0]["thing"] == "ValueError"


@pytest.mark.parametrize("machine", [True, False])
@pytest.mark.parametrize("name", ["ours", "theirs"])
def test_an_exception_is_named_with_its_place_but_never_quoted(machine: bool, name: str) -> None:
    written = Written(machine=machine)
    logger = structlog.stdlib.get_logger("ours") if name == "ours" else logging.getLogger("theirs")
    try:
        int("hunter2")
    except ValueError:
        logger.exception("failed")
    assert "hunter2" not in written.text
    assert "ValueError" in written.text
    assert "test_logs.py:" in written.text


def test_an_exception_that_is_handed_over_is_named_too() -> None:
    written = Written()
    structlog.stdlib.get_logger("ours").error("failed", exc_info=KeyError("hunter2"))
    structlog.stdlib.get_logger("ours").error("nothing raised", exc_info=True)
    first, second = written.lines
    assert first["error_type"] == "KeyError"
    assert "error_type" not in second


def test_configuring_twice_writes_each_line_once() -> None:
    Written()
    written = Written()
    structlog.stdlib.get_logger("compass").info("once")
    assert len(written.lines) == 1


def test_libraries_of_models_write_no_line_for_each_request_at_any_level() -> None:
    written = Written(level="debug")
    logging.getLogger("httpx2").info("HTTP Request: POST %s", "https://models.example/v1")
    logging.getLogger("openai._base_client").debug("Request options: %s", {"json_data": "the evidence"})
    logging.getLogger("httpx2").warning("something is wrong")
    assert [line["event"] for line in written.lines] == ["something is wrong"]
