"""One instrument is one row."""

from __future__ import annotations

import difflib
from itertools import combinations

import pandas as pd

import accords

DAYS = 45
ALIKE = 0.75  # of titles, by difflib's ratio


def suspicious_pairs() -> set[tuple[str, str]]:
    """Agreements of the same countries, dated within 45 days, of close titles or the same type
    and primary sectors."""
    agreements = accords.load("agreements").set_index("agreement_id")
    day = agreements.signed_earliest.fillna(agreements.announced_earliest)
    sectors = accords.load("agreement_sectors")
    primary = sectors[sectors.is_primary].groupby("agreement_id").sector_id.agg(frozenset)
    found = set()
    for countries, group in accords.load("overview").groupby("countries", dropna=True):
        if ";" not in countries:
            continue
        for one, other in combinations(sorted(group.agreement_id), 2):
            near = abs(day[one] - day[other]) <= pd.Timedelta(days=DAYS)
            titles = (agreements.title[one].lower(), agreements.title[other].lower())
            alike = difflib.SequenceMatcher(None, *titles).ratio() >= ALIKE
            same = (
                primary[one] == primary[other]
                and agreements.instrument_type[one] == agreements.instrument_type[other]
            )
            if near and (alike or same):
                found.add((one, other))
    return found


def test_suspicious_pairs_are_marked_as_distinct() -> None:
    marked = accords.load("distinct_pairs")
    known = set(zip(marked.agreement_id, marked.other_id, strict=True))
    unmarked = suspicious_pairs() - known
    assert unmarked == set(), "merge them, or put them into records/distinct.yaml with the reason"


def test_distinct_pairs_are_in_order() -> None:
    marked = accords.load("distinct_pairs")
    assert (marked.agreement_id < marked.other_id).all()


def test_parties_have_one_id() -> None:
    """Two parties of one country and one name would be one body under two ids."""
    parties = accords.load("parties")
    twice = parties[parties.duplicated(["country", "name", "subdivision"], keep=False)]
    assert twice.party_id.tolist() == []
