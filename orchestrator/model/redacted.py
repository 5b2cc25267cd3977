"""Data without what must not be shown, in every text that it holds: for what comes in from agents, people and telemetry."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from orchestrator.model.base import Frozen
from orchestrator.redaction import SECRET, is_secret_name, redact

SHORTEST_LIMIT = 200
"""No field of the model has to be shorter: a mark may be longer than what it stands for, and no field's limit is broken."""

Data = TypeVar("Data")


def redacted(told: Data) -> Data:
    """The same data with marks in place of secrets; itself where it holds none. Keys of dicts are texts too."""
    clean: Any = _redacted(told)
    return clean  # type: ignore[no-any-return]


def _redacted(told: Any) -> Any:
    if isinstance(told, str):
        return told if isinstance(told, Enum) else redact(told, max(len(told), SHORTEST_LIMIT))
    if isinstance(told, Frozen):
        changed = _changed(told, type(told).model_fields)
        return told.model_copy(update=changed) if changed else told
    if is_dataclass(told) and not isinstance(told, type):
        changed = _changed(told, [each.name for each in fields(told)])
        return replace(told, **changed) if changed else told
    if isinstance(told, dict):
        return {_redacted(key): SECRET if _tells_a_secret(key, each) else _redacted(each) for key, each in told.items()}
    if isinstance(told, tuple | list):
        clean = [_redacted(each) for each in told]
        same = all(new is old for new, old in zip(clean, told, strict=True))
        return told if same else tuple(clean) if isinstance(told, tuple) else clean
    return told


def _changed(told: object, names: Iterable[str]) -> dict[str, Any]:
    texts = {name: _redacted(getattr(told, name)) for name in names}
    return {name: each for name, each in texts.items() if each is not getattr(told, name)}


def _tells_a_secret(key: object, value: object) -> bool:
    return isinstance(key, str) and isinstance(value, str) and is_secret_name(key)
