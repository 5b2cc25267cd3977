"""What a start loads: what the command needs, and nothing else."""

import subprocess
import sys
from importlib import import_module

import pytest


@pytest.mark.parametrize("package", ["orchestrator", "bot.bootstrap"])
def test_every_public_name_is_there_when_asked_for(package: str) -> None:
    module = import_module(package)
    for _ in range(2):
        assert [name for name in module.__all__ if not callable(getattr(module, name))] == []
    with pytest.raises(AttributeError, match="no attribute 'sandwich'"):
        _ = module.sandwich


@pytest.mark.parametrize(
    ("loaded", "heavy"),
    [
        ("bot.cli", {"aiohttp", "numpy", "slack_bolt", "slack_sdk", "sqlite_utils"}),
        ("bot.bootstrap.program", {"slack_bolt", "slack_sdk", "bot.sandbox", "matplotlib"}),
        ("agents.incident", {"aiohttp", "rich", "orchestrator.investigation", "orchestrator.parameters"}),
    ],
)
def test_a_start_loads_nothing_heavy_that_it_does_not_need(loaded: str, heavy: set[str]) -> None:
    code = f"import sys, {loaded}; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=50)
    assert heavy.isdisjoint(modules.stdout.split())
