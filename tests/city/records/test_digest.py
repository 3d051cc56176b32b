from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.records.digest import Digest, digest_of

SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("code", pa.dictionary(pa.int16(), pa.string())),
        ("many", pa.int64()),
        ("part", pa.float64()),
        ("day", pa.date32()),
        ("flag", pa.bool_()),
        ("time", pa.timestamp("ms", tz="UTC")),
    ]
)
ROWS = st.lists(
    st.tuples(
        st.none() | st.text(alphabet="甲乙ab ", max_size=4),
        st.none() | st.sampled_from(["x", "y"]),
        st.none() | st.integers(-(2**60), 2**60),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.dates(dt.date(1980, 1, 1), dt.date(2030, 1, 1)),
        st.none() | st.booleans(),
        st.none()
        | st.integers(0, 2_000_000_000).map(lambda one: dt.datetime.fromtimestamp(one, tz=dt.UTC)),
    ),
    min_size=1,
    max_size=12,
)


def batch_of(rows: list[tuple[object, ...]]) -> pa.RecordBatch:
    columns = [pa.array([row[place] for row in rows], one.type) for place, one in enumerate(SCHEMA)]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


class TestDigest:
    @given(ROWS, st.integers(0, 12))
    def test_does_not_know_where_batches_end(
        self, rows: list[tuple[object, ...]], cut: int
    ) -> None:
        whole = batch_of(rows)
        cut = min(cut, len(rows))
        assert digest_of([whole], SCHEMA) == digest_of(
            [whole.slice(0, cut), whole.slice(cut)], SCHEMA
        )

    @given(ROWS, st.data())
    def test_any_other_value_is_another(
        self, rows: list[tuple[object, ...]], data: st.DataObject
    ) -> None:
        place = data.draw(st.integers(0, len(rows) - 1))
        column = data.draw(st.integers(0, len(SCHEMA) - 1))
        other = data.draw(ROWS)[0][column]
        if other == rows[place][column] and type(other) is type(rows[place][column]):
            return
        row = (*rows[place][:column], other, *rows[place][column + 1 :])
        changed = [*rows[:place], row, *rows[place + 1 :]]
        same = batch_of(rows).equals(batch_of(changed))
        assert (
            digest_of([batch_of(rows)], SCHEMA) == digest_of([batch_of(changed)], SCHEMA)
        ) == same

    def test_a_file_says_the_same(self, tmp_path: object) -> None:
        rows: list[tuple[object, ...]] = [
            ("甲", "x", 5, 0.5, dt.date(2024, 1, 1), True, dt.datetime(2024, 1, 1, tzinfo=dt.UTC)),
            (None, None, None, None, None, None, None),
            ("", "y", 0, 0.0, dt.date(1970, 1, 1), False, dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
        ]
        made = digest_of([batch_of(rows)], SCHEMA)
        for size, version in ((1, "snappy"), (3, "zstd")):
            path = f"{tmp_path}/{version}.parquet"
            pq.write_table(
                pa.Table.from_batches([batch_of(rows)]),
                path,
                row_group_size=size,
                compression=version,
                store_schema=False,
            )
            file = pq.ParquetFile(path)
            assert digest_of(file.iter_batches(), file.schema_arrow) == made

    def test_nothing_is_not_nought(self) -> None:
        schema = pa.schema([("many", pa.int64())])
        one, other = (
            pa.record_batch([pa.array([value], pa.int64())], schema=schema) for value in (0, None)
        )
        assert digest_of([one], schema) != digest_of([other], schema)

    def test_a_missing_column_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            Digest(SCHEMA).add(pa.record_batch({"text": pa.array(["x"])}))
