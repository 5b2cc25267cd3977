"""Every command is tried in an empty folder, in an environment that says nothing, and leaves the log as it was."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot.settings import variables


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
