"""A generated city's Parquet files as the sources of features, without import or resolution.

``sources(connection, folder)`` makes one view for each standard that features read and the city holds, as
``fusion.features.sources.source_table`` gives it: the contract that each file carries says which fields are the
standard's, ``_known_from`` is ``known_time``, and the entity is the subject's code **as it is written** (a miswritten
code is another firm, which is what resolution mends). A department that knows its subjects by its own numbers is read
through ``truth/identity``, in place of the link between numbers and codes that resolution finds.

``features(connection, spine, standards, names)`` computes over these views by the engine's own door.

Run: ``python -m benchmarks.city_sources FOLDER [--as-of 2025-01-01] [--names a,b] [--out FILE.parquet]``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import duckdb
    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import Contract


def connect(*, memory: str = "", threads: int = 0, spill: str = "") -> Backend:
    """An engine in UTC, with a limit on memory and threads where asked."""
    import ibis

    backend = ibis.duckdb.connect()
    for name, value in {
        "memory_limit": memory,
        "threads": threads,
        "temp_directory": spill,
    }.items():
        if value:
            backend.con.execute(f"SET {name} = '{value}'")
    return backend


def files(folder: Path) -> list[Path]:
    """Every catalogue's file; the truth is no source."""
    return sorted(p for p in folder.glob("*/*.parquet") if p.parent.name != "truth")


def contract_in(file: Path) -> Contract:
    """The contract that a file carries among its metadata."""
    from shuxin.catalogue.api import read_contract

    return read_contract(content=pq.read_schema(file).metadata[b"odcs"])


def standards(folder: Path) -> dict[str, list[tuple[Path, Contract]]]:
    """Files that keep a standard, by the standard's name."""
    from shuxin.fusion.features.registry import SOURCES
    from shuxin.fusion.standards import standard_of

    found: dict[str, list[tuple[Path, Contract]]] = {}
    for file in files(folder):
        agreed = contract_in(file)
        standard = standard_of(agreed)
        if standard in SOURCES:
            found.setdefault(standard, []).append((file, agreed))
    return found


def rows_in(folder: Path, only: Collection[str] | None = None) -> int:
    """Rows of the files that keep a standard."""
    found = standards(folder)
    parts = [file for name in found if only is None or name in only for file, _ in found[name]]
    return sum(pq.read_metadata(file).num_rows for file in parts)


def sources(backend: Backend, folder: Path, only: Collection[str] | None = None) -> list[str]:
    """Views named by standard; which ones there are."""
    import ibis

    _identities(backend, folder)
    made = []
    for standard, parts in sorted(standards(folder).items()):
        if only is None or standard in only:
            tables = [_source(backend, standard, file, agreed) for file, agreed in parts]
            backend.create_view(standard, tables[0] if len(tables) == 1 else ibis.union(*tables))
            made.append(standard)
    return made


def _identities(backend: Backend, folder: Path) -> None:
    """Views ``account_DEPARTMENT`` from a department's own number to the firm's code."""
    identity = pq.read_table(folder / "truth" / "identity.parquet")
    for name in identity.column_names:
        if name.startswith("account_"):
            pairs = pa.table({"number": identity[name], "uscc": identity["uscc"]})
            backend.con.register(f"{name}_numbers", pairs.filter(pairs["number"].is_valid()))


def _source(backend: Backend, standard: str, file: Path, agreed: Contract) -> Any:
    import ibis

    from shuxin.fusion.features.sources import source_columns, standard_fields

    rows = backend.read_parquet(str(file))
    if dict(agreed.extra)["subjectKey"] == "uscc":
        rows = rows.mutate(entity=rows["subject_code"])
    else:
        numbers = backend.table(f"account_{file.parent.name.lower()}_numbers")
        joined = rows.join(numbers, rows["subject_code"] == numbers["number"])
        rows = joined.mutate(entity=joined["uscc"]).drop("number", "uscc")
    given = standard_fields(rows, agreed, standard)
    moment = rows["known_time"].cast("timestamp('UTC')")
    given |= {
        "entity": rows["entity"],
        "_dataset": ibis.literal(agreed.dataset),
        "_file": ibis.literal(file.name),
        "_line": rows["src_id"],
        "_known_from": moment,
        "_known_to": ibis.null("timestamp('UTC')"),
    }
    shape = source_columns(standard)
    return rows.select(**{name: given[name].cast(kind) for name, kind in shape.items()})


def firms(folder: Path) -> list[str]:
    """Codes of all firms, branches among them, in the truth's order."""
    return pq.read_table(folder / "truth" / "identity.parquet", columns=["uscc"])[
        "uscc"
    ].to_pylist()


def spine(codes: Sequence[str], days: Sequence[dt.date]) -> pa.Table:
    return pa.table(
        {
            "entity": pa.array([code for _ in days for code in codes], pa.string()),
            "as_of": pa.array([day for day in days for _ in codes], pa.date32()),
        }
    )


def features(
    connection: duckdb.DuckDBPyConnection,
    asked: pa.Table,
    made: Collection[str],
    names: frozenset[str] | None = None,
) -> pa.Table:
    """One row for each of ``asked`` (``entity, as_of``), in any order; ``names`` only, and what they are made of."""
    from shuxin.fusion.features.answering import answered

    return answered(connection, asked, standards=made, names=names)


def begin() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuxin.portal.settings")
    import django

    django.setup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2025, 1, 1))
    parser.add_argument("--names", default="")
    parser.add_argument("--memory", default="6GB")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    begin()
    backend = connect(memory=options.memory)
    made = sources(backend, options.folder)
    names = frozenset(options.names.split(",")) if options.names else None
    clock, cpu = time.perf_counter(), time.process_time()
    found = features(backend.con, spine(firms(options.folder), [options.as_of]), made, names)
    took = time.perf_counter() - clock, time.process_time() - cpu
    print(
        f"{found.num_rows:,} firms, {found.num_columns - 2} features, {took[0]:.1f} s, CPU {took[1]:.1f} s"
    )
    if options.out:
        pq.write_table(found, options.out)
    said = [
        name for name in found.column_names[2:] if found[name].drop_null().unique().__len__() < 2
    ]
    print(f"the same for everybody: {len(said)}: {' '.join(said)}")


if __name__ == "__main__":
    main()
