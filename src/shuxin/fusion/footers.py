"""Counts out of the footers of stored files: the process behind ``fusion.missing_values``."""

from __future__ import annotations

import json
import sys

import pyarrow.parquet as pq


def counts(files: list[str]) -> dict[str, list[int]]:
    """Under "" the rows; under a column's name its nulls; a file without the column lacks it in every row."""
    rows, present = 0, dict[str, int]()
    for file in files:
        footer = pq.read_metadata(file)
        rows += footer.num_rows
        for group in map(footer.row_group, range(footer.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                nulls = column.statistics.null_count if column.statistics else 0
                name = column.path_in_schema
                present[name] = present.get(name, 0) + group.num_rows - nulls
    return {"": [rows]} | {name: [rows - count] for name, count in present.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(counts(sys.argv[1:])))
