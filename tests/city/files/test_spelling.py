from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.catalogue.api import FieldType
from shuxin.city.files.offices import TABLES
from shuxin.city.files.spelling import (
    MIXED_SPELLINGS,
    day_text,
    money_in_wrong_unit,
    money_text,
    shown,
)
from shuxin.city.files.tables import Column
from shuxin.kernel.dates import DateSpelling, read_date, spellings_of
from shuxin.kernel.money import Unit, parse_amount_fen

days = st.dates(dt.date(1990, 1, 1), dt.date(2079, 12, 31))
used = sorted({column.spelling for table in TABLES for column in table.columns})


class TestDayText:
    @given(days, st.sampled_from([*used, *MIXED_SPELLINGS]))
    def test_reads_back_as_the_same_day(self, day: dt.date, spelling: DateSpelling) -> None:
        text = day_text(day, spelling=spelling)
        read = read_date(text, spelling=spelling)
        read = read.date() if isinstance(read, dt.datetime) else read
        assert read == (day.replace(day=1) if spelling.precision == "month" else day)

    @given(days)
    def test_the_ten_mixed_spellings_are_told_apart(self, day: dt.date) -> None:
        texts = [day_text(day, spelling=spelling) for spelling in MIXED_SPELLINGS]
        assert len(set(texts)) == 10
        for text, spelling in zip(texts, MIXED_SPELLINGS, strict=True):
            assert spelling in spellings_of(text)


class TestMoneyText:
    @given(
        st.integers(-(10**13), 10**13),
        st.sampled_from([Unit.YUAN, Unit.TEN_THOUSAND_YUAN]),
        st.booleans(),
    )
    def test_reads_back_exactly(self, fen: int, unit: Unit, grouped: bool) -> None:
        column = Column(name="a", header="a", type=FieldType.MONEY, unit=unit, grouped=grouped)
        assert parse_amount_fen(money_text(fen, column=column), unit=unit) == fen

    @given(st.integers(1, 10**13), st.sampled_from([Unit.YUAN, Unit.TEN_THOUSAND_YUAN]))
    def test_in_the_wrong_unit_is_ten_thousand_times_off(self, fen: int, unit: Unit) -> None:
        column = Column(name="a", header="a", type=FieldType.MONEY, unit=unit)
        right = Decimal(money_text(fen, column=column))
        wrong = Decimal(money_in_wrong_unit(fen, column=column))
        assert wrong in {right * 10_000, right / 10_000}


class TestShown:
    @pytest.mark.parametrize(
        ("cell", "text"),
        [(None, ""), (5, "5"), (5.0, "5"), (1234.5, "1234.5"), (dt.date(2024, 1, 5), "2024-01-05")],
    )
    def test_is_what_a_reader_sees(self, cell: object, text: str) -> None:
        assert shown(cell) == text
