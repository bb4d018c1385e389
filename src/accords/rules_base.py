"""What the modules of rules share."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

# (table, row, column, value, advice): a cell that breaks a rule; row is its position in the table
Found = Iterator[tuple[str, int, str, str, str]]

ROLES_OUTSIDE = ("observer", "witness")  # take part without being a party


def as_text(value: object) -> str:
    """A cell as text; empty where missing."""
    return "" if pd.isna(value) else str(value)
