"""One agreement with all that hangs on it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from accords.loader import NotFound, load

Row = dict[str, Any]


def agreement(agreement_id: str) -> Row:
    """One agreement as nested plain values (None where missing, dates as `datetime.date`).

    Keys: the columns of agreements; `parties` (role, the columns of parties, and `signatories`),
    `sectors`, `provisions`, `relations` (its own, and those of others that name it, both as
    agreement_id, relation, related_id), `texts`, `external_ids`, `events` (role and the columns of
    events, by date), `claims`, and `evidence` (by fact, each with the columns of its source under
    `source`). Raises NotFound with the nearest ids; an id that was renamed is followed.
    """
    agreements = load("agreements")
    agreement_id = _current(agreement_id)
    found = list(plain_rows(agreements[agreements.agreement_id == agreement_id]))
    if not found:
        raise NotFound("agreement", agreement_id, agreements.agreement_id)
    (row,) = found
    for name, table in (
        ("sectors", "agreement_sectors"),
        ("provisions", "provisions"),
        ("texts", "texts"),
        ("external_ids", "external_ids"),
    ):
        row[name] = [_without(item, "agreement_id") for item in _of(table, agreement_id)]
    row["parties"] = _parties(agreement_id)
    relations = load("relations")
    own = (relations.agreement_id == agreement_id) | (relations.related_id == agreement_id)
    row["relations"] = list(plain_rows(relations[own]))
    row["events"] = _joined("event_agreements", "events", "event_id", agreement_id)
    row["events"].sort(key=lambda event: (event["happened_earliest"], event["event_id"]))
    row["claims"] = _joined("claim_agreements", "claims", "claim_id", agreement_id)
    row["evidence"] = _evidence(agreement_id)
    return row


def _current(agreement_id: str) -> str:
    """The id that an earlier id leads to. Raises Withdrawn where it leads to none."""
    redirects = load("redirects")
    redirects = redirects[redirects.table_name == "agreements"].set_index("old_id")
    while agreement_id in redirects.index:
        row = redirects.loc[agreement_id]
        if pd.isna(row.new_id):
            raise Withdrawn(agreement_id, row.reason)
        agreement_id = row.new_id
    return agreement_id


class Withdrawn(NotFound):
    """An agreement that was released and is no more; the message says why."""

    def __init__(self, agreement_id: str, reason: str) -> None:
        LookupError.__init__(self, f"agreement {agreement_id!r} was taken out: {reason}")


def _parties(agreement_id: str) -> list[Row]:
    signatories = _of("signatories", agreement_id)
    parties = _joined("agreement_parties", "parties", "party_id", agreement_id)
    for party in parties:
        party["signatories"] = [
            _without(person, "agreement_id", "party_id")
            for person in signatories
            if person["party_id"] == party["party_id"]
        ]
    return parties


def _joined(link: str, table: str, key: str, agreement_id: str) -> list[Row]:
    """The rows of `table` that a link table joins to the agreement, with the link's own columns."""
    links = load(link)
    links = links[links.agreement_id == agreement_id].drop(columns="agreement_id")
    return list(plain_rows(links.merge(load(table), on=key)))


def _evidence(agreement_id: str) -> list[Row]:
    evidence = load("evidence")
    sources = {row["source_id"]: row for row in plain_rows(load("sources"))}
    found = list(plain_rows(evidence[evidence.record_id == agreement_id]))
    return [item | {"source": sources[item.pop("source_id")]} for item in found]


def _of(table: str, agreement_id: str) -> list[Row]:
    frame = load(table)
    return list(plain_rows(frame[frame.agreement_id == agreement_id]))


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def plain_rows(frame: pd.DataFrame) -> Iterator[Row]:
    """Rows as plain values: None where missing, dates as `datetime.date`."""
    for row in frame.to_dict("records"):
        yield {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value
