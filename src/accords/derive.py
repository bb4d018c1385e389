"""Derived columns and tables, made once the base tables are clean.

bounds of dates, level of agreements; overview (one row an agreement for spreadsheets) and dyads
(one row a pair of countries an agreement).
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pandas as pd

from accords.cells import DTYPES
from accords.check import Frames
from accords.edtf import bounds
from accords.rules_base import parties_proper
from accords.schema import Schemas, Table


def derive(frames: Frames, history: Frames, schemas: Schemas) -> Frames:
    """Clean base frames as full ones: derived columns filled, derived tables added (those of
    `history` as they are), columns in the order of the schemas, rows in key order."""
    frames = frames | history
    agreements = _with_bounds(frames["agreements"], ("announced", "signed", "in_force", "ended"))
    frames["agreements"] = agreements.assign(level=_levels(frames))
    frames["events"] = _with_bounds(frames["events"], ("happened",))
    frames["overview"] = _overview(frames)
    frames["dyads"] = _dyads(frames)
    return {name: _shaped(frames[name], schemas[name]) for name in schemas}


def _shaped(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    dtypes = {name: DTYPES[field.type] for name, field in table.columns.items()}
    return frame[list(dtypes)].astype(dtypes)


def _with_bounds(frame: pd.DataFrame, stems: tuple[str, ...]) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for stem in stems:
        found = [None if pd.isna(text) else bounds(text) for text in frame[f"{stem}_on"]]
        for i, end in enumerate(("earliest", "latest")):
            days = [pd.NaT if pair is None else pd.Timestamp(pair[i]) for pair in found]
            columns[f"{stem}_{end}"] = pd.Series(days, index=frame.index, dtype=DTYPES["date"])
    return frame.assign(**columns)


# All kinds of an agreement's parties within the set -> its level; the first that fits.
_LEVELS = (
    ("state", {"government", "ministry"}),
    ("agency", {"agency", "fund", "research"}),
    ("subnational", {"subnational"}),
)


def _level(kinds: set[str]) -> str:
    if kinds & {"company", "state_company"}:
        return "state_company"
    if "international_org" in kinds:
        return "international_org"
    return next((level for level, within in _LEVELS if kinds <= within), "mixed")


def _levels(frames: Frames) -> pd.Series[Any]:
    kinds = parties_proper(frames).groupby("agreement_id").kind.agg(set)
    return frames["agreements"].agreement_id.map(lambda key: _level(kinds.get(key, set())))


def _joined(groups: Any) -> pd.Series[Any]:
    return groups.agg(lambda values: "; ".join(dict.fromkeys(values.dropna())) or None)


def _overview(frames: Frames) -> pd.DataFrame:
    parties = parties_proper(frames)
    sectors = frames["agreement_sectors"].sort_values(
        ["agreement_id", "is_primary", "sector_id"], ascending=[True, False, True]
    )
    evidence = _evidence_of_agreements(frames).merge(
        frames["sources"][["source_id", "publisher", "relays_source_id"]], on="source_id"
    )
    by = evidence.groupby("agreement_id")
    columns = {
        "countries": _joined(parties.sort_values("country").groupby("agreement_id").country),
        "parties": _joined(parties.groupby("agreement_id").name),
        "sectors": _joined(sectors.groupby("agreement_id").sector_id),
        "n_events": frames["event_agreements"].groupby("agreement_id").size(),
        "n_provisions": frames["provisions"].groupby("agreement_id").size(),
        "n_sources": by.source_id.nunique(),
        "n_voices": _voices(evidence),
        "n_contradictions": evidence.stance.eq("contradicts").groupby(evidence.agreement_id).sum(),
    }
    frame = frames["agreements"].copy()
    for name, values in columns.items():
        found = frame.agreement_id.map(values)
        frame[name] = found.fillna(0) if name.startswith("n_") else found
    return frame


def _voices(evidence: pd.DataFrame) -> pd.Series[Any]:
    """Publishers of an agreement's pages; a page that relays another is no second voice where
    that other is evidence of the same agreement."""
    pairs = set(zip(evidence.agreement_id, evidence.source_id, strict=True))
    relays = zip(evidence.agreement_id, evidence.relays_source_id, strict=True)
    own = [pair not in pairs for pair in relays]
    return evidence[own].groupby("agreement_id").publisher.nunique()


def _evidence_of_agreements(frames: Frames) -> pd.DataFrame:
    evidence = frames["evidence"].rename(columns={"record_id": "agreement_id"})
    return evidence[evidence.agreement_id.isin(frames["agreements"].agreement_id)]


def _dyads(frames: Frames) -> pd.DataFrame:
    parties = parties_proper(frames)
    members: dict[str, list[tuple[str, Any, Any]]] = {}
    for row in frames["memberships"].itertuples():
        members.setdefault(row.union_country, []).append(
            (row.country, row.member_from, row.member_to)
        )
    agreements = frames["agreements"]
    day = agreements.signed_earliest.fillna(agreements.announced_earliest)
    days = dict(zip(agreements.agreement_id, day, strict=True))
    rows = []
    for key, countries in parties.groupby("agreement_id").country:
        at = days[key]
        own = sorted(set(countries.dropna()))
        found = dict.fromkeys(combinations(own, 2), "direct")
        for union in own:
            for member, since, until in members.get(union, []):
                if since <= at and (pd.isna(until) or at <= until):
                    for other in own:
                        # A member is joined with the others, not with its own union.
                        if other not in (union, member):
                            found.setdefault(_pair(member, other), "union")
        rows += [(key, *pair, via, at.year) for pair, via in sorted(found.items())]
    names = ["agreement_id", "country_a", "country_b", "via", "year"]
    return pd.DataFrame(rows, columns=names)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
