from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fusion.conftest import identity_number, uscc

from shuxin.catalogue.api import (
    Contract,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    Sharing,
)
from shuxin.fusion.claims.errors import ClaimUnmet
from shuxin.fusion.mapping import ColumnMapping, Mapping
from shuxin.fusion.masking import mask_embedded
from shuxin.fusion.plain_texts import all_plain
from shuxin.fusion.reading import typed
from shuxin.fusion.reading.columnar import ParquetTable
from shuxin.fusion.reading.container import Container
from shuxin.fusion.reading.errors import NotATable
from shuxin.fusion.reading.typed import TypedFile
from shuxin.fusion.rows import Plan, RowMaker
from shuxin.fusion.typed_columns import clean_code, convert
from shuxin.fusion.typed_rows import TypedMaker
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"k" * 32
DAY = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))
WORDS = st.one_of(
    st.none(),
    st.text("甲乙王李ab1- \u3000X", max_size=6),
    st.integers(0, 30).map(uscc),
    st.integers(0, 30).map(identity_number),
    st.sampled_from(["13800138000", " 电话13800138000 ", "无", "王建国", "某某有限公司", "na"]),
)
# Two columns are always filled: of a row with a single cell texts would say that it is a note.
FIELDS: dict[str, tuple[Field, st.SearchStrategy[Any], pa.DataType]] = {
    field.name: (field, values, kind)
    for field, values, kind in (
        (Field("主体", FieldType.CODE, meaning=Meaning.SUBJECT_CODE), WORDS, pa.string()),
        (Field("名称", FieldType.STRING, meaning=Meaning.SUBJECT_NAME), WORDS, pa.string()),
        (Field("人", FieldType.STRING, meaning=Meaning.PERSON_NAME), WORDS, pa.string()),
        (Field("股东", FieldType.STRING, personal=PersonalClass.C1), WORDS, pa.string()),
        (Field("编号", FieldType.CODE, required=True), WORDS, pa.string()),
        (Field("人数", FieldType.INTEGER), st.integers(-(10**9), 10**9), pa.int32()),
        (
            Field("比率", FieldType.NUMBER),
            st.none() | st.integers(-(10**6), 10**6).map(lambda n: n / 64),
            pa.float64(),
        ),
        (Field("日期", FieldType.DATE), st.none() | DAY, pa.date32()),
        (Field("是否", FieldType.BOOLEAN), st.booleans(), pa.bool_()),
    )
}  # fmt: skip


def contract_of(*fields: Field) -> Contract:
    return Contract("表", "1.0.0", "表", "税务局", DataGroup.PUBLIC, fields)


def mapping_of(contract: Contract, **how: Any) -> Mapping:
    columns = tuple(ColumnMapping(header=f.name, field=f.name, **how) for f in contract.fields)
    return Mapping(file="f.parquet", dataset="表", container=Container.PARQUET, columns=columns)


def made(maker: TypedMaker) -> tuple[pa.Table, pa.Table]:
    parts = list(maker.tables())
    rows, rejects = (pa.concat_tables(tables) for tables in zip(*parts, strict=True))
    return rows.cast(plain(rows.schema)), rejects


def plain(schema: pa.Schema) -> pa.Schema:
    """With texts instead of dictionaries of them."""
    texts = [
        one.with_type(pa.string()) if pa.types.is_dictionary(one.type) else one for one in schema
    ]
    return pa.schema(texts)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(1, 12))
    return pa.table(
        {
            name: pa.array(draw(st.lists(values, min_size=rows, max_size=rows)), kind)
            for name, (_, values, kind) in FIELDS.items()
        }
    )


class TestTypedMaker:
    @given(tables(), st.booleans(), st.integers(1, 12))
    def test_stores_what_the_same_rows_as_texts_store(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        table: pa.Table,
        words: bool,
        group: int,
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "typed.parquet"
        pq.write_table(table, path, use_dictionary=words, row_group_size=group)
        contract = contract_of(*(field for field, _, _ in FIELDS.values()))
        mapping = mapping_of(contract, spellings=(DateSpelling.DASH,))
        maker = TypedMaker.of(TypedFile(path, "f"), mapping=mapping, contract=contract, key=KEY)
        rows, rejects = made(maker)
        texts = RowMaker(Plan.of(headers=tuple(FIELDS), mapping=mapping, contract=contract), KEY)
        batches = ParquetTable(path, "f").batches(skip_through=1, width=len(FIELDS))
        wanted, kept = zip(*(texts.make(batch) for batch in batches), strict=True)
        assert rows.equals(pa.concat_tables(wanted))
        assert rejects.equals(pa.concat_tables(kept))
        assert maker.tally == texts.tally

    def test_reads_row_group_by_row_group_with_the_line_of_each_row(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(typed, "ROWS_AT_ONCE", 4)
        path = tmp_path / "f.parquet"
        table = pa.table({"主体": [f"甲{n % 3}" for n in range(11)], "人数": [1] * 10 + [None]})
        pq.write_table(table, path, row_group_size=6)
        subject = Field("主体", FieldType.STRING, meaning=Meaning.SUBJECT_NAME)
        contract = contract_of(subject, Field("人数", FieldType.INTEGER, required=True))
        maker = TypedMaker.of(
            TypedFile(path, "f"), mapping=mapping_of(contract), contract=contract, key=KEY
        )
        parts = list(maker.tables())
        assert max(rows.num_rows for rows, _ in parts) <= 4
        rows, rejects = (pa.concat_tables(found) for found in zip(*parts, strict=True))
        assert rows["_line"].to_pylist() == list(range(2, 12))
        assert rejects.to_pylist() == [
            {"line": 12, "column": "人数", "reason": "required_missing", "cells": ["甲1", ""]}
        ]

    def test_refuses_a_column_that_is_gone_or_cannot_be_read_as_its_field(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "f.parquet"
        pq.write_table(pa.table({"主体": ["甲"], "人数": ["三"]}), path)
        contract = contract_of(
            Field("主体", FieldType.STRING),
            Field("人数", FieldType.INTEGER),
            Field("日期", FieldType.DATE),
        )
        with pytest.raises(ClaimUnmet) as caught:
            TypedMaker.of(
                TypedFile(path, "f"), mapping=mapping_of(contract), contract=contract, key=KEY
            )
        assert caught.value.facts["missing"] == "日期"
        assert caught.value.facts["retyped"] == "人数: integer / string"

    def test_keeps_a_text_with_a_zero_byte_aside(self, tmp_path: Path) -> None:
        path = tmp_path / "f.parquet"
        pq.write_table(pa.table({"主体": ["甲", "乙\x00", "甲"]}), path)
        contract = contract_of(Field("主体", FieldType.STRING, meaning=Meaning.SUBJECT_NAME))
        maker = TypedMaker.of(
            TypedFile(path, "f"), mapping=mapping_of(contract), contract=contract, key=KEY
        )
        rows, rejects = made(maker)
        assert rows["主体"].to_pylist() == ["甲", "甲"]
        assert rejects["reason"].to_pylist() == ["control_character"]

    def test_refuses_texts_that_are_not_utf_8(self, tmp_path: Path) -> None:
        path = tmp_path / "f.parquet"
        pq.write_table(pa.table({"主体": ["甲乙丙丁"] * 9}), path, compression="none")
        content = path.read_bytes()
        path.write_bytes(content.replace("甲乙丙丁".encode(), b"\xff" * 12))
        contract = contract_of(Field("主体", FieldType.STRING))
        with pytest.raises(NotATable):
            made(
                TypedMaker.of(
                    TypedFile(path, "f"), mapping=mapping_of(contract), contract=contract, key=KEY
                )
            )


def read(values: pa.Array, kind: FieldType, **field: Any) -> tuple[list[Any], list[bool]]:
    found = convert(values, field=Field("f", kind, **field), key=KEY)
    return found.values.to_pylist(), found.failed.tolist()


class TestConvert:
    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    @pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", None])
    def test_a_moment_is_the_same_moment_and_falls_on_its_day_in_china(
        self, unit: str, zone: str | None
    ) -> None:
        moment = dt.datetime(1969, 12, 31, 18, 30, tzinfo=dt.UTC)
        stated = moment if zone else dt.datetime(1970, 1, 1, 2, 30)  # noqa: DTZ001 - China's
        column = pa.array([stated, None], pa.timestamp(unit, zone))
        moments, failed = read(column, FieldType.TIMESTAMP)
        assert moments == [moment, None]
        assert not any(failed)
        assert read(column, FieldType.DATE)[0] == [dt.date(1970, 1, 1), None]

    @pytest.mark.parametrize(
        "kind",
        [pa.date32(), pa.timestamp("s", "UTC"), pa.timestamp("us"), pa.timestamp("ms", "UTC")],
    )
    def test_a_day_that_no_department_knows_is_kept_aside(self, kind: pa.DataType) -> None:
        per_day = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000}.get(
            getattr(kind, "unit", ""), 1
        )
        bits = pa.int32() if kind == pa.date32() else pa.int64()
        largest = np.iinfo(np.int32 if kind == pa.date32() else np.int64).max
        column = pa.array([0, 90_000 * per_day, largest, -largest, None], bits).view(kind)
        wants = FieldType.DATE if kind == pa.date32() else FieldType.TIMESTAMP
        found = convert(column, field=Field("f", wants), key=KEY)
        assert found.failed.tolist() == [False, True, True, True, False]
        assert found.values.is_null().to_pylist() == [False, True, True, True, True]
        assert found.reason == "date_out_of_range"

    def test_a_decimal_number_is_read_and_an_infinite_one_kept_aside(self) -> None:
        assert read(pa.array([Decimal("1.50"), None]), FieldType.NUMBER)[0] == [1.5, None]
        values, failed = read(pa.array([float("inf"), float("nan"), 0.5, None]), FieldType.NUMBER)
        assert values == [None, None, 0.5, None]
        assert failed == [True, True, False, False]

    def test_whole_numbers_are_stored_as_they_are_and_as_text_where_they_are_of_persons(
        self,
    ) -> None:
        column = pa.array([13800138000, None], pa.int64())
        assert read(column, FieldType.MONEY)[0] == [13800138000, None]
        phone = read(column, FieldType.STRING, meaning=Meaning.PHONE, personal=PersonalClass.C2)
        assert phone[0] == ["138****8000", None]

    def test_codes_of_a_table_keep_their_case_and_others_are_cleaned(self) -> None:
        column = pa.array(["vat", " vat ", "ma-1x", "-", "ＭＡ－２", None])
        table = read(column, FieldType.CODE, code_table=("vat",))[0]
        assert table == ["vat", "vat", "MA1X", None, "MA2", None]
        again = convert(
            column.dictionary_encode(),
            field=Field("f", FieldType.CODE, code_table=("vat",)),
            key=KEY,
        )
        assert again.values.to_pylist() == table
        assert again.placeholders == 1

    def test_a_dictionary_with_a_word_twice_is_made_one_without(self) -> None:
        column = pa.DictionaryArray.from_arrays(
            pa.array([0, 1, 2, None], pa.int32()), pa.array([" 甲", "甲", ""])
        )
        found = convert(column, field=Field("f", FieldType.STRING), key=KEY).values
        assert found.to_pylist() == ["甲", "甲", None, None]
        assert found.dictionary.to_pylist() == ["甲"]


@st.composite
def serials(draw: st.DrawFn) -> list[str | None]:
    """Numbers of records of one length, some with a person's number among their signs."""
    length = draw(st.integers(7, 22))
    sign = st.text("0139AX", min_size=length, max_size=length)
    person = st.one_of(
        st.integers(0, 99).map(identity_number), st.sampled_from(["13800138000", "008613800138000"])
    )
    within = st.tuples(person, st.text("AX9", min_size=length, max_size=length)).map(
        lambda pair: (pair[0] + pair[1])[:length]
    )
    return draw(st.lists(st.none() | sign | within, min_size=1, max_size=6))


class TestAllPlain:
    @given(serials())
    def test_says_so_only_of_texts_that_stay_as_they_are(self, texts: list[str | None]) -> None:
        if all_plain(pa.array(texts, pa.string())):
            for text in filter(None, texts):
                assert text == clean_code(text) == mask_embedded(text).strip()

    def test_knows_serial_numbers_and_looks_at_what_may_be_a_persons(self) -> None:
        assert all_plain(pa.array(["24349009716429639680", "24349009716429639681", None]))
        assert all_plain(pa.array(["LS0000000000001", "LS0000000000002"]).slice(1))
        for text in ("A13800138000", identity_number(3), "0086138001380009A"[:15], "AB CDEFGH", ""):
            assert not all_plain(pa.array([text] * 3))


def test_levels_and_sharing_have_no_part_in_reading() -> None:
    column = pa.array(["甲"])
    for level, sharing in ((Level.L1, Sharing.UNCONDITIONAL), (Level.L5, Sharing.WITHHELD)):
        assert read(column, FieldType.STRING, level=level, sharing=sharing)[0] == ["甲"]
