"""Rules on agreements and parties: dates, countries, kinds, texts and amounts."""

from __future__ import annotations

import pandas as pd

from accords.check import Frames
from accords.edtf import bounds
from accords.rules_base import Found, as_text, parties_proper
from accords.schema import Schemas

DATES = {  # EDTF columns of each table
    "agreements": ("announced_on", "signed_on", "in_force_on", "ended_on"),
    "agreement_parties": ("joined_on", "left_on"),
    "provisions": ("due_on",),
    "events": ("happened_on",),
}
PUBLIC = ("government", "ministry", "agency", "subnational", "fund", "international_org")


def edtf_days(frames: Frames, schemas: Schemas) -> Found:
    for table, columns in DATES.items():
        for name in columns:
            for row, value in frames[table][name].dropna().items():
                if bounds(value) is None:
                    yield table, row, name, value, "write a day of the calendar, or only the month"


def dates_in_order(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["agreements"]
    chain = ("signed_on", "in_force_on", "ended_on")
    for row, record in enumerate(frame[list(chain)].itertuples(index=False)):
        for i, later in enumerate(record):
            for earlier in record[:i]:
                if pd.notna(earlier) and pd.notna(later):
                    first, last = bounds(earlier), bounds(later)
                    if first and last and last[1] < first[0]:
                        advice = f"it lies before {earlier}: mend one of the two"
                        yield "agreements", row, chain[i], later, advice


def dated(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["agreements"]
    undated = frame.signed_on.isna() & frame.announced_on.isna()
    for row in frame.index[undated]:
        yield "agreements", row, "signed_on", "", "give signed_on or announced_on"


def in_period(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["agreements"]
    context = set(frames["relations"].related_id)
    first = frame.signed_on.fillna(frame.announced_on)
    for row, value in first.dropna().items():
        if value[:4] < "2015" and frame.agreement_id[row] not in context:
            advice = "earlier ones only as context: relate a later agreement to it"
            name = "announced_on" if pd.isna(frame.signed_on[row]) else "signed_on"
            yield "agreements", row, name, value, advice


def published_before_read(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["sources"]
    for row in frame.index[frame.published_on > frame.accessed_on]:
        value = f"{frame.published_on[row]:%Y-%m-%d}"
        yield "sources", row, "published_on", value, "it lies after accessed_on"


def archived_address(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["sources"]
    wrong = (frame.access == "archived") != frame.archived_url.notna()
    for row in frame.index[wrong.fillna(False)]:
        advice = "access archived and archived_url go together"
        yield "sources", row, "access", as_text(frame.access[row]), advice


def two_countries(frames: Frames, schemas: Schemas) -> Found:
    parties = parties_proper(frames)
    several = parties.groupby("agreement_id").country.nunique() >= 2
    international = parties.kind.eq("international_org").groupby(parties.agreement_id).any()
    good = set(several.index[several]) | set(international.index[international])
    for row, value in frames["agreements"].agreement_id.dropna().items():
        if value not in good:
            advice = "list parties of two countries, or an international organisation"
            yield "agreements", row, "agreement_id", value, advice


def one_public_party(frames: Frames, schemas: Schemas) -> Found:
    parties = parties_proper(frames)
    for agreement_id, kinds in parties.groupby("agreement_id").kind:
        public = kinds.isin(PUBLIC).any() or kinds.eq("research").any()
        if not public and not (kinds == "state_company").sum() >= 2:
            row = _row(frames, agreement_id)
            advice = "agreements between companies are events; check the kinds of its parties"
            yield "agreements", row, "agreement_id", str(agreement_id), advice


def one_primary_sector(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["agreement_sectors"]
    primary = set(frame.agreement_id[frame.is_primary.fillna(False)])
    for row, value in frames["agreements"].agreement_id.dropna().items():
        if value not in primary:
            yield "agreements", row, "agreement_id", value, "mark a sector with is_primary: true"


def texts_agree(frames: Frames, schemas: Schemas) -> Found:
    frame, texts = frames["agreements"], set(frames["texts"].agreement_id)
    for row, record in enumerate(frame.itertuples()):
        if (record.text_public == "yes") != (record.agreement_id in texts):
            advice = "text_public yes and an entry in texts go together"
            yield "agreements", row, "text_public", as_text(record.text_public), advice
        elif record.text_public == "no" and pd.isna(record.text_checked_on):
            yield "agreements", row, "text_public", "no", "give the search's day: text_checked_on"


def amounts_have_units(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["provisions"]
    wrong = frame.amount.isna() == (frame.currency.notna() | frame.unit.notna())
    for row in frame.index[wrong]:
        value = as_text(frame.amount[row])
        yield "provisions", row, "amount", value, "amount goes with a currency or a unit"


def relation_to_another(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["relations"]
    for row in frame.index[frame.agreement_id == frame.related_id]:
        yield (
            "relations",
            row,
            "related_id",
            as_text(frame.related_id[row]),
            "name another agreement",
        )


def no_cycles(frames: Frames, schemas: Schemas) -> Found:
    for table, child in (
        ("parties", "parent_id"),
        ("sectors", "parent_id"),
        ("sources", "relays_source_id"),
    ):
        key = schemas[table].primary_key[0]
        above = dict(frames[table][[key, child]].dropna().itertuples(index=False, name=None))
        for row, start in frames[table][key].dropna().items():
            seen, at = {start}, above.get(start)
            while at is not None and at not in seen:
                seen.add(at)
                at = above.get(at)
            if at == start:
                yield table, row, child, as_text(above[start]), "it leads back to the row itself"


def subdivision_of_country(frames: Frames, schemas: Schemas) -> Found:
    alpha2 = dict(zip(frames["countries"].country, frames["countries"].alpha2, strict=True))
    for row, record in enumerate(frames["parties"].itertuples()):
        if pd.notna(record.subdivision) and record.subdivision[:2] != alpha2.get(record.country):
            yield "parties", row, "subdivision", record.subdivision, "it lies in another country"


def party_has_country(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["parties"]
    wrong = frame.country.isna() & ~frame.kind.isin(["international_org", "fund", "other"])
    for row in frame.index[wrong]:
        advice = "only organisations of states have no country"
        yield "parties", row, "country", "", advice


def _row(frames: Frames, agreement_id: object) -> int:
    frame = frames["agreements"]
    found = frame.index[frame.agreement_id == agreement_id]
    return int(found[0]) if len(found) else 0
