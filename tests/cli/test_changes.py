"""`compass changes`: telling a change from a terminal, and seeing what was told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.clock import SystemClock
from storage import migrate
from storage.lock import ProcessLock
from tests.cli.program import compass


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "compass.db")


@contextmanager
def having(database: str, *, made: bool) -> Iterator[None]:
    """As a bot has the file while it runs."""
    if made:
        migrate(Path(database))
    lock = ProcessLock(Path(database))
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def test_a_change_that_is_told_is_listed(database: str) -> None:
    told = compass(
        "changes", "add", "v412", "--service", "orders", "--summary", "faster search", "--database", database
    )
    assert (told.exit_code, told.output) == (0, "v412: kept.\n")
    again = compass("changes", "add", "v412", "--service", "orders", "--author", "ana", "--database", database)
    assert again.output == "v412: was known, and is kept as told now.\n"
    listed = compass("changes", "list", "--database", database)
    assert "orders" in listed.output
    assert "v412 · ana" in listed.output


def test_changes_are_listed_as_json_by_service_and_as_far_back_as_asked(database: str, tmp_path: Path) -> None:
    diff = tmp_path / "its.diff"
    diff.write_text("-timeout: 5s\n+timeout: 1s\n")
    long_ago = (SystemClock().now() - timedelta(days=3)).isoformat()
    compass("changes", "add", "a", "--service", "orders", "--diff", str(diff), "--database", database)
    compass("changes", "add", "b", "--service", "stock", "--database", database)
    compass("changes", "add", "c", "--service", "orders", "--at", long_ago, "--database", database)
    [only] = json.loads(compass("changes", "list", "--service", "orders", "--json", "--database", database).output)
    assert (only["change_id"], only["details"]) == ("a", "-timeout: 5s\n+timeout: 1s\n")
    all_of_it = compass("changes", "list", "--hours", "100", "--json", "--database", database)
    assert [each["change_id"] for each in json.loads(all_of_it.output)] == ["c", "a", "b"]


def test_where_nothing_was_told_it_is_said_how_to(database: str) -> None:
    compass("changes", "add", "a", "--at", "2020-01-01T00:00:00Z", "--database", database)
    assert "compass changes add" in compass("changes", "list", "--database", database).output


def test_what_cannot_be_used_is_refused(database: str) -> None:
    refused = compass("changes", "add", "a", "--at", "tomorrow", "--database", database)
    assert refused.exit_code == 1
    assert "changes[0].at" in refused.stderr


def test_a_change_is_told_beside_a_bot_that_has_the_file(database: str) -> None:
    with having(database, made=True):
        told = compass("changes", "add", "v412", "--service", "orders", "--database", database)
        assert (told.exit_code, told.output) == (0, "v412: kept.\n")
        assert "v412" in compass("changes", "list", "--database", database).output


def test_beside_a_bot_no_file_is_made(database: str) -> None:
    with having(database, made=False):
        refused = compass("changes", "add", "v412", "--database", database)
    assert refused.exit_code == 1
    assert "There is no database compass.db yet." in refused.stderr
