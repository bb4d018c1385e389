"""Strict YAML in, canonical YAML out.

Every scalar is read as text (so `NO` is Norway and 12:30 no number); its type is the schema's
affair. Refused, with file and line: duplicate keys, anchors, aliases, tags, nulls, several
documents, tabs, a byte order mark, bytes that are not UTF-8, files too large or nested too deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import yaml

from accords.problems import Problem

MAX_BYTES = 2_000_000  # the largest hand-edited register stays far below it
MAX_DEPTH = 12
WIDTH = 100


class Text(str):
    """A scalar as written, and the line it starts on."""

    line: int

    def __new__(cls, value: str, line: int) -> Self:
        text = super().__new__(cls, value)
        text.line = line
        return text


def line_of(value: Any) -> int:
    """The line of a key, scalar, mapping or sequence as read."""
    return getattr(value, "line", 0)


class Wrong(Text):
    """Stands for a value of the wrong kind that is reported already."""


class Mapping(dict[str, Any]):
    """A mapping that knows its line; its keys are `Text` and know theirs."""

    line: int = 1


class Sequence(list[Any]):
    """A sequence that knows its line."""

    line: int = 1


class _Fault(Exception):
    def __init__(self, line: int, value: str, rule: str, advice: str) -> None:
        self.line, self.value, self.rule, self.advice = line, value, rule, advice


def read(path: Path, name: str) -> tuple[Mapping | None, list[Problem]]:
    """Read one file whose top level is a mapping.

    Returns the mapping (None if the file can't be read) and the problems, in which the file
    goes by `name`.
    """
    try:
        return _parse(_text(path)), []
    except _Fault as fault:
        return None, [Problem(name, fault.line, "", fault.value, fault.rule, fault.advice)]


def _text(path: Path) -> str:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise _Fault(0, f"{size} bytes", f"a record has at most {MAX_BYTES} bytes", "split it")
    data = path.read_bytes()
    if data.startswith(b"\xef\xbb\xbf"):
        raise _Fault(1, "\ufeff", "no byte order mark", "save as UTF-8 without BOM")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = repr(data[error.start : error.start + 4])
        raise _Fault(line, found, "a record is UTF-8", "save the file as UTF-8") from None
    if not text.strip():
        raise _Fault(1, "", "a record is not empty", "fill it in or delete the file")
    return text


def _parse(text: str) -> Mapping:
    events = iter(yaml.CSafeLoader(text).get_event, None)  # yaml.parse, without its overhead
    try:
        _next(events)  # stream start
        start = _next(events)
        if isinstance(start, yaml.StreamEndEvent):
            raise _Fault(1, "", "a record is not empty", "fill it in or delete the file")
        node = _node(_next(events), events, 0)
        _next(events)  # document end
        after = _next(events)
        if not isinstance(after, yaml.StreamEndEvent):
            line = after.start_mark.line + 1
            raise _Fault(line, "---", "one document a file", "make it two files")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        shown = "".join(text.splitlines()[line - 1 : line])
        said = error.problem or "cannot be read"
        advice = "use spaces, no tabs" if "\t" in shown else "quote the value or mend the layout"
        raise _Fault(line, shown.strip(), f"valid YAML ({said})", advice) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _Fault(
            line, repr(error.character), "printable text", "delete the character"
        ) from None
    if not isinstance(node, Mapping):
        raise _Fault(1, "", "a record is a mapping of keys", "begin with `key: value`")
    return node


def _next(events: Iterator[Any]) -> Any:
    event = next(events)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        line = event.start_mark.line + 1
        raise _Fault(line, str(event.anchor), "no anchors or aliases", "write the value out")
    if getattr(event, "tag", None):
        raise _Fault(event.start_mark.line + 1, event.tag, "no tags", "write the plain value")
    return event


def _node(event: Any, events: Iterator[Any], depth: int) -> Any:
    line = event.start_mark.line + 1
    if depth > MAX_DEPTH:
        raise _Fault(line, "", f"at most {MAX_DEPTH} levels", "see the record's template")
    if isinstance(event, yaml.ScalarEvent):
        if not event.style and event.value in ("", "~", "null"):
            raise _Fault(line, event.value, "no empty values", "leave the key out if unknown")
        return Text(event.value, line)
    if isinstance(event, yaml.SequenceStartEvent):
        items = Sequence()
        items.line = line
        while not isinstance(event := _next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events, depth + 1))
        return items
    mapping = Mapping()
    mapping.line = line
    while not isinstance(event := _next(events), yaml.MappingEndEvent):
        key = _node(event, events, depth + 1)
        if not isinstance(key, Text):
            raise _Fault(line, "", "keys are text", "see the record's template")
        if key in mapping:
            raise _Fault(key.line, key, "no duplicate keys", "keep one of the two")
        mapping[key] = _node(_next(events), events, depth + 1)
    return mapping


_BREAKS = set("\r\x85\u2028\u2029")


class _Flow(list[Any]):
    """A list written on one line."""


class _Dumper(yaml.SafeDumper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.yaml_implicit_resolvers = {}  # all is text: nothing needs quotes for its type

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _plain(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    # Quote what would be read back as YAML's null, and escape the line breaks that a reader would
    # fold; the emitter judges everything else.
    style = "'" if value in ("", "~", "null") else '"' if set(value) & _BREAKS else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _plain)
_Dumper.add_representer(
    _Flow,
    lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, True),
)


def dump(record: Any) -> str:
    """The canonical text of a record: block style, lists of plain text in one flow line."""
    return yaml.dump(
        _ready(record), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH
    )


def _ready(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _ready(item) for key, item in value.items()}
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return _Flow(str(item) for item in value)
        return [_ready(item) for item in value]
    return str(value)
