from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from shuxin.catalogue.api import Contract, DataGroup, Field, FieldType, Meaning
from shuxin.fusion.mapping import ColumnMapping, Mapping
from shuxin.fusion.reading.container import Container
from shuxin.fusion.reading.records import BadRecord, RawBatch
from shuxin.fusion.rejects import REASONS
from shuxin.fusion.rows import Plan, RowMaker
from shuxin.kernel.dates import DateSpelling

HEADERS = ("名称", "日期", "金额", "")
CONTRACT = Contract(
    dataset="名单",
    version="1.0.0",
    title="名单",
    department="某局",
    group=DataGroup.PUBLIC,
    fields=(
        Field(name="名称", type=FieldType.STRING, meaning=Meaning.SUBJECT_NAME),
        Field(name="日期", type=FieldType.DATE),
        Field(name="金额", type=FieldType.MONEY, unit="fen"),
    ),
)
MAPPING = Mapping(
    file="f",
    dataset="名单",
    container=Container.TEXT,
    columns=(
        ColumnMapping(header="名称", field="名称"),
        ColumnMapping(header="日期", field="日期", spellings=(DateSpelling.DASH,)),
        ColumnMapping(header="金额", field="金额", unit="万元"),
    ),
)
cells = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "北京甲有限公司",
            "合计",
            "名称",
            "日期",
            "金额",
            "2024-01-05",
            "２０２４-01-05",
            "1.5",
            "1,234",
            "-",
            "无",
            "abc",
            "13800138000",
            "9" * 30,
            "0.001",
            "NaN",
            "1e999",
            "²",
        ]
    ),
    st.text(max_size=6),
)
rows = st.lists(st.tuples(cells, cells, cells, st.sampled_from(["", "", "x"])), max_size=12)
bad_records = st.lists(
    st.builds(
        BadRecord,
        line=st.integers(100, 200),
        reason=st.sampled_from(["too_few_cells", "too_many_cells", "undecodable"]),
        cells=st.lists(cells, min_size=1, max_size=6).map(tuple),
    ),
    max_size=3,
)


def made(found: list[tuple[str, ...]], bad: list[BadRecord]) -> tuple[RowMaker, pa.Table, pa.Table]:
    maker = RowMaker(Plan.of(headers=HEADERS, mapping=MAPPING, contract=CONTRACT), bytes(32))
    columns = zip(*found, strict=True) if found else ((),) * len(HEADERS)
    lines = np.arange(2, len(found) + 2, dtype=np.int64)
    batch = RawBatch(lines, tuple(pa.array(c, pa.string()) for c in columns), tuple(bad))
    return maker, *maker.make(batch)


class TestRowMaker:
    @given(rows, bad_records)
    def test_loses_no_row(self, found: list[tuple[str, ...]], bad: list[BadRecord]) -> None:
        maker, kept, rejects = made(found, bad)
        lines = sorted(kept["_line"].to_pylist() + rejects["line"].to_pylist())
        assert lines == sorted([*range(2, len(found) + 2), *(record.line for record in bad)])
        assert maker.tally.read == len(found) + len(bad)
        assert maker.tally.loaded == kept.num_rows
        assert maker.tally.rejected.total() == rejects.num_rows
        assert set(rejects["reason"].to_pylist()) <= set(REASONS)

    @given(rows)
    def test_stores_nothing_that_the_cell_does_not_say(self, found: list[tuple[str, ...]]) -> None:
        _, kept, _ = made(found, [])
        for row in kept.to_pylist():
            name, date, amount, spare = found[row["_line"] - 2]
            assert not spare
            assert row["名称"] in {
                name.strip() or None,
                name.strip().replace("13800138000", "138****8000") or None,
            }
            if row["日期"] is not None:
                assert row["日期"].isoformat() in date.replace("２０２４", "2024")
            if row["金额"] is not None:
                assert row["金额"] == {
                    "1.5": 1_500_000,
                    "1,234": 1_234_000_000,
                    "0.001": 1_000,
                }.get(amount.strip(), row["金额"])

    def test_fills_blanks_down_across_batches(self) -> None:
        column = MAPPING.columns[0].model_copy(update={"fill_down": True})
        mapping = MAPPING.model_copy(update={"columns": (column, *MAPPING.columns[1:])})
        maker = RowMaker(Plan.of(headers=HEADERS, mapping=mapping, contract=CONTRACT), bytes(32))
        names = []
        for cells_of_batch in (["甲公司", ""], ["", "乙公司"]):
            texts = (cells_of_batch, ["2024-01-05"] * 2, ["1"] * 2, [""] * 2)
            columns = tuple(pa.array(texts_of, pa.string()) for texts_of in texts)
            table, _ = maker.make(RawBatch(np.array([1, 2], dtype=np.int64), columns))
            names += table["名称"].to_pylist()
        assert names == ["甲公司", "甲公司", "甲公司", "乙公司"]
