"""What a release must fulfil before it is made: the version it claims, and the ids it owes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accords.about import Package
from accords.diff import has_ids
from accords.diff_read import Release, key_of
from accords.diff_schema import BUMPS, Bump
from accords.history import FOLDER, MANIFEST, Manifest
from accords.ids import version_key
from accords.problems import Problem


def check_version(old: str, new: str, owed: Bump) -> Iterator[Problem]:
    """The bump claimed is at least the one owed. Before 1.0.0, as semantic versioning has it, a
    minor version may hold what owes a major one later."""
    place = "records/package.yaml"
    if version_key(new) <= version_key(old):
        rule = f"a release is newer than {old}"
        yield Problem(place, 0, "version", new, rule, f"write {due(old, owed)}")
    elif BUMPS.index(claimed(old, new)) < BUMPS.index(_owed(old, owed)):
        rule = f"the changes since {old} owe a {owed} version"
        yield Problem(place, 0, "version", new, rule, f"write {due(old, owed)}")


def check_days(earlier: Sequence[Manifest], package: Package) -> Iterator[Problem]:
    """A release comes after the one before, with a DOI of its own (in whatever case)."""
    place, last = "records/package.yaml", earlier[-1]
    if package.released_on < last.released_on:
        rule = f"not before {last.version}, {last.released_on}"
        day = package.released_on.isoformat()
        yield Problem(place, 0, "released_on", day, rule, "write the day of this release")
    known = {made.doi.lower(): made.version for made in earlier if made.doi}
    if package.doi and package.doi.lower() in known:
        rule = f"not the DOI of {known[package.doi.lower()]}"
        advice = "delete it, or write this release's own"
        yield Problem(place, 0, "doi", package.doi, rule, advice)


def claimed(old: str, new: str) -> Bump:
    """The bump that leads from one version to a later one."""
    pairs = zip(("major", "minor", "patch"), version_key(old), version_key(new), strict=True)
    found: Bump = next(name for name, was, now in pairs if was != now)  # type: ignore[misc]
    return found


def due(old: str, owed: Bump) -> str:
    """The lowest version that owes no more than `owed`."""
    major, minor, patch = version_key(old)
    match _owed(old, owed):
        case "major":
            return f"{major + 1}.0.0"
        case "minor":
            return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def _owed(old: str, owed: Bump) -> Bump:
    return "minor" if owed == "major" and version_key(old)[0] == 0 else owed


def check_ids(manifests: Sequence[Manifest], new: Release) -> Iterator[Problem]:
    """Every id that was ever released is in use, redirected or withdrawn by a redirect."""
    redirects = {(row["table_name"], row["old_id"]) for row in new.rows["redirects"]}
    known = ids_of(new)
    lost: dict[tuple[str, str], str] = {}
    for made in manifests:
        for table, ids in made.ids.items():
            for key in ids:
                if key not in known.get(table, ()) and (table, key) not in redirects:
                    lost.setdefault((table, key), made.version)
    for (table, key), version in lost.items():
        advice = (
            "bring the record back, or add a row to records/redirects.yaml: to the id that took "
            "its place, or without new_id where it is withdrawn"
        )
        file = f"records/{FOLDER}/{version}/{MANIFEST}"
        yield Problem(file, 0, table, key, "a released id resolves for ever", advice)


def ids_of(release: Release) -> dict[str, set[str]]:
    """The ids in use, by each base table whose rows have ids that others may hold; those of
    several key columns joined by a slash, as redirects name them."""
    return {
        name: {"/".join(key_of(row, table.primary_key)) for row in release.rows[name]}
        for name, table in release.schemas.items()
        if not table.derived and has_ids(name, release.schemas)
    }
