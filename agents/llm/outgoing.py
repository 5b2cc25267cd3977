"""What leaves for a model and what is kept of it: the one place through which data passes on its way out."""

from typing import Any

from orchestrator.ports import Request

_BEGIN, _END = "<data>", "</data>"


def outgoing(request: Request[Any]) -> str:
    """What a question is asked over, as it is sent: fenced as data."""
    return _fenced(request.data)


def looked_up(text: str) -> str:
    """What a tool found, as it is sent: data like all else."""
    return _fenced(text)


def kept(text: str) -> str:
    """A body, as it is kept in the journal."""
    return text


def _fenced(data: str) -> str:
    inner = data.replace(_BEGIN, "(data)").replace(_END, "(/data)")
    return f"{_BEGIN}\n{inner}\n{_END}"
