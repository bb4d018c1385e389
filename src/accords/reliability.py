"""How far two codings of one random tenth agree, attribute by attribute.

Percent agreement is the share of agreements whose values are the same (for sets: all of them).
Krippendorff's alpha is that of the library `krippendorff`: with nominal distance for single values,
with Jaccard distance for sets (as Passonneau 2006 weighs partial agreement of sets). Its interval
is the percentile bootstrap of scipy, agreements drawn with replacement.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
from scipy.stats import bootstrap

from accords.check import Frames

# As published -> the attributes it is made of; the date is that of signing, else of announcement.
ATTRIBUTES = {
    "date": ("signed_on", "announced_on"),
    "year": ("signed_on", "announced_on"),
    "parties": ("party",),
    "sectors": ("sector",),
    "main sectors": ("primary_sector",),
    "type": ("instrument_type",),
    "status": ("status",),
    "binding": ("binding",),
    "provisions (types)": ("provision_type",),
}
_DRAWS, _SEED = 200, 2026
_Set = frozenset[str]


_AGAIN = ("date", "provisions (types)")  # coded again by the sharpened manual
Agreement = tuple[str, int, float, float, tuple[float, float]]


def reliability(frames: Frames) -> Iterator[Agreement]:
    """Of the first and the second coding: attribute, number of agreements, share that agree,
    alpha, and its interval of 95 %."""
    return _compare(frames["codings"], ("first", "second"), tuple(ATTRIBUTES))


def reliability_again(frames: Frames) -> Iterator[Agreement]:
    """The same of the third and the fourth coding, made by the sharpened manual."""
    return _compare(frames["codings"], ("third", "fourth"), _AGAIN)


def _compare(
    codings: pd.DataFrame, names: tuple[str, str], attributes: tuple[str, ...]
) -> Iterator[Agreement]:
    codings = codings[codings.coding.isin(names)]
    if codings.empty:
        return
    for name in attributes:
        sets = _sets(codings, name, names)
        pairs = list(zip(*(sets[coding] for coding in names), strict=True))
        agree = sum(one == other for one, other in pairs) / len(pairs)
        alpha, low, high = _alpha(pairs)
        yield name, len(pairs), agree, alpha, (low, high)


def _sets(codings: pd.DataFrame, name: str, names: tuple[str, str]) -> pd.DataFrame:
    """One row an agreement: its set of values in each coding."""
    values = codings[codings.attribute.isin(ATTRIBUTES[name])]
    if name == "year":
        values = values.assign(value=values.value.str[:4])
    sets = values.groupby(["agreement_id", "coding"]).value.agg(frozenset).unstack()
    sets = sets.reindex(index=sorted(set(codings.agreement_id)), columns=list(names))
    return sets.map(lambda found: found if isinstance(found, frozenset) else _Set())


def _alpha(pairs: list[tuple[_Set, _Set]]) -> tuple[float, float, float]:
    domain = sorted({found for pair in pairs for found in pair}, key=sorted)
    place = {found: at for at, found in enumerate(domain)}
    counts = np.zeros((len(pairs), len(domain)))
    for row, pair in enumerate(pairs):
        for found in pair:
            counts[row, place[found]] += 1
    distances = np.array([[_jaccard(one, other) for other in domain] for one in domain])

    def alpha(rows: Any) -> float:
        drawn = counts[rows.astype(int)]
        present = drawn.any(axis=0)
        if present.sum() < 2:
            return 1.0  # one value throughout: nothing to disagree on
        own = distances[np.ix_(present, present)]

        def metric(v1: Any, v2: Any, i1: Any, i2: Any, n_v: Any, dtype: Any = float) -> Any:
            return own[i1, i2]

        found = krippendorff.alpha(value_counts=drawn[:, present], level_of_measurement=metric)
        return float(found)

    rows = np.arange(len(pairs))
    found = bootstrap(
        (rows,), alpha, n_resamples=_DRAWS, method="percentile", vectorized=False, rng=_SEED
    )
    interval = found.confidence_interval
    return alpha(rows), float(interval.low), float(interval.high)


def _jaccard(one: _Set, other: _Set) -> float:
    """Share of the values of both that only one has; for single values 0 or 1."""
    return 1 - len(one & other) / len(one | other) if one | other else 0.0
