"""Settings of several parts as people write them, read into what they mean. Raises ValueError with the rule."""

import os
import re
from pathlib import Path

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+(?:\s*=\s*[\w.-]+)?")


def lowered(value: object) -> object:
    """Whatever its case, and without blanks around it."""
    return value.strip().lower() if isinstance(value, str) else value


def folders(value: object) -> object:
    """Separated as in PATH."""
    if isinstance(value, str):
        return tuple(Path(part.strip()).expanduser() for part in value.split(os.pathsep) if part.strip())
    return value


def repositories(value: object) -> object:
    """`owner/name` or `owner/name=service`, separated by commas."""
    if isinstance(value, str):
        value = tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, tuple) and not all(isinstance(each, str) and _REPOSITORY.fullmatch(each) for each in value):
        raise ValueError("must be repositories as owner/name, each with =service where that is called otherwise")
    return value


def names(value: object) -> object:
    """Separated by commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
