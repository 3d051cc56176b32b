from __future__ import annotations

import datetime as dt
import os
import sqlite3
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fusion.reading.conftest import Row, read_all, tables

from shuxin.fusion.reading import columnar
from shuxin.fusion.reading.columnar import DatabaseTable, ParquetTable
from shuxin.fusion.reading.errors import DatabaseUnreadable, NotATable
from shuxin.fusion.reading.opening import DatabaseSource

if TYPE_CHECKING:
    from pathlib import Path

VALUES = {
    "文字": (["甲", None], ("甲", "")),
    "整数": ([2**53 + 1, -1], ("9007199254740993", "-1")),
    "金额": ([Decimal("12.50"), None], ("12.50", "")),
    "小数": ([0.1, 3.0], ("0.1", "3")),
    "日期": ([dt.date(2024, 1, 5), None], ("2024-01-05", "")),
    "真假": ([True, False], ("TRUE", "FALSE")),
    "字节": ([b"\x01\xff", b""], ("01ff", "")),
}


class TestParquetTable:
    def test_gives_typed_values_as_a_csv_would_hold_them(self, tmp_path: Path) -> None:
        path = tmp_path / "table.parquet"
        pq.write_table(pa.table({name: values for name, (values, _) in VALUES.items()}), path)
        table = ParquetTable(path, "table.parquet")
        found, bad = read_all(table, width=len(VALUES), skip_through=1)
        texts = [tuple(text[row] for _, text in VALUES.values()) for row in (0, 1)]
        assert found == [(2, texts[0]), (3, texts[1])]
        assert not bad
        assert table.head(2) == [(1, tuple(VALUES)), (2, texts[0])]

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_gives_moments_in_china_time(self, tmp_path: Path, unit: str) -> None:
        moment = dt.datetime(2024, 1, 5, 18, 30, tzinfo=dt.UTC)
        path = tmp_path / "table.parquet"
        pq.write_table(pa.table({"t": pa.array([moment], pa.timestamp(unit, "UTC"))}), path)
        found, _ = read_all(ParquetTable(path, "f"), width=1, skip_through=1)
        assert found == [(2, ("2024-01-06 02:30:00",))]

    def test_cuts_nanoseconds_that_no_calendar_type_holds(self, tmp_path: Path) -> None:
        path = tmp_path / "table.parquet"
        pq.write_table(
            pa.table({"t": pa.array([1_700_000_000_000_000_001], pa.timestamp("ns"))}), path
        )
        found, _ = read_all(ParquetTable(path, "f"), width=1, skip_through=1)
        assert found == [(2, ("2023-11-14 22:13:20",))]

    def test_refuses_a_value_outside_the_calendar(self, tmp_path: Path) -> None:
        path = tmp_path / "table.parquet"
        pq.write_table(pa.table({"t": pa.array([2**60], pa.timestamp("us"))}), path)
        with pytest.raises(NotATable):
            read_all(ParquetTable(path, "f"), width=1)

    @given(st.binary(min_size=1, max_size=40), st.floats(0, 1), st.booleans())
    def test_refuses_damage_wherever_it_is(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        noise: bytes,
        where: float,
        keeps_footer: bool,
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "damaged.parquet"
        pq.write_table(pa.table({"名称": ["甲", "乙"] * 99, "数": list(range(198))}), path)
        content = path.read_bytes()
        end = len(content) // 3 if keeps_footer else len(content)
        at = int(where * end)
        path.write_bytes(content[:at] + noise + content[at + len(noise) :])
        table = ParquetTable(path, "damaged.parquet")
        try:
            table.head(5)
            read_all(table, width=2)
        except NotATable as error:
            assert error.code == "file_not_a_table"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A SQLite file with one table."""
    path = tmp_path / "source.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("create table 名单 (名称 text, 金额 real, 日期 text)")
    rows = [("乙公司", 2.5, "2024-01-06"), ("甲公司", 1.0, "2024-01-05"), ("丙公司", None, "")]
    connection.executemany("insert into 名单 values (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


class TestDatabaseTable:
    def test_gives_rows_in_an_order_that_repeats(self, database: str) -> None:
        table = DatabaseTable(database, "名单", "database:名单")
        found, _ = read_all(table, width=3, skip_through=1)
        assert {cells for _, cells in found} == {
            ("乙公司", "2.5", "2024-01-06"),
            ("甲公司", "1", "2024-01-05"),
            ("丙公司", "", ""),
        }
        assert [line for line, _ in found] == [2, 3, 4]
        assert found == read_all(table, width=3, skip_through=1)[0]
        assert table.head(1) == [(1, ("名称", "金额", "日期"))]

    def test_reads_in_batches(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        table = DatabaseTable(database, "名单", "database:名单")
        whole = read_all(table, width=3)
        monkeypatch.setattr(columnar, "_BATCH_ROWS", 2)
        assert read_all(table, width=3) == whole

    @pytest.mark.parametrize(
        ("url", "table"),
        [
            ("{url}", "没有"),
            ("sqlite:////nowhere/at/all.db", "名单"),
            ("no address", "名单"),
            ("oracle+nodriver://user:secret@host/db", "名单"),
            ("mysql://user:secret@host/db", "名单"),
        ],
    )
    def test_tells_what_cannot_be_read_without_the_password(
        self, database: str, url: str, table: str
    ) -> None:
        with pytest.raises(DatabaseUnreadable) as caught:
            DatabaseTable(url.format(url=database), table, "f").head(5)
        assert "secret" not in caught.value.say("en") + caught.value.say("zh")

    def test_has_a_fingerprint_that_follows_the_content(self, database: str) -> None:
        source = DatabaseSource(database, "名单")
        before = source.fingerprint()
        assert source.fingerprint() == before
        with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
            connection.execute("update 名单 set 金额 = 9 where 名称 = '甲公司'")
        connection.close()
        assert source.fingerprint().sha256 != before.sha256

    @pytest.mark.django_db
    @pytest.mark.skipif(
        not os.environ.get("SHUXIN_DATABASE_URL"), reason="no PostgreSQL: SHUXIN_DATABASE_URL"
    )
    @settings(max_examples=5)
    @given(tables(st.text("甲乙ab1 ", max_size=5), least_width=2))
    def test_reads_postgresql_too(self, rows: list[Row]) -> None:
        import sqlalchemy as sa

        url = os.environ["SHUXIN_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
        engine = sa.create_engine(url)
        names = [f"列{number}" for number in range(len(rows[0]))]
        table = sa.Table(
            "shuxin_source_test", sa.MetaData(), *(sa.Column(n, sa.Text) for n in names)
        )
        table.drop(engine, checkfirst=True)
        table.create(engine)
        try:
            with engine.begin() as connection:
                connection.execute(
                    sa.insert(table), [dict(zip(names, row, strict=True)) for row in rows]
                )
            source = DatabaseTable(url, "shuxin_source_test", "f")
            found, _ = read_all(source, width=len(names), skip_through=1)
            assert sorted(cells for _, cells in found) == sorted(rows)
        finally:
            table.drop(engine)
            engine.dispose()
