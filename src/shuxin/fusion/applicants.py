"""A file of applicants: who asks for a loan, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.layout import HEAD_RECORDS, find_layout, sample_columns
from shuxin.fusion.proposal import SUBJECT_NUMBER_HEADERS
from shuxin.fusion.reading.errors import FileEmpty
from shuxin.fusion.reading.opening import FileSource
from shuxin.fusion.standards import plain_header, standard_named
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.money import InvalidAmount, parse_amount_fen, unit_named
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from pathlib import Path

MOST_APPLICANTS = 100_000
_WHO = ("subject_code", "subject_number", "subject_name")


class ApplicantsUnreadable(InvalidInput):
    code = "applicants_unreadable"
    what = Text(en="{file}: {where} says {problem}", zh="{file}:{where}:{problem}")
    mend = Text(
        en="Give a table with a column of credit codes, numbers or names (统一社会信用代码, 企业代号, 企业名称) and,"
        " if wanted, 申请金额 in yuan",
        zh="请提供含统一社会信用代码、企业代号或企业名称列的表,可附申请金额(元)",
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of the file: who, as written, and the amount asked for; None when none is stated."""

    line: int
    who: str
    requested_fen: int | None


def read_wishes(path: Path) -> list[Wish]:
    """Applicants in the order of the file; blank lines are skipped.

    Raises ApplicantsUnreadable and the errors of ``fusion.reading``.
    """
    container, tables = FileSource(path, path.name, str(path.parent)).tables()
    del container
    table = tables[0]
    layout = find_layout(table.head(HEAD_RECORDS))
    if layout is None:
        raise FileEmpty(file=path.name)
    columns = sample_columns(
        table, skip_through=layout.last_line_above, width=layout.width, rows=MOST_APPLICANTS
    )
    headers = [plain_header(header) for header in layout.headers]
    who, amount = _place_of_who(headers), _place(headers, {"申请金额"})
    if who is None:
        raise ApplicantsUnreadable(
            file=path.name, where="header", problem=", ".join(filter(None, headers[:8])) or "-"
        )
    unit = unit_named("万元" if amount is not None and "万" in layout.headers[amount] else "元")
    wishes = []
    for number, cell in enumerate(columns[who].to_pylist() if columns else []):
        line = layout.last_line_above + 1 + number
        if not cell.strip():
            continue
        said = columns[amount][number].as_py().strip() if amount is not None else ""
        try:
            requested = parse_amount_fen(said, unit=unit) if said else None
        except InvalidAmount as error:
            raise ApplicantsUnreadable(
                file=path.name, where=f"line {line}", problem="申请金额"
            ) from error
        wishes.append(Wish(line, cell.strip(), requested))
    return wishes


def _place_of_who(headers: list[str]) -> int | None:
    fields = {f.field.name: f.headers for f in standard_named("loan_application").fields}
    for name in _WHO:
        place = _place(
            headers, fields[name] | (SUBJECT_NUMBER_HEADERS if "number" in name else set())
        )
        if place is not None:
            return place
    return None


def _place(headers: list[str], wanted: frozenset[str] | set[str]) -> int | None:
    return next((place for place, header in enumerate(headers) if header in wanted), None)
