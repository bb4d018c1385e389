"""What rules and derivation share."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from accords.check import Frames

# (table, row, column, value, advice): a cell that breaks a rule; row is its position in the table
Found = Iterator[tuple[str, int, str, str, str]]

ROLES_OUTSIDE = ("observer", "witness")  # take part without being a party


def parties_proper(frames: Frames) -> pd.DataFrame:
    """agreement_parties with the columns of parties; observers and witnesses left out."""
    frame = frames["agreement_parties"]
    return frame[~frame.role.isin(ROLES_OUTSIDE)].merge(frames["parties"], on="party_id")


def as_text(value: object) -> str:
    """A cell as text; empty where missing."""
    return "" if pd.isna(value) else str(value)


def roots(frames: Frames) -> pd.DataFrame:
    """agreement_id and root: the root sectors of each agreement."""
    parent = dict(zip(frames["sectors"].sector_id, frames["sectors"].parent_id, strict=True))

    def root(sector: str) -> str:
        while pd.notna(parent[sector]):
            sector = parent[sector]
        return sector

    found = frames["agreement_sectors"][["agreement_id", "sector_id"]]
    return found.assign(root=found.sector_id.map(root))[["agreement_id", "root"]].drop_duplicates()
