"""Names of everything that may be wrong with a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DirtKind(StrEnum):
    CODE_SWAPPED = "code_swapped"
    CODE_LOOK_ALIKE = "code_look_alike"
    CODE_TRUNCATED = "code_truncated"
    CODE_LOWER_CASE = "code_lower_case"
    CODE_SPACED = "code_spaced"
    CODE_FULL_WIDTH = "code_full_width"
    CODE_MISSING = "code_missing"
    NAME_BRACKETS = "name_brackets"
    NAME_SPACED = "name_spaced"
    NAME_LEGAL_FORM = "name_legal_form"
    NAME_FORMER = "name_former"
    NAME_LOOK_ALIKE = "name_look_alike"
    NAME_WITHOUT_PLACE = "name_without_place"
    PLACEHOLDER = "placeholder"
    DATE_SPELLING = "date_spelling"
    UNIT_SLIP = "unit_slip"
    DOUBLED_ROW = "doubled_row"
    BLANK_ROW = "blank_row"
    TOTALS_ROW = "totals_row"
    REPEATED_HEADER = "repeated_header"
    TITLE = "title"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class CellDirt:
    """What was done to one cell: ``column`` is its place, the texts are as a reader sees them."""

    column: int
    kind: DirtKind
    before: str
    after: str
