"""How many instruments there may be: capture and recapture from two ways of discovery.

The second way is the searches whose country, sector and year were drawn at random: the
instruments that pages other than lists showed. The first is either the instruments named on lists,
or all that the first release held, which was found without these searches. The estimator is
Chapman's,
N = (a + 1)(b + 1) / (both + 1) - 1, its interval the one of Sadinle (2009,
doi:10.1080/03610910903168595), on the logit scale, which keeps its coverage where `both` is small.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, sqrt

from accords.check import Frames
from accords.rules_base import roots

_Z = 1.959963984540054  # the normal quantile of 97.5 %


FEWEST = 7  # in both ways, for an estimate that is nearly free of bias (Robson and Regier 1964)


def on_lists(frames: Frames) -> set[str]:
    """The agreements that lists name."""
    return set(frames["list_items"].agreement_id.dropna())


def in_first_release(frames: Frames) -> set[str]:
    """The agreements that no later release added."""
    changes = frames["changes"]
    added = changes[(changes.table_name == "agreements") & (changes.action == "added")]
    return set(frames["agreements"].agreement_id) - set(added.record_id)


def capture_recapture(
    frames: Frames, first: set[str]
) -> Iterator[tuple[str, int, int, int, float, tuple[float, float]]]:
    """For all and by root sector: its name, the numbers of both ways and of both at once, the
    estimate and its interval of 95 %. Nothing where no search was drawn at random."""
    sweeps = frames["sweeps"]
    drawn = set(sweeps.sweep_id[sweeps.sampling == "random"])
    links = frames["sweep_agreements"]
    shown = set(links.agreement_id[links.sweep_id.isin(drawn)])
    if not shown:
        return
    of = roots(frames).groupby("root").agreement_id.agg(set)
    for name, own in [("all", first | shown), *sorted(of.items())]:
        a, b, both = len(first & own), len(shown & own), len(first & shown & own)
        yield name, a, b, both, *chapman(a, b, both)


def chapman(a: int, b: int, both: int) -> tuple[float, tuple[float, float]]:
    """Chapman's estimate from the numbers found by each of two ways and by both, and its interval
    of 95 %."""
    estimate = (a + 1) * (b + 1) / (both + 1) - 1
    only_a, only_b = a - both + 0.5, b - both + 0.5
    spread = _Z * sqrt(
        1 / (both + 0.5) + 1 / only_a + 1 / only_b + (both + 0.5) / (only_a * only_b)
    )
    ratio = only_a * only_b / (both + 0.5)
    seen = a + b - both - 0.5
    return estimate, (seen + ratio * exp(-spread), seen + ratio * exp(spread))
