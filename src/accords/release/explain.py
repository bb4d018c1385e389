"""Gives each change of a release its reason and the evidence that moved it, and says which have
none.

A reason comes from, in this order: an entry under records/releases/<version>/reasons/; the redirect
of the record's id; the evidence itself, where it is new and supports exactly the fact that was
added or filled in. Evidence shares the reason of the fact that it speaks of. Rows that come with a
new record, and rows that are no facts (pages, searches, definitions), owe none when added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from accords.diff import Diff
from accords.diff_changes import change_rows
from accords.diff_read import Cells, Release
from accords.history import FOLDER
from accords.problems import Problem
from accords.release.reasons import Reason, path_of, places

Fact = tuple[str, str, str]  # the record's table, its id, the path within it

_MOVED = ("correction", "new_evidence", "world_changed")  # by a page
_OF_REDIRECT = ("merged", "split", "withdrawn")  # any other redirect is a renaming: recoded


def explain(
    diff: Diff, old: Release, new: Release, reasons: list[Reason]
) -> tuple[list[Cells], list[Problem]]:
    """The rows of the table `changes` for a diff, explained, and what is left to explain."""
    rows = change_rows(diff)
    finder = _Finder(rows, old, new, reasons)
    problems: list[Problem] = []
    # Facts first: their evidence shares their reasons.
    for row in sorted(rows, key=lambda row: row["table_name"] == "evidence"):
        problems += finder.explain(row)
    problems += [fault for entry in reasons for fault in _unused(entry)]
    return rows, problems


class _Finder:
    def __init__(
        self, rows: list[Cells], old: Release, new: Release, reasons: list[Reason]
    ) -> None:
        self._version, self._reasons = new.version, reasons
        self._evidence = {
            row["evidence_id"] or "": row
            for release in (old, new)
            for row in release.rows["evidence"]
        }
        self._by_fact: dict[Fact, list[Cells]] = {}
        self._by_record: dict[tuple[str, str], list[Cells]] = {}
        for row in new.rows["evidence"]:
            fact = _fact_of_evidence(row)
            self._by_fact.setdefault(fact, []).append(row)
            self._by_record.setdefault(fact[:2], []).append(row)
        added = [row for row in rows if row["action"] == "added"]
        self._new_evidence = {row["record_id"] for row in added if row["table_name"] == "evidence"}
        self._new_records = {
            (row["table_name"], row["record_id"]) for row in added if not row["item_id"]
        }
        # Old ids of rows that are gone, new ids of those whose key changed.
        self._redirects = {
            (action, row["table_name"], row[name]): row["reason"] or ""
            for row in new.rows["redirects"]
            for action, name in (("removed", "old_id"), ("changed", "new_id"))
        }
        self._renamed = {
            (row["old_id"], row["new_id"]): row["reason"] or "" for row in new.rows["redirects"]
        }
        self._keys = {name: table.primary_key for name, table in new.schemas.items()}
        self._explained: dict[Fact, str] = {}

    def explain(self, row: Cells) -> Iterator[Problem]:
        """Fill in the reason of one change; a problem where it owes one and has none."""
        fact = self._fact(row)
        owner, record_id, _ = fact
        of_new_record = row["action"] == "added" and (owner, record_id) in self._new_records
        if of_new_record or self._is_no_fact(row, owner):
            return
        if entry := self._entry(fact):
            entry.used |= {path for path in entry.paths or [""] if _below(fact[2], path)}
            yield from _misfits(row, entry)
            row["reason"] = entry.reason
            row["reported_on"], row["note"] = entry.reported_on or None, entry.note or None
            yield from self._cite(row, fact, entry)
        else:
            row["reason"] = self._inferred(row, fact)
            row["evidence_id"] = self._moved_by(row, fact)
        if row["reason"]:
            self._explained[fact] = row["reason"]
        else:
            yield self._unexplained(row, fact)

    def _fact(self, row: Cells) -> Fact:
        record_id = row["record_id"] or ""
        if row["table_name"] == "evidence":
            return _fact_of_evidence(self._evidence[record_id])
        return _fact(row["table_name"], record_id, row["item_id"], row["field"])

    def _is_no_fact(self, row: Cells, owner: str) -> bool:
        return row["action"] == "added" and (owner, row["table_name"]) not in _FACT_TABLES

    def _entry(self, fact: Fact) -> Reason | None:
        found = [(close, entry) for entry in self._reasons if (close := entry.covers(*fact))]
        return max(found, key=lambda item: item[0])[1] if found else None

    def _cite(self, row: Cells, fact: Fact, entry: Reason) -> Iterator[Problem]:
        """The evidence of the page that an entry names: of the fact itself; of its record where the
        fact has none, since it is gone or owes none."""
        if not entry.source:
            row["evidence_id"] = self._moved_by(row, fact)
            if entry.reason in _MOVED and not row["evidence_id"]:
                advice = "add source: the page that moved it"
                rule = "what moved a value is named"
                yield Problem(entry.file, entry.line, "source", "/".join(fact), rule, advice)
            return
        for found in self._by_fact.get(fact) or self._by_record.get(fact[:2], []):
            if found["source_id"] == entry.source:
                row["evidence_id"] = found["evidence_id"]
                return
        rule = f"the page that moved {fact[2] or fact[1]} is in its evidence"
        advice = f"name {entry.source} in the evidence of {fact[1]}, or another source here"
        yield Problem(entry.file, entry.line, "source", entry.source, rule, advice)

    def _inferred(self, row: Cells, fact: Fact) -> str | None:
        owner, record_id, _ = fact
        redirect = self._redirects.get((row["action"] or "", owner, record_id))
        # A key also changes where it names, or is made of, an id that was renamed elsewhere.
        pair = (row["old_value"], row["new_value"])
        if redirect is None and row["action"] == "changed":
            redirect = self._renamed.get(pair)
        if redirect is None and row["field"] == "evidence_id":
            redirect = ""
        in_key = row["field"] is None or row["field"] in self._keys[row["table_name"] or ""]
        if redirect is not None and in_key:
            return next((code for code in _OF_REDIRECT if code in redirect), "recoded")
        filled = row["action"] == "changed" and row["old_value"] is None
        if row["table_name"] == "evidence":
            shared = (self._explained[at] for at in _above(fact) if at in self._explained)
            alone = "new_evidence" if row["action"] == "added" else "recoded" if filled else None
            return next(shared, alone)
        if row["action"] == "added" or filled:
            if self._moved_by(row, fact):
                return "new_evidence"
            # What older evidence said already, and the first coding had left out.
            return "recoded" if fact in self._by_fact or row["action"] == "added" else None
        return None

    def _moved_by(self, row: Cells, fact: Fact) -> str | None:
        """The first evidence that is new and supports the fact."""
        if row["table_name"] == "evidence":
            return row["record_id"] if row["action"] != "removed" else None
        for found in self._by_fact.get(fact, []):
            if found["evidence_id"] in self._new_evidence and found["stance"] == "supports":
                return found["evidence_id"]
        return None

    def _unexplained(self, row: Cells, fact: Fact) -> Problem:
        owner, record_id, path = fact
        place = f"records/{FOLDER}/{self._version}/reasons"
        said = row["action"] or ""
        if said == "changed":
            said = f"{row['old_value'] or '(empty)'} is now {row['new_value'] or '(empty)'}"
        advice = f"add an entry: table_name: {owner}, record_id: {record_id}, reason: ..." + (
            f", paths: [{path}]" if path else ""
        )
        of = "evidence on " if row["table_name"] == "evidence" else ""
        value = f"{of}{owner} {record_id}: {said}"
        return Problem(place, 0, path, value, "each change says why", advice)


def _below(path: str, above: str) -> bool:
    return not above or path == above or path.startswith(f"{above}/")


def _unused(entry: Reason) -> Iterator[Problem]:
    """The paths of an entry, or the entry, that no change needs."""
    for path in entry.paths or [""]:
        if path not in entry.used:
            value = " ".join(part for part in (entry.table, entry.record_id, path) if part)
            rule, advice = "each entry explains a change", "it explains none: delete it"
            yield Problem(entry.file, entry.line, "reasons", value, rule, advice)


def _misfits(row: Cells, entry: Reason) -> Iterator[Problem]:
    """A value that changed was not withdrawn, merged or split."""
    if row["action"] == "changed" and entry.reason in _OF_REDIRECT:
        rule, advice = "a reason that fits a changed value", "say why the value is another"
        yield Problem(entry.file, entry.line, "reason", entry.reason, rule, advice)


def _fact(table: str | None, record_id: str, item_id: str | None, field: str | None) -> Fact:
    owner, path = path_of(table or "", item_id or "", field or "")
    return owner, record_id, path


def _fact_of_evidence(row: Cells) -> Fact:
    return _fact(row["table_name"], row["record_id"] or "", row["item_id"], row["field"])


def _above(fact: Fact) -> Iterable[Fact]:
    """A fact and those it belongs to: its row, its record."""
    owner, record_id, path = fact
    yield fact
    while "/" in path:
        path = path.rpartition("/")[0]
        yield owner, record_id, path
    yield owner, record_id, ""


# (table of the record, table) of all rows that are facts, or evidence of them
_FACT_TABLES = {
    (place.owner, table)
    for table, place in places().items()
    if place.owner in ("agreements", "events", "claims")
} | {(owner, "evidence") for owner in ("agreements", "events", "claims")}
