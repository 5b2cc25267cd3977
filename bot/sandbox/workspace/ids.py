"""Ids, secrets and message timestamps in Slack's shapes, from the randomness and the clock that were handed in."""

import random
import string

from bot.sandbox.clock import Clock

_ID_ALPHABET = string.ascii_uppercase + string.digits
_SECRET_ALPHABET = string.ascii_letters + string.digits


class Mint:
    """Mints ids. A message timestamp is unique in the workspace and never goes back, also when the clock stands still."""

    def __init__(self, rng: random.Random, clock: Clock) -> None:
        """Draw from `rng`; in a real run that is a `SystemRandom`, since tokens are minted here too."""
        self._rng = rng
        self._clock = clock
        self._last_micros = 0

    def id(self, prefix: str) -> str:
        """An id such as `U7K2M…`: the prefix and ten characters."""
        return prefix + "".join(self._rng.choices(_ID_ALPHABET, k=10))

    def secret(self, length: int = 24) -> str:
        """Letters and digits nobody can guess."""
        return "".join(self._rng.choices(_SECRET_ALPHABET, k=length))

    def digits(self, length: int = 13) -> str:
        """Digits, for the parts of a trigger id."""
        return "".join(self._rng.choices(string.digits, k=length))

    def pick(self, count: int) -> int:
        """A number below `count`: which connection gets the next payload."""
        return self._rng.randrange(count)

    def ts(self, at: float | None = None) -> str:
        """A message timestamp, seconds with six decimals; `at` (seconds since 1970) is for messages of the past."""
        if at is not None:
            return _spell(round(at * 1_000_000))
        self._last_micros = max(round(self._clock.now() * 1_000_000), self._last_micros + 1)
        return _spell(self._last_micros)


def _spell(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
