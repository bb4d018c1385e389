"""The rules that a Table Schema can't say: a flat list, each a few lines over whole frames.

A rule yields (table, row, column, value, advice) for each cell that breaks it; `row` is the
position in the table. Its text stands beside it in RULES, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from accords.check import Frames, Violation, nearest
from accords.edtf import bounds
from accords.schema import Schemas

Found = Iterator[tuple[str, int, str, str, str]]

DATES = {  # EDTF columns of each table
    "agreements": ("announced_on", "signed_on", "in_force_on", "ended_on"),
    "agreement_parties": ("joined_on", "left_on"),
    "provisions": ("due_on",),
    "events": ("happened_on",),
}
ROLES_OUTSIDE = ("observer", "witness")  # take part without being a party
PUBLIC = ("government", "ministry", "agency", "subnational", "fund", "international_org")


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)


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
            yield "agreements", row, "signed_on", value, advice


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
        yield "sources", row, "access", _text(frame.access[row]), advice


def two_countries(frames: Frames, schemas: Schemas) -> Found:
    parties = _parties(frames)
    several = parties.groupby("agreement_id").country.nunique() >= 2
    international = parties.kind.eq("international_org").groupby(parties.agreement_id).any()
    good = set(several.index[several]) | set(international.index[international])
    for row, value in frames["agreements"].agreement_id.dropna().items():
        if value not in good:
            advice = "list parties of two countries, or an international organisation"
            yield "agreements", row, "agreement_id", value, advice


def one_public_party(frames: Frames, schemas: Schemas) -> Found:
    parties = _parties(frames)
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
            yield "agreements", row, "text_public", _text(record.text_public), advice
        elif record.text_public == "no" and pd.isna(record.text_checked_on):
            yield "agreements", row, "text_public", "no", "give the search's day: text_checked_on"


def amounts_have_units(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["provisions"]
    wrong = frame.amount.isna() == (frame.currency.notna() | frame.unit.notna())
    for row in frame.index[wrong]:
        value = _text(frame.amount[row])
        yield "provisions", row, "amount", value, "amount goes with a currency or a unit"


def relation_to_another(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["relations"]
    for row in frame.index[frame.agreement_id == frame.related_id]:
        yield "relations", row, "related_id", _text(frame.related_id[row]), "name another agreement"


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
                yield table, row, child, _text(above[start]), "it leads back to the row itself"


def evidence_owner(frames: Frames, schemas: Schemas) -> Found:
    keys = {
        (name, cells[0], "/".join(map(_text, cells[1:])))
        for name, frame in frames.items()
        for cells in frame[list(schemas[name].primary_key)].itertuples(index=False, name=None)
    }
    for row, record in enumerate(frames["evidence"].itertuples()):
        known = record.table_name in schemas and not schemas[record.table_name].derived
        if not known:
            yield "evidence", row, "table_name", _text(record.table_name), "name a base table"
        elif pd.notna(record.field) and record.field not in schemas[record.table_name].columns:
            yield "evidence", row, "field", record.field, "name a column of the table"
        elif (record.table_name, record.record_id, _text(record.item_id)) not in keys:
            value = f"{_text(record.record_id)}/{_text(record.item_id)}".rstrip("/")
            ids = frames[record.table_name].iloc[:, 0].dropna().astype(str)
            advice = nearest(_text(record.record_id), ids, "it")
            yield "evidence", row, "record_id", value, advice


def evidenced(frames: Frames, schemas: Schemas) -> Found:
    known = frames["evidence"]
    known = known[known.stance == "supports"]
    have = set(
        zip(
            known.table_name,
            known.record_id,
            known.item_id.fillna(""),
            known.field.fillna(""),
            strict=True,
        )
    )
    for table, name in FACTS:
        frame = frames[table]
        record, *rest = schemas[table].primary_key
        for row, cells in enumerate(frame.to_dict("records")):
            if name and (pd.isna(cells[name]) or cells[name] in OWE_NOTHING):
                continue
            item = "/".join(_text(cells[part]) for part in rest)
            if (table, cells[record], item, name) not in have:
                value = _text(cells[name]) if name else item
                yield table, row, name or schemas[table].primary_key[-1], value, _PATH_ADVICE


# A fact that needs support: table and field; an empty field is the row itself.
FACTS = (
    ("agreements", "instrument_type"),
    ("agreements", "status"),
    ("agreements", "announced_on"),
    ("agreements", "signed_on"),
    ("agreements", "in_force_on"),
    ("agreements", "ended_on"),
    ("agreement_parties", ""),
    ("agreement_sectors", ""),
    ("provisions", ""),
    ("signatories", ""),
    ("relations", ""),
    ("texts", ""),
    ("external_ids", ""),
    ("events", "kind"),
    ("events", "happened_on"),
    ("event_agreements", ""),
    ("event_parties", ""),
    ("claims", "verdict"),
)
OWE_NOTHING = ("unknown", "unverified")
_PATH_ADVICE = "add its path to supports of a source that says so, or take the fact out"


def claim_made(frames: Frames, schemas: Schemas) -> Found:
    made, about = set(frames["claim_sources"].claim_id), set(frames["claim_agreements"].claim_id)
    for row, value in frames["claims"].claim_id.dropna().items():
        if value not in made or value not in about:
            yield "claims", row, "claim_id", value, "give made_by and agreements"


def list_item_settled(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["list_items"]
    for row in frame.index[frame.agreement_id.isna() == frame.reason_out.isna()]:
        advice = "give either its agreement or reason_out"
        yield "list_items", row, "agreement_id", _text(frame.agreement_id[row]), advice


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


def codes_defined(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["codes"]
    for row, code in enumerate(frame.itertuples()):
        table = schemas.get(code.table_name)
        field = table.columns.get(code.field) if table else None
        if field is None or code.code not in field.constraints.get("enum", ()):
            yield "codes", row, "code", _text(code.code), "no such code in schemas/: delete it"


def redirect_leads(frames: Frames, schemas: Schemas) -> Found:
    for row, record in enumerate(frames["redirects"].itertuples()):
        if record.table_name not in frames:  # said by its schema
            continue
        ids = frames[record.table_name].iloc[:, 0].dropna().tolist()
        if record.old_id in ids:
            yield "redirects", row, "old_id", record.old_id, "the id is still in use"
        elif pd.notna(record.new_id) and record.new_id not in ids:
            yield "redirects", row, "new_id", record.new_id, nearest(record.new_id, ids, "it")


def _parties(frames: Frames) -> pd.DataFrame:
    """Parties of agreements proper, each with kind and country."""
    frame = frames["agreement_parties"]
    inside = frame[~frame.role.isin(ROLES_OUTSIDE)]
    return inside.merge(frames["parties"][["party_id", "kind", "country"]], on="party_id")


def _row(frames: Frames, agreement_id: object) -> int:
    frame = frames["agreements"]
    found = frame.index[frame.agreement_id == agreement_id]
    return int(found[0]) if len(found) else 0


@dataclass(frozen=True)
class Rule:
    """A named rule: the function that finds what breaks it, and its text."""

    find: Callable[[Frames, Schemas], Found]
    text: str
    needs_all: bool = False  # can be judged only where every record was read

    @property
    def name(self) -> str:
        return self.find.__name__


RULES = (
    Rule(edtf_days, "a date of the calendar in EDTF"),
    Rule(dates_in_order, "signed before in force before ended"),
    Rule(dated, "an agreement has a date of signing or announcement"),
    Rule(in_period, "an agreement of 2015 or later", needs_all=True),
    Rule(published_before_read, "a page is published before it is read"),
    Rule(archived_address, "an archived page has the address of its archive"),
    Rule(two_countries, "the parties come from two countries", needs_all=True),
    Rule(one_public_party, "at least one party is public", needs_all=True),
    Rule(one_primary_sector, "an agreement has a primary sector"),
    Rule(texts_agree, "text_public agrees with texts"),
    Rule(amounts_have_units, "an amount has a currency or a unit"),
    Rule(relation_to_another, "a relation joins two agreements"),
    Rule(no_cycles, "a chain of references ends"),
    Rule(evidence_owner, "evidence points at a row and column that exist"),
    Rule(evidenced, "no evidence, no fact"),
    Rule(claim_made, "a claim is made by someone about an agreement"),
    Rule(list_item_settled, "an item of a list is coded or explained"),
    Rule(subdivision_of_country, "a subdivision lies in the party's country", needs_all=True),
    Rule(party_has_country, "a party has a country"),
    Rule(codes_defined, "a definition belongs to a code of the schemas"),
    Rule(redirect_leads, "a redirect leads from an unused id to one in use", needs_all=True),
)


def check_rules(frames: Frames, schemas: Schemas, *, whole: bool = True) -> Iterator[Violation]:
    """Every cell of the base tables that breaks a rule.

    whole: whether every record was read; rules that need all records are passed otherwise.
    """
    for rule in RULES:
        if rule.needs_all and not whole:
            continue
        for table, row, column, value, advice in rule.find(frames, schemas):
            yield Violation(table, int(row), column, value, rule.text, advice)
