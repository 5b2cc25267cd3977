"""Fault switches: what a test or a demo turns on to see how the app bears a bad day at Slack."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned failure.

    `error` answers `ok: false`; `status` answers that HTTP status (429 with `retry_after` seconds); with `lose_answer`
    the call does its work and then the connection is cut before the answer.
    """

    error: str | None = None
    status: int | None = None
    retry_after: int | None = None
    lose_answer: bool = False


class Faults:
    """Failures to come, by method, and how slow the API is."""

    def __init__(self) -> None:
        """Begin with a good day."""
        self._next: dict[str, list[Fault]] = {}
        self._delays: dict[str, float] = {}
        self._delay_all = 0.0

    def fail_next(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next `times` calls of `method` fail."""
        self._next.setdefault(method, []).extend([fault] * times)

    def slow_down(self, seconds: float, methods: Iterable[str] | None) -> None:
        """Let calls wait before they are looked at: these methods, or all; 0 ends it."""
        if methods is None:
            self._delay_all = seconds
            self._delays.clear()
            return
        for method in methods:
            self._delays[method] = seconds

    def clear(self) -> None:
        """A good day again."""
        self._next.clear()
        self._delays.clear()
        self._delay_all = 0.0

    def delay(self, method: str) -> float:
        """Seconds this call has to wait."""
        return self._delays.get(method, self._delay_all)

    def take(self, method: str) -> Fault | None:
        """The failure planned for this call."""
        planned = self._next.get(method)
        return planned.pop(0) if planned else None
