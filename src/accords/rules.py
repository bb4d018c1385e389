"""The rules that a Table Schema can't say: a flat list of functions, each a few lines over whole
frames (rules_agreements.py, rules_facts.py), each with its text beside it, stated here once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from accords import rules_agreements as agreements
from accords import rules_facts as facts
from accords.check import Frames, Violation
from accords.rules_base import Found
from accords.schema import Schemas


@dataclass(frozen=True)
class Rule:
    """A named rule: the function that finds what breaks it, and its text."""

    find: Callable[[Frames, Schemas], Found]
    text: str
    needs_all: bool = False  # can be judged only where every record was read
    # Columns whose fault in a record says all that this rule would say of the record again.
    follows: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.find.__name__


RULES = (
    Rule(agreements.edtf_days, "a date of the calendar in EDTF"),
    Rule(agreements.dates_in_order, "signed before in force before ended"),
    Rule(agreements.dated, "an agreement has a date of signing or announcement"),
    Rule(agreements.in_period, "an agreement of 2015 or later", needs_all=True),
    Rule(agreements.published_before_read, "a page is published before it is read"),
    Rule(agreements.archived_address, "an archived page has the address of its archive"),
    Rule(
        agreements.two_countries,
        "the parties come from two countries",
        needs_all=True,
        follows=("agreement_parties.party_id", "agreement_parties.role"),
    ),
    Rule(
        agreements.one_public_party,
        "at least one party is public",
        needs_all=True,
        follows=("agreement_parties.party_id", "agreement_parties.role"),
    ),
    Rule(
        agreements.one_primary_sector,
        "an agreement has a primary sector",
        follows=("agreement_sectors.is_primary",),
    ),
    Rule(
        agreements.texts_agree,
        "text_public agrees with texts",
        follows=("agreements.text_public", "agreements.text_checked_on"),
    ),
    Rule(
        agreements.amounts_have_units,
        "an amount has a currency or a unit",
        follows=("provisions.amount",),
    ),
    Rule(agreements.relation_to_another, "a relation joins two agreements"),
    Rule(agreements.no_cycles, "a chain of references ends"),
    Rule(facts.evidence_owner, "evidence points at a row and column that exist"),
    Rule(facts.evidenced, "no evidence, no fact"),
    Rule(facts.claim_made, "a claim is made by someone about an agreement"),
    Rule(facts.list_item_settled, "an item of a list is coded or explained"),
    Rule(
        agreements.subdivision_of_country,
        "a subdivision lies in the party's country",
        needs_all=True,
    ),
    Rule(agreements.party_has_country, "a party has a country"),
    Rule(facts.codes_defined, "a definition belongs to a code of the schemas"),
    Rule(facts.redirect_leads, "a redirect leads from an unused id to one in use", needs_all=True),
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


FOLLOWS = {rule.text: rule.follows for rule in RULES if rule.follows}
