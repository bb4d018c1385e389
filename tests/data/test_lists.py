"""Every item of every list is coded, or it is said why not and whether it is in scope."""

from __future__ import annotations

import re

import pandas as pd

import accords

# How the scope of a list says that its items are not those that it counts.
_OTHER_COUNT = re.compile(r"\b(part|names? one of|states? seven|states? fourteen)\b")


def test_every_item_is_settled() -> None:
    items = accords.load("list_items")
    coded = items.agreement_id.notna()
    explained = items.reason_out.notna() & items.in_scope.notna()
    assert (coded ^ explained).all()


def test_a_reason_is_for_users() -> None:
    """Not a note from one coder to another."""
    reasons = accords.load("list_items").reason_out.dropna()
    notes = reasons[reasons.str.contains(r"coder|another hand|by others|todo", case=False)]
    assert notes.tolist() == []


def test_there_are_lists_enough() -> None:
    lists = accords.load("lists")
    assert len(lists) >= 25
    sources = accords.load("sources").set_index("source_id")
    assert sources.url.reindex(lists.source_id).notna().all()


def test_items_are_as_many_as_the_list_counts() -> None:
    """Or the scope says that they are another number, and why."""
    lists = accords.load("lists").set_index("list_id")
    found = accords.load("list_items").groupby("list_id").size()
    counted = lists[lists.stated_count.notna()]
    other = counted[counted.stated_count != found.reindex(counted.index)]
    unsaid = [key for key, scope in other.scope.items() if not _OTHER_COUNT.search(scope)]
    assert unsaid == []


def test_what_is_in_scope_and_left_is_the_smaller_part() -> None:
    items = accords.load("list_items")
    left = (items.in_scope == "yes").sum()
    assert left < 0.2 * pd.notna(items.agreement_id).sum()
