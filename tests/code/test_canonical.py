"""Canonical YAML says what it was given, whatever the text, and is its own canonical form."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from conftest import MINI, Mini
from hypothesis import example, given, settings

from accords.canonical import canonical, format_records, slug, write_atomic
from accords.problems import InvalidData
from accords.shapes import AGREEMENT, EVENT, RECORDS, Shape
from accords.yamlio import Mapping, read

# What YAML 1.1 would take for something else, and what its layout is made of.
_TRAPS = (
    *("NO", "yes", "null", "Null", "~", "", "1e3", "0x1F", "012", "12:30:45", "2026-01-28", ".inf"),
    *("- a", "-", "? a", ": ", "a: b", "a:", "a #b", "#", "---", "...", "<<", "=", "&a", "*a"),
    *("!!str a", "{a: b}", "[a, b]", "a, b", "'", '"', '"a" b', "it's", "%a", "@a", "`a", "|", ">"),
    *(" a", "a ", "a\nb", "a\n", "\ta", "a\u0085b", "a\u2028b", "\ufeffa", "\x07", "é"),
    *(
        "산업통상부",
        "\U0001f697",
        "a " * 80,
        "word  two " * 20,
        "x" * 200,
        "'a' " * 40,
        "한국 캐나다 " * 30,
    ),
)
_TEXT = st.one_of(st.sampled_from(_TRAPS), st.text(st.characters(exclude_categories=["Cs"])))


def _records(shape: Shape) -> st.SearchStrategy[Any]:
    """Any record of a shape, its text wild."""
    if shape.plain:
        return _TEXT
    lists: dict[str, st.SearchStrategy[Any]] = {
        key: st.lists(_records(below), max_size=3) for key, below in shape.lists.items()
    }
    if shape.evidence:
        supports = st.lists(_TEXT, max_size=4)
        contradicts = st.dictionaries(_TEXT, _TEXT, max_size=2)
        extra = {"locator": _TEXT, "supports": supports, "contradicts": contradicts}
        lists["evidence"] = st.lists(st.fixed_dictionaries({"source": _TEXT}, optional=extra))
    keys = dict.fromkeys(shape.keys, _TEXT) | lists
    first = next(iter(keys))  # a record has at least one key
    return st.fixed_dictionaries({first: keys.pop(first)}, optional=keys)


def _read_back(text: str) -> Mapping:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.yaml"
        path.write_bytes(text.encode())
        record, problems = read(path, "record.yaml")
    assert record is not None, (text, problems)
    return record


@settings(max_examples=150, deadline=None)
@example(record={"agreement_id": "a", "title": "x" * 150, "parties": [{}], "texts": []})
@given(record=st.one_of(_records(AGREEMENT), _records(EVENT)))
def test_text_comes_back_as_it_was(record: dict[str, Any]) -> None:
    shape = AGREEMENT if "agreement_id" in record else EVENT
    text = canonical(record, shape)
    found = _read_back(text)
    assert found == record
    assert canonical(found, shape) == text


@settings(max_examples=60, deadline=None)
@given(data=st.data(), folder=st.sampled_from([key for key in RECORDS if not RECORDS[key].table]))
def test_rows_of_a_register_stand_in_key_order(data: st.DataObject, folder: str) -> None:
    """Whatever order they are added in, two hands that add rows make the same file."""
    shape = RECORDS[folder]
    ((name, below),) = shape.lists.items()
    record = data.draw(_records(shape).filter(lambda drawn: name in drawn))
    found = _read_back(text := canonical(record, shape))
    there, drawn = (
        [tuple(row.get(key, "") for key in below.names) for row in rows[name]]
        for rows in (found, record)
    )
    assert there == sorted(drawn)
    assert canonical(found, shape) == text


def test_keys_stand_in_the_order_of_the_shape() -> None:
    backwards = dict.fromkeys(reversed(AGREEMENT.keys), "a")
    parties = [{"role": "party", "party": "a"}]
    evidence = [{"contradicts": {"place": "b"}, "supports": ["place"], "note": "c", "source": "d"}]
    record = {"odd": "e", "evidence": evidence, "parties": parties, **backwards}
    found = _read_back(canonical(record, AGREEMENT))
    assert list(found) == [*AGREEMENT.keys, "parties", "evidence", "odd"]
    assert list(found["parties"][0]) == ["party", "role"]
    assert list(found["evidence"][0]) == ["source", "note", "supports", "contradicts"]


def test_what_does_not_fit_the_shape_is_kept_for_the_reader_to_refuse() -> None:
    record = {"parties": "none", "evidence": ["a", {"source": "b"}], "sectors": ["a", {"b": "c"}]}
    assert _read_back(canonical(record, AGREEMENT)) == record


def test_records_of_the_tiny_dataset_are_canonical() -> None:
    assert format_records(MINI, [], write=False) == []


def test_only_what_differs_is_rewritten(mini: Mini) -> None:
    before = mini.path("agreements/can-kor-trade-2014.yaml").stat().st_mtime_ns
    path = mini.path("agreements/can-kor-cars-2026.yaml")
    text = path.read_text()
    path.write_text(f"# a comment\n{text}")
    assert format_records(mini.records, [], write=False) == [path]
    assert path.read_text() != text
    assert format_records(mini.records, [], write=True) == [path]
    assert path.read_text() == text
    assert mini.path("agreements/can-kor-trade-2014.yaml").stat().st_mtime_ns == before


def test_a_file_outside_the_records_is_refused(mini: Mini, tmp_path: Path) -> None:
    outside = tmp_path / "a.yaml"
    outside.write_text("b:   c\n")
    for path in (outside, mini.path("package.yaml"), mini.path("events/none.yaml")):
        with pytest.raises(InvalidData) as error:
            format_records(mini.records, [path], write=True)
        assert "name a file below" in str(error.value.problems[0])
    assert outside.read_text() == "b:   c\n"


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("accords.canonical.os.replace", fail)
    with pytest.raises(OSError, match="no space left"):
        write_atomic(path, "new")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.yaml", "old")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Yonhap News", "yonhap-news"), ("Québec & Co.", "quebec-co"), ("산업", ""), ("A--b", "a-b")],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected
