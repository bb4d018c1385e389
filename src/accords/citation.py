"""How to cite the dataset, or one agreement of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from accords.loader import NotFound, package


@dataclass(frozen=True)
class Citation:
    """What every format is made from. part: title of the agreement cited, if one is."""

    key: str
    authors: list[str]
    date: str
    title: str
    version: str
    part: str | None
    part_id: str | None

    @property
    def full_title(self) -> str:
        return f"{self.part} ({self.part_id}). In {self.title}" if self.part else self.title


def citation(agreement_id: str | None = None) -> Citation:
    """The citation of the dataset, or of one agreement. Raises NotFound."""
    about = package()
    part = None
    if agreement_id:
        from accords.nested import agreement

        found = agreement(agreement_id)
        agreement_id, part = found["agreement_id"], found["title"]
    key = f"{about['name']}-{about['version']}" + (f"-{agreement_id}" if agreement_id else "")
    authors = [person["title"] for person in about["contributors"]]
    date = about["created"][:10]
    return Citation(key, authors, date, about["title"], about["version"], part, agreement_id)


def _bibtex(cited: Citation) -> str:
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in cited.authors),
        "title": f"{{{_tex(cited.full_title)}}}",
        "year": cited.date[:4],
        "month": str(int(cited.date[5:7])),
        "version": cited.version,
        "type": "Data set",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return f"@misc{{{cited.key},\n" + ",\n".join(lines) + "\n}"


def _tex(text: str) -> str:
    special = {char: f"\\{char}" for char in "&%$#_{}"} | {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
    return "".join(special.get(char, char) for char in text)


def _csl(cited: Citation) -> str:
    item = {
        "id": cited.key,
        "type": "dataset",
        "title": cited.full_title,
        "author": [{"literal": name} for name in cited.authors],
        "issued": {"date-parts": [[int(part) for part in cited.date.split("-")]]},
        "version": cited.version,
    }
    return json.dumps([item], indent=2, ensure_ascii=False)


def _ris(cited: Citation) -> str:
    lines = [
        ("TY", "DATA"),
        *(("AU", f"{name},") for name in cited.authors),
        ("TI", cited.full_title),
        ("PY", cited.date[:4]),
        ("DA", cited.date.replace("-", "/")),
        ("ET", cited.version),
        ("ER", ""),
    ]
    return "\n".join(f"{tag}  - {value}" for tag, value in lines)


def _apa(cited: Citation) -> str:
    authors = " & ".join(cited.authors)
    if cited.part:
        title = f"{cited.part} ({cited.part_id}) [Data set entry]. In {cited.title}"
        return f"{authors}. ({cited.date[:4]}). {title} (Version {cited.version})."
    return f"{authors}. ({cited.date[:4]}). {cited.title} (Version {cited.version}) [Data set]."


FORMATS: dict[str, Callable[[Citation], str]] = {
    "apa": _apa,
    "bibtex": _bibtex,
    "csl": _csl,
    "ris": _ris,
}


def cite(agreement_id: str | None = None, format: str = "apa") -> str:
    """The citation of the dataset, or of one agreement, as APA, BibTeX, CSL-JSON or RIS (a key of
    FORMATS), with the version and its date. Raises NotFound."""
    if format not in FORMATS:
        raise NotFound("format", format, FORMATS)
    return FORMATS[format](citation(agreement_id))
