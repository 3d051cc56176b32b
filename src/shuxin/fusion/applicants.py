"""A file of applicants: who asks for a loan, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.header_units import is_foreign, unit_in
from shuxin.fusion.layout import fit_name
from shuxin.fusion.reading.opening import FileSource
from shuxin.fusion.standards import plain_header, standard_named
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.money import InvalidAmount, parse_amount_fen, unit_named
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shuxin.fusion.layout import Records
    from shuxin.fusion.reading.records import RawBatch

MOST_APPLICANTS = 100_000
_HEADER_WITHIN = 30
_NOBODY = "统一社会信用代码?"
_WHO = ("subject_code", "subject_number", "subject_name")


class ApplicantsUnreadable(InvalidInput):
    code = "applicants_unreadable"
    what = Text(
        en="{file}, line {line} cannot be used: {problem}",
        zh="{file} 第 {line} 行无法使用：{problem}",
    )
    mend = Text(
        en="Give a table with a column of credit codes, numbers or names (统一社会信用代码, 企业代号, 企业名称) and,"
        " if wanted, 申请金额 in yuan",
        zh="请提供含统一社会信用代码、企业代号或企业名称列的表，可附申请金额（元）",
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of the file: who, as written, and the amount asked for; None when none is stated."""

    line: int
    who: str
    requested_fen: int | None


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a header row says who (the best first) and how much, if it does."""

    file: str
    line: int
    width: int
    who: tuple[int, ...]
    amount: int | None
    title: str

    @classmethod
    def found_in(cls, records: Records, *, file: str) -> _Columns:
        """Of the first row that heads a column of who.

        Raises ApplicantsUnreadable when none does, or when foreign money is asked for.
        """
        wanted = {f.field.name: f.headers for f in standard_named("loan_application").fields}
        for line, cells in records:
            titles = [fit_name(cell) for cell in cells]
            headers = [plain_header(title) for title in titles]
            who = [at for name in _WHO if (at := _place(headers, wanted[name])) is not None]
            if not who:
                continue
            amount = _place(headers, wanted["requested"])
            title = titles[amount] if amount is not None else ""
            if is_foreign(title):
                raise ApplicantsUnreadable(file=file, line=line, problem=title)
            return cls(file, line, len(cells), tuple(who), amount, title)
        raise ApplicantsUnreadable(file=file, line=1, problem=_NOBODY)

    def wish(self, line: int, cells: Sequence[str]) -> Wish | None:
        """None for a line that says nothing. Raises ApplicantsUnreadable."""
        who = next((cells[place] for place in self.who if cells[place]), "")
        said = cells[self.amount] if self.amount is not None else ""
        if not who and not said:
            return None
        requested = self._fen(line, said) if said else None
        if not who:
            raise ApplicantsUnreadable(file=self.file, line=line, problem=_NOBODY)
        return Wish(line, who, requested)

    def _fen(self, line: int, said: str) -> int:
        unit = unit_named(unit_in(self.title) or "元")
        try:
            fen = parse_amount_fen(said, unit=unit)
        except InvalidAmount as error:
            raise ApplicantsUnreadable(file=self.file, line=line, problem=self.title) from error
        if fen <= 0:
            raise ApplicantsUnreadable(file=self.file, line=line, problem=self.title)
        return fen


def read_wishes(path: Path) -> list[Wish]:
    """Applicants in the order of the file, by code, else number, else name; blank lines are skipped.

    Of a workbook the first sheet is read. Raises ApplicantsUnreadable and the errors of
    ``fusion.reading``.
    """
    _, tables = FileSource(path, path.name, str(path.parent)).tables()
    columns = _Columns.found_in(tables[0].head(_HEADER_WITHIN), file=path.name)
    wishes: list[Wish] = []
    for batch in tables[0].batches(skip_through=columns.line, width=columns.width):
        wishes += _wishes(batch, columns)
        if len(wishes) > MOST_APPLICANTS:
            raise ApplicantsUnreadable(
                file=path.name, line=wishes[MOST_APPLICANTS].line, problem=f"> {MOST_APPLICANTS}"
            )
    return wishes


def _wishes(batch: RawBatch, columns: _Columns) -> list[Wish]:
    """Raises ApplicantsUnreadable for a record that is no row: an applicant is never passed over."""
    for bad in batch.bad:
        if any(cell.strip() for cell in bad.cells):
            raise ApplicantsUnreadable(file=columns.file, line=bad.line, problem=bad.reason)
    rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
    found = [
        columns.wish(int(line), [cell.strip() for cell in cells])
        for line, cells in zip(batch.lines, rows, strict=True)
    ]
    return [wish for wish in found if wish is not None]


def _place(headers: list[str], wanted: frozenset[str]) -> int | None:
    return next((place for place, header in enumerate(headers) if header in wanted), None)
