"""From strength of evidence to confidence: how often suspects like this one were the cause, among incidents that are known.

The law: a mapping of few parameters that were fitted by `python -m bench.calibrate` and are kept as data beside this module,
with where they come from. Within one investigation it never changes the order: of two suspects the stronger stays the
likelier. It looks at what means the same for every system and every kind of telemetry: how strong the evidence against a
suspect is, how loud the loudest facts are that began together (a real fault shows in more than one place at once, a quiet
hour does not), and how far a suspect is behind the strongest one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from math import exp, log
from typing import Any

from agents.incident.suspect import Suspect
from orchestrator.model import Observation, Signal, Standing

FILE = "calibration.json"
LOUDEST = 3
TOGETHER_S = 60.0
LEAST_OF_THE_FIRST, LEAST = 0.1, 0.02
MOST, STRENGTH_ADDS = 0.92, 0.05
ONE_STEP = 0.0001
_NEAR, _ENOUGH = 0.005, 0.6
_LOUD_ENOUGH = 0.98
_SILENCE = 0.2

Features = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of a logistic mapping between a floor and a ceiling: known incidents never show that something cannot be.

    None but `bias` is below zero, so a stronger suspect is always a likelier one.

    `strength` weighs its log odds, `loudness` the log of what `loudness` tells, `behind` the log of the share that a
    suspect has of the strength of the strongest, and `other` is taken off whoever is not the strongest.
    """

    bias: float
    strength: float
    loudness: float
    behind: float
    other: float


def calibrated(ranked: Sequence[Suspect], observations: Iterable[Observation]) -> list[Suspect]:
    """The same suspects in the same order, strongest first, with confidence where strength was."""
    told = confidences([each.confidence for each in ranked], loudness(observations), kept_calibration())
    return [replace(each, confidence=sure) for each, sure in zip(ranked, told, strict=True)]


def confidences(strengths: Sequence[float], heard: float, by: Calibration) -> list[float]:
    """For suspects of these strengths in (0, 1], strongest first, in an investigation where that much is heard.

    Strictly falling, within [0, 1]; no two are less than a step apart, until nothing is left.
    """
    told: list[float] = []
    for place, strength in enumerate(strengths):
        sure = _sure(strength, strengths[0], heard, by, first=place == 0)
        below = told[-1] - ONE_STEP if told else 1.0
        told.append(max(0.0, min(sure, below)))
    return told


def behind_the_first(strength: float, strongest: float, heard: float, by: Calibration) -> float:
    """The confidence of evidence of that strength in (0, 1], where it is not, or no longer, what leads."""
    return _sure(strength, max(strength, strongest), heard, by, first=False)


def _sure(strength: float, strongest: float, heard: float, by: Calibration, *, first: bool) -> float:
    likely = _logistic(by, features(strength, strongest, heard, first=first))
    least, most = bounds(strength, first=first)
    return least + (most - least) * likely


def bounds(strength: float, *, first: bool) -> tuple[float, float]:
    """The least and the most confidence that evidence can come to, before the order is kept."""
    return LEAST_OF_THE_FIRST if first else LEAST, MOST + STRENGTH_ADDS * strength


def features(strength: float, strongest: float, heard: float, *, first: bool) -> Features:
    """What the mapping looks at, in the order of its weights. Strength beyond what is enough says little more."""
    bounded = min(max(strength, _NEAR), _ENOUGH)
    behind = log(max(strength, _NEAR) / max(strongest, _NEAR))
    return log(bounded / (1.0 - bounded)), log(_SILENCE + heard), behind, 0.0 if first else -1.0


def loudness(observations: Iterable[Observation]) -> float:
    """How loud the loudest facts are that began within a minute of each other, in the mean of three; 0 for silence.

    A fact counts -log(1 - score): its log of how far it lies out. What people changed is no sign of trouble.
    """
    heard = sorted(
        (each.onset.timestamp(), -log(1.0 - min(each.score, _LOUD_ENOUGH)))
        for each in observations
        if each.onset and each.standing is Standing.UNUSUAL and each.signal is not Signal.CHANGE
    )
    began_together = ([loud for at, loud in heard if 0.0 <= at - first <= TOGETHER_S] for first, _ in heard)
    return max((sum(sorted(each, reverse=True)[:LOUDEST]) / LOUDEST for each in began_together), default=0.0)


@lru_cache(maxsize=1)
def kept_calibration() -> Calibration:
    """The mapping that is kept as data beside this module; read once, when it is first needed."""
    return from_data(json.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8")))


def from_data(data: Mapping[str, Any]) -> Calibration:
    """The mapping in that data. Raises ValueError where its order would not be kept."""
    found = Calibration(**{name: float(data["weights"][name]) for name in Calibration.__slots__})
    if min(found.strength, found.loudness, found.behind, found.other) < 0:
        raise ValueError(f"{FILE}: a stronger suspect would be a less likely one")
    return found


def _logistic(by: Calibration, seen: Features) -> float:
    weights = (by.strength, by.loudness, by.behind, by.other)
    return 1.0 / (1.0 + exp(-by.bias - sum(weight * each for weight, each in zip(weights, seen, strict=True))))
