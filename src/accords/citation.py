"""How to cite the dataset, or one agreement of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accords.loader import NotFound, package


@dataclass(frozen=True)
class Citation:
    """What every format is made from. part: title of the agreement cited, if one is; url: an
    address, where the dataset has one; permalink: path of the agreement's page; rows: the table
    whose logical hash names the rows cited, and that hash."""

    key: str
    authors: list[str]
    date: str
    title: str
    version: str
    part: str | None
    part_id: str | None
    doi: str | None
    url: str | None
    permalink: str | None
    rows: str

    @property
    def full_title(self) -> str:
        return f"{self.part} ({self.part_id}). In {self.title}" if self.part else self.title

    @property
    def note(self) -> str:
        """What has no field of its own in a reference: the day, the permalink, the hash."""
        link = f"Permalink {self.permalink}. " if self.permalink else ""
        return f"Version {self.version} of {self.date}. {link}Table agreements: {self.rows}"


def citation(agreement_id: str | None = None) -> Citation:
    """The citation of the dataset, or of one agreement. Raises NotFound."""
    if not agreement_id:
        return citation_of(package())
    from accords.nested import agreement

    found = agreement(agreement_id)
    return citation_of(package(), found["agreement_id"], found["title"])


def citation_of(
    about: Mapping[str, Any], agreement_id: str | None = None, part: str | None = None
) -> Citation:
    """The citation of the package that a descriptor describes, or of a part of it."""
    key = f"{about['name']}-{about['version']}" + (f"-{agreement_id}" if agreement_id else "")
    home = about.get("homepage")
    permalink = f"/agreements/{agreement_id}/" if agreement_id else None
    doi = about.get("id")
    return Citation(
        key=key,
        authors=[person["title"] for person in about["contributors"]],
        date=about["created"][:10],
        title=about["title"],
        version=about["version"],
        part=part,
        part_id=agreement_id,
        doi=doi.removeprefix(_DOI) if doi else None,
        # The page of the agreement says most; the DOI is the whole's.
        url=f"{home.rstrip('/')}{permalink or '/'}" if home else doi,
        permalink=permalink,
        rows=next(
            item["logicalHash"] for item in about["resources"] if item["name"] == "agreements"
        ),
    )


_DOI = "https://doi.org/"


def _bibtex(cited: Citation) -> str:
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in cited.authors),
        "title": f"{{{_tex(cited.full_title)}}}",
        "year": cited.date[:4],
        "month": str(int(cited.date[5:7])),
        "version": cited.version,
        "type": "Data set",
        "note": _tex(cited.note),
        "doi": cited.doi,
        "url": cited.url,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
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
        "note": cited.note,
        "DOI": cited.doi,
        "URL": cited.url,
    }
    item = {name: value for name, value in item.items() if value}
    return json.dumps([item], indent=2, ensure_ascii=False)


def _ris(cited: Citation) -> str:
    lines = [
        ("TY", "DATA"),
        *(("AU", f"{name},") for name in cited.authors),
        ("TI", cited.full_title),
        ("PY", cited.date[:4]),
        ("DA", cited.date.replace("-", "/")),
        ("ET", cited.version),
        ("N1", cited.note),
        ("DO", cited.doi),
        ("UR", cited.url),
        ("ER", ""),
    ]
    return "\n".join(f"{tag}  - {value}" for tag, value in lines if value is not None)


def apa(cited: Citation) -> str:
    """The citation in APA style, as plain text."""
    authors, year = " & ".join(cited.authors), cited.date[:4]
    version = f"(Version {cited.version}, {cited.date})"
    if cited.part:
        title = f"{cited.part} ({cited.part_id}) [Data set entry]. In {cited.title} {version}."
    else:
        title = f"{cited.title} {version} [Data set]."
    where = cited.url or cited.permalink
    return f"{authors}. ({year}). {title}" + (f" {where}" if where else "")


def _apa_and_note(cited: Citation) -> str:
    return f"{apa(cited)}\n{cited.note}"


FORMATS: dict[str, Callable[[Citation], str]] = {
    "apa": _apa_and_note,
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
