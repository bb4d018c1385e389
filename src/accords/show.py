"""An agreement as lines for a person to read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

_DATES = ("announced_on", "signed_on", "in_force_on", "ended_on")


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The agreement that `accords.agreement` returns, as lines of at most 100 characters where its
    words allow."""
    yield f"{found['title']}  [{found['agreement_id']}]"
    dates = [f"{name[:-3].replace('_', ' ')} {found[name]}" for name in _DATES if found[name]]
    kind = found["instrument_type"].replace("_", " ")
    yield f"{kind}, {found['status'].replace('_', ' ')}; {'; '.join(dates)}"
    yield ""
    yield from textwrap.wrap(found["summary"], 98)
    yield from _section("Parties", map(_party, found["parties"]))
    sectors = (
        item["sector_id"] + ("" if item["is_primary"] else " (also)") for item in found["sectors"]
    )
    yield from _section("Sectors", [", ".join(sectors)])
    provisions = (f"{item['provision_type']}: {item['detail']}" for item in found["provisions"])
    yield from _section("Provisions", provisions)
    relations = (
        f"{r['agreement_id']} {r['relation']} {r['related_id']}" for r in found["relations"]
    )
    yield from _section("Relations", relations)
    yield from _section("Texts", (item["url"] for item in found["texts"]))
    events = (f"{event['happened_on']:<10}  {event['title']}" for event in found["events"])
    yield from _section("Timeline", events)
    claims = (f"{item['verdict']}: {item['statement']}" for item in found["claims"])
    yield from _section("Claims", claims)
    yield from _section("Evidence", map(_evidence, found["evidence"]))


def history_lines(found: dict[str, Any]) -> Iterator[str]:
    """The history that `accords.since.since` returns, as lines."""
    yield f"{found['agreement_id']}: since {found['since'] or 'no release yet'}"
    facts = (
        f"since {item['since'] or 'no release yet'}  "
        + " ".join(item[name] for name in ("table_name", "item_id", "field") if item[name])
        for item in found["facts"]
    )
    yield from _section("Facts", facts)
    yield from _section("Changes", map(_change, found["changes"]))


def _change(item: dict[str, Any]) -> str:
    what = " ".join(
        str(item[name]) for name in ("table_name", "item_id", "field") if item[name] is not None
    )
    moved = "taken out"
    if item["action"] == "changed":
        moved = f"{item['old_value'] or '(empty)'} became {item['new_value'] or '(empty)'}"
    why = ": ".join(part for part in (item["reason"], item["note"]) if part)
    return f"{item['release']} ({item['released_on']})  {what}: {moved}; {why}"


def _section(title: str, items: Any) -> Iterator[str]:
    items = list(items)
    if items:
        yield ""
        yield title
        for item in items:
            yield from textwrap.wrap(
                item, 98, initial_indent="  ", subsequent_indent="    ", break_long_words=False
            )


def _party(party: dict[str, Any]) -> str:
    persons = ", ".join(
        person["person_name"] + (f" ({person['person_title']})" if person["person_title"] else "")
        for person in party["signatories"]
    )
    where = f" [{party['country']}]" if party["country"] else ""
    return f"{party['name']}{where}, {party['role']}" + (f": {persons}" if persons else "")


def _evidence(item: dict[str, Any]) -> str:
    fact = "/".join(part for part in (item["table_name"], item["item_id"], item["field"]) if part)
    stated = f" = {item['stated_value']}" if item["stated_value"] else ""
    source = item["source"]
    return f"{item['stance']} {fact}{stated}: {source['publisher']}, {source['url']}"
