"""Zip files whose bytes follow from what is in them alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that the format holds


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files by path as the bytes of a zip. Compression depends on the version of zlib alone."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for path in sorted(files):
            info = zipfile.ZipInfo(path, _TIME)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, wherever it is made
            archive.writestr(info, files[path])
    return sink.getvalue()
