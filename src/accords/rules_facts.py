"""Rules on evidence and what is owed for it, on claims, lists, codes and redirects."""

from __future__ import annotations

import pandas as pd

from accords.check import Frames, nearest
from accords.rules_base import Found, as_text
from accords.schema import Schemas


def evidence_owner(frames: Frames, schemas: Schemas) -> Found:
    keys = {
        (name, cells[0], "/".join(map(as_text, cells[1:])))
        for name, frame in frames.items()
        for cells in frame[list(schemas[name].primary_key)].itertuples(index=False, name=None)
    }
    for row, record in enumerate(frames["evidence"].itertuples()):
        known = record.table_name in schemas and not schemas[record.table_name].derived
        if not known:
            yield "evidence", row, "table_name", as_text(record.table_name), "name a base table"
        elif pd.notna(record.field) and record.field not in schemas[record.table_name].columns:
            yield "evidence", row, "field", record.field, "name a column of the table"
        elif (record.table_name, record.record_id, as_text(record.item_id)) not in keys:
            value = f"{as_text(record.record_id)}/{as_text(record.item_id)}".rstrip("/")
            ids = frames[record.table_name].iloc[:, 0].dropna().astype(str)
            advice = nearest(as_text(record.record_id), ids, "it")
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
            item = "/".join(as_text(cells[part]) for part in rest)
            if (table, cells[record], item, name) not in have:
                value = as_text(cells[name]) if name else item
                yield table, row, name or schemas[table].primary_key[-1], value, _PATH_ADVICE


# A fact that needs support: table and field; an empty field is the row itself.
FACTS = (
    ("agreements", "instrument_type"),
    ("agreements", "binding"),
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
    coded = frame.agreement_id.notna()
    explained = frame.reason_out.notna() & frame.in_scope.notna()
    partly = frame.reason_out.notna() | frame.in_scope.notna()
    for row in frame.index[(coded & partly) | (~coded & ~explained)]:
        advice = "give either its agreement, or reason_out and in_scope"
        yield "list_items", row, "agreement_id", as_text(frame.agreement_id[row]), advice


def codes_defined(frames: Frames, schemas: Schemas) -> Found:
    frame = frames["codes"]
    for row, code in enumerate(frame.itertuples()):
        table = schemas.get(code.table_name)
        field = table.columns.get(code.field) if table else None
        if field is None or code.code not in field.constraints.get("enum", ()):
            yield "codes", row, "code", as_text(code.code), "no such code in schemas/: delete it"


def redirect_leads(frames: Frames, schemas: Schemas) -> Found:
    for row, record in enumerate(frames["redirects"].itertuples()):
        if record.table_name not in frames:  # said by its schema
            continue
        key = list(schemas[record.table_name].primary_key)
        rows = frames[record.table_name][key].dropna().itertuples(index=False, name=None)
        ids = ["/".join(cells) for cells in rows]
        if record.old_id in ids:
            yield "redirects", row, "old_id", record.old_id, "the id is still in use"
        elif pd.notna(record.new_id) and record.new_id not in ids:
            yield "redirects", row, "new_id", record.new_id, nearest(record.new_id, ids, "it")
