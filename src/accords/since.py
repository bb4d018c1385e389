"""Since which release an agreement and each of its facts stand, and what changed in them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from accords.ids import version_key
from accords.loader import load, schemas
from accords.nested import Row, agreement, plain_rows
from accords.shapes import AGREEMENT, tables

# Rows of other records that name the agreement: table -> the column of their own record.
_LINKS = {"event_agreements": "event_id", "claim_agreements": "claim_id"}


def since(agreement_id: str) -> Row:
    """The history of an agreement: `agreement_id`, `since` (the release it came with; None while no
    release was made), `facts` (table_name, item_id, field, since: each filled cell of its own, each
    row of its lists, and the events and claims on it), and `changes` (the rows of the table
    `changes` on it that are no additions, with the day of their release).

    From the tables `releases` and `changes`: what no release names stands since the first. Raises
    NotFound; an id that was renamed is followed, and what happened under it is told.
    """
    found = agreement(agreement_id)
    agreement_id = found["agreement_id"]
    releases = load("releases")
    own = _own_changes(agreement_id)
    first = min(releases.release, key=version_key, default=None)
    # What was taken out and came back stands since it came back; what changed, since it did.
    known: dict[tuple[str, str, str], str] = {}
    for row in plain_rows(own[own.action != "removed"]):
        known[row["table_name"], row["item_id"] or "", row["field"] or ""] = row["release"]
    whole = known.get(("agreements", "", ""), first)
    facts = [
        {"table_name": table, "item_id": item, "field": field, "since": known.get(key, whole)}
        for key in _facts(found)
        for table, item, field in [key]
    ]
    days = releases[["release", "released_on"]]
    moved = own[own.action != "added"].merge(days, on="release")
    return {
        "agreement_id": agreement_id,
        "since": whole,
        "facts": facts,
        "changes": list(plain_rows(moved)),
    }


def _own_changes(agreement_id: str) -> pd.DataFrame:
    """The changes on an agreement under all its ids, in the order of releases; in those of links
    the item is the event or claim."""
    ids = _all_ids(agreement_id)
    changes = load("changes")
    own = changes[changes.record_id.isin(ids) & changes.table_name.isin(tables(AGREEMENT))]
    links = changes[changes.item_id.isin(ids) & changes.table_name.isin(list(_LINKS))]
    links = links.assign(item_id=links.record_id)
    both = pd.concat([own, links])
    return both.sort_values("release", key=lambda names: names.map(version_key), kind="stable")


def _all_ids(agreement_id: str) -> set[str]:
    """An id and those that were renamed or merged into it."""
    redirects = load("redirects")
    redirects = redirects[redirects.table_name == "agreements"]
    ids = {agreement_id}
    while more := set(redirects.old_id[redirects.new_id.isin(ids)]) - ids:
        ids |= more
    return ids


def _facts(found: Row) -> Iterator[tuple[str, str, str]]:
    agreement_id = found["agreement_id"]
    for field in schemas()["agreements"].base_columns[1:]:
        if found[field] is not None:
            yield "agreements", "", field
    for name in tables(AGREEMENT)[1:]:
        keys = schemas()[name].primary_key[1:]
        frame = load(name, ["agreement_id", *keys])
        for row in plain_rows(frame[frame.agreement_id == agreement_id]):
            yield name, "/".join(str(row[key]) for key in keys), ""
    for name, key in _LINKS.items():
        frame = load(name, ["agreement_id", key])
        for record_id in frame[key][frame.agreement_id == agreement_id]:
            yield name, record_id, ""
