"""Released packages, read from where they lie: a path, a file URL or an https address of a bundle
(`accords-X.zip`) or of an unpacked one, pinned by a SHA-256.

The pin is written behind the address as pip writes it, `ADDRESS#sha256=HEX`: of the zip itself, or
of the folder's datapackage.json, which holds the hashes of all its files. What comes over the
network needs it, is fetched once into the user's cache by pooch, and enters the cache only once
its hash holds.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from accords.files import DESCRIPTOR, NotAPackage, PackageFiles

_PIN = re.compile(r"(?P<address>.+?)#sha256=(?P<sha256>[0-9a-fA-F]{64})\Z", re.DOTALL)
_Read = Callable[[str, str | None], bytes]  # path in the release, the hash it must have


class ReleaseError(Exception):
    """A release that can't be read as pinned; the message says what is wrong with it."""


class Release:
    """One released package. Raises ReleaseError where its descriptor is none."""

    def __init__(self, name: str, read: _Read, descriptor: bytes) -> None:
        self.name, self._read = name, read
        try:
            self.about: dict[str, Any] = json.loads(descriptor)
            self._tables = {
                item["name"].removesuffix("_parquet"): (item["path"], item["hash"])
                for item in self.about["resources"]
                if item["mediatype"] == "application/vnd.apache.parquet"
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReleaseError(f"{name}: {DESCRIPTOR} can't be read: {error}") from None

    @property
    def version(self) -> str:
        """Version of its data."""
        return str(self.about["version"])

    def tables(self) -> list[str]:
        """Names of its tables."""
        return list(self._tables)

    def parquet(self, table: str) -> bytes:
        """The Parquet file of a table, once its hash holds. Raises ReleaseError."""
        path, sha256 = self._tables[table]
        return self._read(path, sha256.removeprefix("sha256:"))


def open_release(release: str) -> Release:
    """The release at an address with its pin. Raises ReleaseError."""
    match = _PIN.match(release)
    if match is None and "#sha256" in release:
        raise ReleaseError(f"{release}: a pin is #sha256= and 64 hex digits")
    address, pin = (match["address"], match["sha256"].lower()) if match else (release, None)
    if re.match(r"https?://", address):
        if pin is None:
            advice = "add #sha256= and the SHA-256 of the zip, from SHA256SUMS"
            raise ReleaseError(f"{release}: what comes over the network is pinned: {advice}")
        if not urlsplit(address).path.endswith(".zip"):
            read = _remote(address.removesuffix(DESCRIPTOR).rstrip("/"))
            return Release(address, read, read(DESCRIPTOR, pin))
        return _local(address, Path(_retrieve(address, pin)), None)
    if address.startswith("file:"):
        return _local(address, Path(url2pathname(unquote(urlsplit(address).path))), pin)
    return _local(address, Path(address), pin)


def _local(name: str, path: Path, pin: str | None) -> Release:
    """A release on this machine; the pin is that of the zip, or of the folder's descriptor."""
    bundles = list(path.glob("accords-*[0-9].zip")) if (path / "SHA256SUMS").is_file() else []
    if len(bundles) == 1:  # the folder that a release is made into
        return _local(name, bundles[0], pin)
    try:
        if pin and path.is_file():
            _hold(name, path.name, path.read_bytes(), pin)
        files = PackageFiles(path)
    except NotAPackage as error:
        raise ReleaseError(str(error)) from None

    def read(inside: str, sha256: str | None) -> bytes:
        return _hold(name, inside, files.read(inside), sha256)

    return Release(name, read, read(DESCRIPTOR, pin if path.is_dir() else None))


def _remote(address: str) -> _Read:
    """The files of a release that stands unpacked on the network."""

    def read(inside: str, sha256: str | None) -> bytes:
        return Path(_retrieve(f"{address}/{inside}", sha256 or "")).read_bytes()

    return read


def _hold(name: str, inside: str, content: bytes | None, sha256: str | None) -> bytes:
    if content is None:
        raise ReleaseError(f"{name}: {inside} is missing or damaged: fetch the release again")
    found = hashlib.sha256(content).hexdigest()
    if sha256 and found != sha256:
        what = f"its SHA-256 is {found}, not {sha256}: it is another file, or cut off"
        raise ReleaseError(f"{name}: {inside}: {what}")
    return content


def _retrieve(address: str, sha256: str) -> str:
    """Path in the cache of what stands at an address; fetched where it is not there yet."""
    try:
        import pooch
    except ModuleNotFoundError as error:
        hint = "pooch is not installed: pip install 'accords[pinned]'"
        raise ModuleNotFoundError(hint, name="pooch") from error
    import requests

    pooch.get_logger().setLevel("WARNING")
    folder = pooch.os_cache("accords") / sha256  # two releases never share a file
    try:
        return str(pooch.retrieve(address, sha256, fname=address.rpartition("/")[2], path=folder))
    except ValueError as error:  # pooch's word for another hash: nothing entered the cache
        raise ReleaseError(f"{address}: {error}") from None
    except (requests.RequestException, OSError) as error:
        raise ReleaseError(f"{address}: can't be fetched: {error}") from None
