"""Since which release an agreement and each of its facts stand, and what changed in them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from accords.loader import load, schemas
from accords.nested import Row, agreement, plain_rows

# What belongs to an agreement by its id, evidence aside: its own row and the rows of its lists.
_SKIP = ("changes", "dyads", "overview", "evidence")


def since(agreement_id: str) -> Row:
    """The history of an agreement: `agreement_id`, `since` (the release it came with; None while no
    release was made), `facts` (table_name, item_id, since: each of its rows), and `changes` (the
    rows of the table `changes` on it that are no additions, with the day of their release).

    From the tables `releases` and `changes`: what no release names stands since the first. Raises
    NotFound; an id that was renamed is followed.
    """
    agreement_id = agreement(agreement_id)["agreement_id"]
    releases, changes = load("releases"), load("changes")
    first = min(releases.release, key=_order, default=None)
    own = changes[changes.record_id == agreement_id]
    # A row that was taken out and came back stands since it came back.
    added = own[own.action == "added"].sort_values("release", key=lambda names: names.map(_order))
    known = {(row["table_name"], row["item_id"] or ""): row["release"] for row in plain_rows(added)}
    whole = known.get(("agreements", ""), first)
    facts = [
        {"table_name": table, "item_id": item, "since": known.get((table, item), whole)}
        for table, item in _facts(agreement_id)
    ]
    days = releases[["release", "released_on"]]
    moved = own[(own.action != "added") & own.table_name.isin(_tables())].merge(days, on="release")
    return {
        "agreement_id": agreement_id,
        "since": whole,
        "facts": facts,
        "changes": list(plain_rows(moved)),
    }


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _tables() -> list[str]:
    return [
        name
        for name, table in schemas().items()
        if table.primary_key[0] == "agreement_id" and name not in _SKIP
    ]


def _facts(agreement_id: str) -> Any:
    for name in _tables():
        keys = schemas()[name].primary_key[1:]
        if keys:
            frame: pd.DataFrame = load(name, ["agreement_id", *keys])
            for row in plain_rows(frame[frame.agreement_id == agreement_id]):
                yield name, "/".join(str(row[key]) for key in keys)
