"""Names that a package offers and imports only when they are asked for, so that a program loads what it uses.

The law: what is offered is found as if it had been imported, and any other name is refused as Python would.
"""

from collections.abc import Callable, Mapping
from importlib import import_module


def found_in(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """A package's `__getattr__` (https://peps.python.org/pep-0562/): `homes` has the module of each name it offers."""

    def find(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return find
