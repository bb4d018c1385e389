"""Accords: the world's industrial-cooperation agreements as tidy tables with their evidence.

>>> import accords
>>> agreements = accords.load("agreements")
"""

from __future__ import annotations

from typing import Any

from accords.loader import NotFound, connect, describe, load, package, tables

__all__ = [
    "NotFound",
    "__version__",
    "agreement",
    "cite",
    "connect",
    "data_version",
    "describe",
    "load",
    "package",
    "tables",
]


def __getattr__(name: str) -> Any:
    """What needs the descriptor, the distribution's metadata or pandas, only when asked for."""
    if name == "data_version":
        return package()["version"]
    if name == "__version__":
        from importlib.metadata import version

        return version("accords")
    if name == "agreement":
        from accords.nested import agreement

        return agreement
    if name == "cite":
        from accords.citation import cite

        return cite
    raise AttributeError(f"module 'accords' has no attribute {name!r}")
