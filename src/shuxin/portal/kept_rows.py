"""Rows of a dataset that were set aside, as CSV on the standard output, for a page: a process of its own."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuxin.fusion.api import RejectedRow

MOST = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: list[RejectedRow]) -> bytes:
    """In UTF-8 with the mark that spreadsheets need; a cell that a spreadsheet would compute is text."""
    from shuxin.fusion.api import REASONS  # noqa: PLC0415 - heavy

    lines = io.StringIO()
    write = csv.writer(lines)
    write.writerow(
        ["文件 file", "行号 line", "列 column", "原因 reason", "处理 mend", "单元格 cells"]
    )
    for row in rows:
        reason = REASONS[row.reason]
        said = [row.file, str(row.line), row.column, f"{reason.what.zh} / {reason.what.en}"]
        said += [f"{reason.mend.zh} / {reason.mend.en}", *row.cells]
        write.writerow([plain(cell) for cell in said])
    return ("\ufeff" + lines.getvalue()).encode()


def plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def main(dataset: str, reader: str) -> None:
    """The use is recorded in the reader's name before a row is read."""
    from shuxin.portal.bootstrap import acting_department, gate, start  # noqa: PLC0415

    settings = start()
    from shuxin.consent.api import ALL_SUBJECTS, Purpose  # noqa: PLC0415 - needs the database
    from shuxin.fusion.api import rejects  # noqa: PLC0415 - heavy
    from shuxin.infra.api import now_in_china  # noqa: PLC0415

    now, own = now_in_china(), replace(gate(settings), reader=reader)
    acting, purpose = acting_department(settings, asked=""), Purpose.DATA_QUALITY
    if acting:
        permits = own.permit_department_each(
            [ALL_SUBJECTS], department=acting, purpose=purpose, now=now
        )
    else:
        permits = own.permit_own_each([ALL_SUBJECTS], purpose=purpose, now=now)
    found = rejects(dataset, permit=permits[0], settings=settings, limit=MOST)
    sys.stdout.buffer.write(as_csv(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
