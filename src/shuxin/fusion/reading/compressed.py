"""Reading gzip without trusting it."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import IO, TYPE_CHECKING

from shuxin.fusion.reading.errors import CompressedBroken, CompressedTooFar, FileUnreadable

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20
FREE_BYTES = 64 * MIB
HIGHEST_RATIO = 200
LARGEST_BYTES = 1 << 40


class GuardedGzip(io.RawIOBase):
    """The unpacked bytes of a gzip file, refused once they pass ``HIGHEST_RATIO`` times its size.

    The first 64 MiB are free of the check: small lists of equal rows compress very well.
    Raises CompressedTooFar, CompressedBroken.
    """

    def __init__(self, path: Path, label: str) -> None:
        self._label = label
        self._limit = min(max(FREE_BYTES, path.stat().st_size * HIGHEST_RATIO), LARGEST_BYTES)
        self._packed = max(path.stat().st_size, 1)
        self._file = gzip.open(path, "rb")  # noqa: SIM115 - closed by close()
        self._read = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            data = self._file.read(size)
        except (OSError, EOFError, zlib.error) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise CompressedBroken(file=self._label) from error
        self._read += len(data)
        if self._read > self._limit:
            raise CompressedTooFar(
                file=self._label,
                limit_mib=self._limit // MIB,
                ratio=self._read // self._packed,
            )
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


def open_bytes(path: Path, *, packed: bool, label: str) -> IO[bytes]:
    """The file's bytes, unpacked when ``packed``. Raises FileUnreadable."""
    try:
        if packed:
            return GuardedGzip(path, label)  # type: ignore[return-value]  # RawIOBase is enough
        return path.open("rb")
    except OSError as error:
        raise FileUnreadable(file=label, reason=error.strerror or "unknown") from error
