"""What is wrong with the data, said so that a person can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: where it is, what stands there, which rule it breaks and what to do."""

    file: str
    line: int
    field: str
    value: str
    rule: str
    advice: str

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 120 else self.value[:117] + "..."
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field or '-'}: {shown!r}: {self.rule}: {self.advice}"


class InvalidData(Exception):
    """Raised once all faults that could be found are found; `problems` lists them in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__(f"{len(self.problems)} problem(s) in the data")
