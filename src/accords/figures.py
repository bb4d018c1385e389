"""The figures of the methodology: how much there is, where from, and how much may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from accords.check import Frames
from accords.codebook import cell
from accords.completeness import FEWEST, capture_recapture, in_first_release, on_lists
from accords.dataset import Dataset
from accords.reliability import Agreement, reliability, reliability_again
from accords.rules_base import parties_proper, roots


def figures_markdown(data: Dataset) -> str:
    """All figures as Markdown."""
    frames = data.frames
    parts = [
        ("Agreements by year of signing, else of announcement", _by_year(frames)),
        ("Agreements by sector (an agreement may have several)", _by_sector(frames)),
        ("Agreements by country of a party, the most frequent", _by_country(frames)),
        ("Pages by kind and language of their publisher", _sources(frames)),
        ("Evidence of an agreement", _evidence(frames)),
        ("Lists against which coverage is held", _lists(frames)),
        (
            "Discovery: agreements in scope that each hundred searches showed first",
            _discovery(frames),
        ),
        ("Completeness: capture and recapture", _completeness(frames)),
        ("Reliability: a random tenth coded twice", _agreement(reliability(frames))),
        ("Audit: facts read back by one who had not coded them", _audits(frames)),
        (
            "Reliability: a part coded again by the sharpened manual",
            _agreement(reliability_again(frames)),
        ),
    ]
    return "".join(f"\n### {title}\n\n{body}" for title, body in parts)


def _table(header: list[str], rows: Any) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _by_year(frames: Frames) -> str:
    agreements = frames["agreements"]
    years = agreements.signed_earliest.fillna(agreements.announced_earliest).dt.year
    return _table(["year", "agreements"], sorted(years.value_counts().items()))


def _by_sector(frames: Frames) -> str:
    return _table(["sector", "agreements"], roots(frames).root.value_counts().items())


def _by_country(frames: Frames) -> str:
    parties = parties_proper(frames)
    by = parties.groupby("country").agreement_id.nunique().sort_values(ascending=False)
    top = _table(["country", "agreements"], by.head(25).items())
    return f"{top}\nParties come from {len(by)} countries in all (the European Union among them).\n"


def _sources(frames: Frames) -> str:
    sources = frames["sources"]
    kinds = _table(["kind", "pages"], sources.publisher_kind.value_counts().items())
    languages = _table(["language", "pages"], sources.language.value_counts().head(12).items())
    return f"{kinds}\n{languages}"


def _evidence(frames: Frames) -> str:
    overview, evidence = frames["overview"], frames["evidence"]
    kinds = evidence.merge(frames["sources"][["source_id", "publisher_kind"]], on="source_id")
    official = kinds.record_id[kinds.publisher_kind == "official"]
    n = len(overview)
    rows = [
        ("two or more independent publishers", (overview.n_voices >= 2).sum()),
        ("an official page", overview.agreement_id.isin(official).sum()),
        ("one page only", (overview.n_sources == 1).sum()),
        ("a page that contradicts a fact", (overview.n_contradictions > 0).sum()),
        ("a public text", (frames["agreements"].text_public == "yes").sum()),
        ("a later search for what became of it", frames["agreements"].follow_up_checked_on.count()),
    ]
    shown = [(name, f"{count:,}", f"{count / n:.0%}") for name, count in rows]
    return _table(["agreements with", "number", "share"], shown)


def _lists(frames: Frames) -> str:
    """Of each list: its items, those coded, those out of scope, and those that are left."""
    items = frames["list_items"]
    coded = items.agreement_id.notna().groupby(items.list_id).sum()
    outside = (items.in_scope == "no").groupby(items.list_id).sum()
    total = items.groupby("list_id").size()
    rows: list[tuple[Any, ...]] = [
        (
            cell(row.title),
            "" if pd.isna(row.as_of) else row.as_of.date(),
            total[row.list_id],
            coded[row.list_id],
            outside[row.list_id],
            left := total[row.list_id] - coded[row.list_id] - outside[row.list_id],
            _share(coded[row.list_id], coded[row.list_id] + left),
        )
        for row in frames["lists"].itertuples()
        if row.list_id in total
    ]
    sums = [sum(row[column] for row in rows) for column in range(2, 6)]
    rows.append(("all lists", "", *sums, _share(sums[1], sums[1] + sums[3])))
    header = ["list", "as of", "items", "coded", "out of scope", "left", "share coded"]
    return _table(header, rows)


def _share(part: int, whole: int) -> str:
    """The share of what is in scope, as far as known; nothing where there is none."""
    return f"{part / whole:.0%}" if whole else ""


def _discovery(frames: Frames) -> str:
    sweeps = frames["sweeps"].sort_values(["searched_at", "sweep_id"]).reset_index(drop=True)
    order = dict(zip(sweeps.sweep_id, sweeps.index, strict=True))
    found = frames["sweep_agreements"].assign(at=lambda frame: frame.sweep_id.map(order))
    first = found.groupby("agreement_id")["at"].min() // 100
    shown = found.groupby(found["at"] // 100).agreement_id.nunique()
    rows = [
        (f"{100 * block + 1} to {min(100 * (block + 1), len(sweeps))}", shown[block], new)
        for block, new in sorted(first.value_counts().items())
    ]
    return _table(["searches", "agreements shown", "of these for the first time"], rows)


def _audits(frames: Frames) -> str:
    audited = frames["audited_facts"]
    counts = audited.groupby(["audit", "verdict"]).size().unstack(fill_value=0)
    names = ["right", "wrong", "not_found"]
    counts = counts.reindex(columns=names, fill_value=0)
    totals = _table(
        ["audit", "right", "wrong", "page not read again"],
        [(audit, *row) for audit, row in zip(counts.index, counts.to_numpy(), strict=True)],
    )
    rows = [
        tuple(cell("" if pd.isna(part) else part) for part in (fact, verdict, note))
        for fact, verdict, note in zip(audited.fact, audited.verdict, audited.note, strict=True)
    ]
    lines = [["fact", "verdict", "what the page says"], ["---"] * 3, *rows]
    return totals + "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _agreement(found: Iterable[Agreement]) -> str:
    rows = [
        (name, n, f"{agree:.0%}", f"{alpha:.2f}", f"{low:.2f} to {high:.2f}")
        for name, n, agree, alpha, (low, high) in found
    ]
    return _table(["attribute", "agreements", "agree", "alpha", "95 % interval"], rows)


def _completeness(frames: Frames) -> str:
    header = ["sector", "first way", "random searches", "both", "estimate", "95 % interval"]
    parts = []
    for title, first in (
        ("First way: named on a list", on_lists(frames)),
        ("First way: in the first release", in_first_release(frames)),
    ):
        rows = [
            (name, a, b, both, f"{n:,.0f}", f"{low:,.0f} to {high:,.0f}")
            if both >= FEWEST
            else (name, a, b, both, "", "too few in both")
            for name, a, b, both, n, (low, high) in capture_recapture(frames, first)
        ]
        parts.append(f"{title}.\n\n{_table(header, rows)}")
    return "\n".join(parts)
