"""Reliability and completeness, against values known from elsewhere."""

from __future__ import annotations

import krippendorff
import pandas as pd
import pytest

from accords.completeness import capture_recapture, chapman, in_first_release, on_lists
from accords.reliability import ATTRIBUTES, reliability, reliability_again

# Two coders, ten units; the codes are letters.
FIRST, SECOND = "aabbccddee", "aabbccddea"


def codings(
    attribute: str, first: list[str], second: list[str], names: tuple[str, str]
) -> pd.DataFrame:
    """Values of agreements `0`, `1`, ...; a cell holds several joined by a blank."""
    rows = [
        (f"{number:02}", name, attribute, value)
        for name, cells in zip(names, (first, second), strict=True)
        for number, cell in enumerate(cells)
        for value in cell.split()
    ]
    return pd.DataFrame(rows, columns=["agreement_id", "coding", "attribute", "value"])


def measured(frame: pd.DataFrame) -> dict[str, tuple[int, float, float, tuple[float, float]]]:
    return {name: tuple(rest) for name, *rest in reliability({"codings": frame})}  # type: ignore[misc]


def test_single_values_have_nominal_alpha() -> None:
    frame = codings("instrument_type", list(FIRST), list(SECOND), ("first", "second"))
    n, agree, alpha, (low, high) = measured(frame)["type"]
    numbers = [[ord(code) for code in row] for row in (FIRST, SECOND)]
    expected = krippendorff.alpha(reliability_data=numbers, level_of_measurement="nominal")
    assert (n, agree) == (10, 0.9)
    assert alpha == pytest.approx(expected)
    assert low < alpha <= high <= 1


def test_sets_have_alpha_with_jaccard_distance() -> None:
    """By hand: the pairs differ by 0, 1/2 and 0; the distances of all values to one another are
    {a}-{a b}: 1/2, {a}-{c}: 1, {a b}-{c}: 1."""
    frame = codings("sector", ["a", "a", "c"], ["a", "a b", "c"], ("first", "second"))
    n, agree, alpha, _ = measured(frame)["sectors"]
    observed = 2 * 0.5 / 6  # both orders of the one pair that differs, over the six values
    # values: {a} three times, {a b} once, {c} twice
    expected = 2 * (3 * 1 * 0.5 + 3 * 2 * 1 + 1 * 2 * 1) / (6 * 5)
    assert (n, agree) == (3, pytest.approx(2 / 3))
    assert alpha == pytest.approx(1 - observed / expected)


def test_nothing_coded_by_both_is_agreement() -> None:
    frame = codings("instrument_type", list(FIRST), list(SECOND), ("first", "second"))
    assert measured(frame)["provisions (types)"][:3] == (10, 1.0, 1.0)


def test_a_date_agrees_on_its_year() -> None:
    frame = codings("signed_on", ["2024-05", "2023"], ["2024-05-12", "2023"], ("first", "second"))
    found = measured(frame)
    assert (found["date"][1], found["year"][1]) == (0.5, 1.0)


def test_the_later_codings_are_compared_apart() -> None:
    first = codings("signed_on", ["2023", "2024"], ["2022", "2021"], ("first", "second"))
    later = codings("signed_on", ["2023", "2024"], ["2023", "2024"], ("third", "fourth"))
    found = list(reliability_again({"codings": pd.concat([first, later])}))
    assert [(name, agree) for name, _, agree, *_ in found] == [
        *(("date", 1.0), ("provisions (types)", 1.0)),
    ]
    assert set(measured(pd.concat([first, later]))) == set(ATTRIBUTES)


def test_chapman() -> None:
    """A textbook case: 10 marked, 15 caught, 5 of them marked; the interval is the one that the
    literature gives for it (Sadinle 2009; 22 to 65)."""
    estimate, (low, high) = chapman(10, 15, 5)
    assert estimate == pytest.approx(11 * 16 / 6 - 1)
    assert (round(low), round(high)) == (22, 65)


def test_the_first_release_is_what_no_later_one_added() -> None:
    frames = {
        "agreements": pd.DataFrame({"agreement_id": ["a", "b"]}),
        "changes": pd.DataFrame(
            [("agreements", "added", "b"), ("agreements", "changed", "a"), ("texts", "added", "a")],
            columns=["table_name", "action", "record_id"],
        ),
    }
    assert in_first_release(frames) == {"a"}


def test_capture_recapture_counts_random_searches_alone() -> None:
    frames = {
        "list_items": pd.DataFrame({"agreement_id": ["a", "b", None]}),
        "sweeps": pd.DataFrame({"sweep_id": ["s", "t"], "sampling": ["random", None]}),
        "sweep_agreements": pd.DataFrame(
            {"sweep_id": ["s", "s", "t"], "agreement_id": ["b", "c", "d"]}
        ),
        "sectors": pd.DataFrame({"sector_id": ["x", "y"], "parent_id": [None, "x"]}),
        "agreement_sectors": pd.DataFrame(
            {"agreement_id": ["a", "b", "c", "d"], "sector_id": ["y", "y", "x", "x"]}
        ),
    }
    found = {name: rest for name, *rest in capture_recapture(frames, on_lists(frames))}
    assert set(found) == {"all", "x"}
    assert found["all"][:4] == [2, 2, 1, pytest.approx(3.5)]
    frames["sweeps"]["sampling"] = None
    assert list(capture_recapture(frames, {"a"})) == []
