"""Delimited text in the encodings that offices use, also packed."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING

from shuxin.city.files.spelling import shown

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.city.files.sheet import Sheet


def write(path: Path, sheet: Sheet) -> None:
    """UTF-16 gets its byte order mark and is little-endian on every machine."""
    form = sheet.table.form
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=form.delimiter, lineterminator=form.line_end)
    for line in sheet.lines:
        writer.writerow([shown(cell) for cell in line.cells])
    text = lines.getvalue()
    is_utf16 = form.encoding == "utf-16"
    data = ("\ufeff" + text).encode("utf-16-le") if is_utf16 else text.encode(form.encoding)
    path.write_bytes(gzip.compress(data, mtime=0) if form.packed else data)
