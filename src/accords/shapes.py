"""The shape of every record: its keys in canonical order, and the table each part becomes.

This is the one statement of how a YAML record maps to tables. The reader checks keys by it, the
assembler makes rows by it, `accords format` orders keys by it and the templates are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

# A reference in a record is named for what it points at; its column ends in _id.
COLUMNS = {
    "agreement": "agreement_id",
    "party": "party_id",
    "sector": "sector_id",
    "related": "related_id",
    "other": "other_id",
    "parent": "parent_id",
    "source": "source_id",
    "relays": "relays_source_id",
}

EVIDENCE_KEYS = ("source", "locator", "note")
EVIDENCE_ORDER = (*EVIDENCE_KEYS, "supports", "contradicts")  # the last two: a list, a mapping


def column(key: str) -> str:
    """The column that a record's key fills."""
    return COLUMNS.get(key, key)


@dataclass(frozen=True)
class Shape:
    """One level of a record.

    table: the table its rows go to; empty for the head of a register, which has no row.
    keys: its text keys, in canonical order.
    lists: lists below it, each by its key, in canonical order.
    passes: the keys whose values its lists inherit.
    names: the keys that name a row within its list (in the order of the table's primary key).
    plain: the list holds plain text, the value of the only key.
    evidence: carries a list of evidence.
    """

    table: str
    keys: tuple[str, ...]
    names: tuple[str, ...] = ()
    lists: dict[str, Shape] = field(default_factory=dict)
    passes: tuple[str, ...] = ()
    plain: bool = False
    evidence: bool = False

    @property
    def all_keys(self) -> tuple[str, ...]:
        """Every key that may stand at this level, in canonical order."""
        return (*self.keys, *self.lists, *(("evidence",) if self.evidence else ()))


def _plain(table: str, key: str) -> Shape:
    return Shape(table, (key,), names=(key,), plain=True)


AGREEMENT = Shape(
    "agreements",
    (
        "agreement_id",
        "title",
        "title_original",
        "language",
        "instrument_type",
        "binding",
        "status",
        "status_as_of",
        "announced_on",
        "signed_on",
        "in_force_on",
        "ended_on",
        "place",
        "text_public",
        "text_checked_on",
        "follow_up_checked_on",
        "summary",
    ),
    passes=("agreement_id",),
    evidence=True,
    lists={
        "parties": Shape(
            "agreement_parties",
            ("party", "role", "joined_on", "left_on"),
            names=("party",),
            passes=("agreement_id", "party_id"),
            lists={
                "signatories": Shape(
                    "signatories", ("person_name", "person_title"), names=("person_name",)
                )
            },
        ),
        "sectors": Shape("agreement_sectors", ("sector", "is_primary"), names=("sector",)),
        "provisions": Shape(
            "provisions",
            (
                "provision_id",
                "provision_type",
                "detail",
                "amount",
                "currency",
                "unit",
                "due_on",
            ),
            names=("provision_id",),
        ),
        "relations": Shape("relations", ("relation", "related"), names=("relation", "related")),
        "texts": Shape("texts", ("url", "language", "is_authentic", "checked_on"), names=("url",)),
        "external_ids": Shape(
            "external_ids", ("scheme", "external_id"), names=("scheme", "external_id")
        ),
    },
)

EVENT = Shape(
    "events",
    ("event_id", "kind", "title", "happened_on", "place", "summary"),
    passes=("event_id",),
    evidence=True,
    lists={
        "agreements": Shape("event_agreements", ("agreement", "role"), names=("agreement",)),
        "parties": Shape(
            "event_parties", ("party", "role", "person_name", "person_title"), names=("party",)
        ),
    },
)

LIST = Shape(
    "lists",
    ("list_id", "title", "source", "as_of", "stated_count", "scope"),
    passes=("list_id",),
    lists={
        "items": Shape(
            "list_items", ("item", "agreement", "reason_out", "in_scope"), names=("item",)
        ),
    },
)

SOURCE = Shape(
    "sources",
    (
        "source_id",
        "url",
        "title",
        "language",
        "published_on",
        "accessed_on",
        "access",
        "archived_url",
        "relays",
    ),
    names=("source_id",),
)

PARTY = Shape(
    "parties",
    ("party_id", "name", "name_original", "kind", "subdivision", "parent", "wikidata_id"),
    names=("party_id",),
    passes=("party_id",),
    evidence=True,
)

CLAIM = Shape(
    "claims",
    ("claim_id", "statement", "kind", "verdict", "explanation", "value", "unit"),
    names=("claim_id",),
    passes=("claim_id",),
    evidence=True,
    lists={
        "agreements": _plain("claim_agreements", "agreement"),
        "made_by": _plain("claim_sources", "source"),
    },
)

SECTOR = Shape(
    "sectors",
    ("sector_id", "name", "parent", "definition"),
    names=("sector_id",),
    passes=("sector_id",),
    lists={"codes": Shape("sector_codes", ("scheme", "code"), names=("scheme", "code"))},
)

SWEEP = Shape(
    "sweeps",
    ("sweep_id", "query", "language", "sampling", "searched_at", "hits"),
    names=("sweep_id",),
    passes=("sweep_id",),
    lists={"found": _plain("sweep_agreements", "agreement")},
)

CODING = Shape(
    "",
    ("agreement", "coding"),
    names=("agreement", "coding"),
    passes=("agreement_id", "coding"),
    lists={"values": Shape("codings", ("attribute", "value"), names=("attribute", "value"))},
)


def _register(name: str, item: Shape, *head: str) -> Shape:
    passes = tuple(column(key) for key in head)
    return Shape("", head, passes=passes, lists={name: item})


# Folder or file under records/ -> the shape of the records in it. A folder whose shape has a
# table holds one record a file, named for its id; the others are registers.
RECORDS: dict[str, Shape] = {
    "agreements": AGREEMENT,
    "events": EVENT,
    "lists": LIST,
    "sources": _register("sources", SOURCE, "publisher", "publisher_kind", "language"),
    "parties": _register("parties", PARTY, "country"),
    "claims": _register("claims", CLAIM),
    "sweeps": _register("sweeps", SWEEP),
    "audits": _register(
        "facts",
        Shape(
            "audited_facts",
            ("evidence_id", "fact", "source", "verdict", "note"),
            names=("evidence_id",),
        ),
        "audit",
        "audited_on",
    ),
    "codings": _register("codings", CODING),
    "sectors.yaml": _register("sectors", SECTOR),
    "countries.yaml": _register(
        "countries",
        Shape(
            "countries",
            (
                "country",
                "alpha2",
                "iso_numeric",
                "cow_code",
                "gw_code",
                "name",
                "region",
                "subregion",
            ),
            names=("country",),
        ),
    ),
    "memberships.yaml": _register(
        "memberships",
        Shape(
            "memberships",
            ("country", "member_from", "member_to"),
            names=("country",),
        ),
        "union_country",
    ),
    "distinct.yaml": _register(
        "distinct",
        Shape(
            "distinct_pairs",
            ("agreement", "other", "reason"),
            names=("agreement", "other"),
        ),
    ),
    "redirects.yaml": _register(
        "redirects",
        Shape(
            "redirects",
            ("table_name", "old_id", "new_id", "reason"),
            names=("table_name", "old_id"),
        ),
    ),
    "codes.yaml": _register(
        "codes",
        Shape(
            "",
            ("table_name", "field"),
            names=("table_name", "field"),
            passes=("table_name", "field"),
            lists={"values": Shape("codes", ("code", "definition"), names=("code",))},
        ),
    ),
}


def tables(shape: Shape) -> tuple[str, ...]:
    """The tables that a record of this shape fills, evidence left out."""
    below = chain.from_iterable(tables(item) for item in shape.lists.values())
    return (*((shape.table,) if shape.table else ()), *below)
