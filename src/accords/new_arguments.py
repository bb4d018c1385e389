"""What `accords new` takes. Apart from the work itself, so that help needs no YAML."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path


def add_new_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `accords new` takes."""
    kinds = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    source = kinds.add_parser("source", help="register a page that you read; prints its source_id")
    source.add_argument("--publisher", required=True, help="the publisher's name in Latin letters")
    source.add_argument("--publisher-kind", required=True, help="official, wire, press, ...")
    source.add_argument("--language", required=True, help="language of the page, BCP 47: en, ko")
    source.add_argument("--url", required=True, help="the address of the page as read")
    source.add_argument("--title", required=True, help="the page's own title")
    source.add_argument("--published-on", help="day it was published, YYYY-MM-DD")
    source.add_argument("--accessed-on", default=date.today().isoformat(), help="default: today")
    source.add_argument("--access", default="live", help="live, archived or stored_copy")
    source.add_argument("--archived-url", help="address of the archived copy that was read")
    source.add_argument("--relays", help="source_id of the release or wire that it repeats")
    source.add_argument("--short", help="two to six words for the id; default: of the title")
    source.add_argument("--id", help="the whole source_id, to choose it yourself")

    party = kinds.add_parser("party", help="register a party; prints its party_id")
    party.add_argument("id", help="country and short name: can-ised, jpn-meti, eue-commission")
    party.add_argument("--country", help="ISO 3166-1 alpha-3; left out for organisations of states")
    party.add_argument("--name", required=True, help="name in English")
    party.add_argument("--name-original", help="name in the original language")
    party.add_argument("--kind", required=True, help="government, ministry, agency, company, ...")
    party.add_argument("--subdivision", help="ISO 3166-2, for sub-national parties: CA-QC")
    party.add_argument("--parent", help="party_id of the body it belongs to")
    party.add_argument("--wikidata-id", help="checked Wikidata item: Q1234")

    agreement = kinds.add_parser("agreement", help="start a record from a commented template")
    agreement.add_argument("id", help="countries, topic, year: can-kor-future-mobility-2026")
    event = kinds.add_parser("event", help="start a record from a commented template")
    event.add_argument("id", help="date and a few words: 2026-01-28-signing-of-the-mou")

    for command in (source, party, agreement, event):
        command.add_argument("--records", type=Path, default=Path("records"), help="records folder")
