"""Who is who over a generated city's tables, held against its truth: precision and recall, in all and by kind of dirt.

    python benchmarks/resolution_city.py FOLDER [--tables AMR/enterprise_registration,TAX/vat_returns,...]

FOLDER is from ``shuxin city generate``. The tables are imported with their contracts into a home of their own and
resolved as ``shuxin resolve`` does. A row's firm is the truth's: the bearer of its code or of its office's own number,
and of a damaged row what ``truth/dirt`` says. A row is right when it was placed with the entity of that firm's credit
code. Precision: right rows of those placed with any credit code. Recall: right rows of all whose firm is known. Rows
that wait in the review queue count as not found. Kinds of dirt are of the row's code and of its name.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TABLES = (
    "AMR/enterprise_registration", "AMR/annual_reports", "AMR/market_penalties", "TAX/taxpayers", "TAX/vat_returns",
    "TAX/tax_payments", "TAX/tax_arrears", "COURT/case_filings", "COURT/enforcements", "HRSS/si_unit_months",
    "HPF/hpf_unit_months", "PWR/power_bills",
)  # fmt: skip
FEWEST = 30
"""Rows of a kind below which its figures are left out."""


def import_all(folder: Path, names: list[str], home: Path) -> dict[str, float]:
    """Seconds by step."""
    from shuxin.portal.bootstrap import start

    settings = start()
    import pyarrow.parquet as pq

    from shuxin.catalogue.api import DataGroup, Level
    from shuxin.fusion.api import Holder, accept_all, import_folder
    from shuxin.infra.api import now_in_china, silent_progress
    from shuxin.portal.founding import set_up

    codes = pq.read_table(folder / "truth" / "identity.parquet", columns=["uscc"])["uscc"]
    code = next(one for one in codes.to_pylist() if one.startswith("91"))
    set_up(settings, party=f"uscc:{code}", kind="department", name="bench", now=now_in_china())
    place = home / "in"
    for name in names:
        target = place / f"{name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / f"{name}.parquet", target)
    work = {
        "holder": Holder("", "city", DataGroup.PUBLIC, Level.L2),
        "settings": settings,
        "by": "bench",
        "language": "en",
        "progress": silent_progress,
    }
    began = time.perf_counter()
    import_folder(place, **work)
    accept_all(settings=settings, by="bench")
    outcomes = import_folder(place, **work)
    wrong = [one for one in outcomes if one.error or not one.rows_loaded]
    if wrong:
        raise SystemExit(str(wrong))
    rows = sum(one.rows_loaded for one in outcomes)
    return {"rows": rows, "import": time.perf_counter() - began}


def resolve() -> dict[str, float]:
    """Counts of the resolution, seconds and peak memory in MiB: the process does nothing else."""
    from shuxin.portal.bootstrap import start

    settings = start()
    from shuxin.consent.api import Purpose
    from shuxin.fusion.api import resolve_all
    from shuxin.infra.api import now_in_china, silent_progress
    from shuxin.portal.bootstrap import permit_for_all

    permit = permit_for_all(Purpose.ENTITY_RESOLUTION, now=now_in_china())
    began, busy = time.perf_counter(), time.process_time()
    counts = resolve_all(
        permit=permit, settings=settings, now=now_in_china(), progress=silent_progress
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - busy}
    return {**counts, **seconds, "peak_mib": peak}


PLACED = """
CREATE OR REPLACE TABLE placed AS
SELECT rows._line - 2 AS row, coalesce(rows.code, '') AS code, coalesce(rows.name, '') AS name,
       mention.entity AS entity, mention.basis AS basis
FROM rows LEFT JOIN mention ON mention.dataset = $dataset
 AND coalesce(mention.{said}, '') = left(coalesce(rows.code, ''), {longest})
 AND mention.name_text = left(coalesce(rows.name, ''), 300)
"""
JUDGED = """
WITH dirt AS (
  SELECT row, any_value(firm) AS firm,
         coalesce(any_value(kind) FILTER ("column" = 'subject_code'), 'none') AS code_kind,
         coalesce(any_value(kind) FILTER ("column" = 'subject_name'), 'none') AS name_kind
  FROM read_parquet($dirt) WHERE "column" IN ('subject_code', 'subject_name') GROUP BY row)
SELECT coalesce(dirt.code_kind, 'none') AS code_kind, coalesce(dirt.name_kind, 'none') AS name_kind,
       count(*) AS rows,
       count(*) FILTER (entity NOT LIKE '%:%') AS placed,
       count(*) FILTER (entity = bearer.uscc) AS fits,
       count(*) FILTER (entity IS NULL) AS nowhere
FROM placed LEFT JOIN dirt USING (row)
LEFT JOIN who ON who.number = placed.code
JOIN who_is AS bearer ON bearer.firm = coalesce(dirt.firm, who.firm)
GROUP BY ALL
"""


def judge(folder: Path, names: list[str]) -> dict[tuple[str, str], list[int]]:
    """By kind of dirt of code and name: rows, placed with a credit code, placed rightly."""
    from shuxin.portal.bootstrap import start

    settings = start()
    import duckdb
    import pyarrow as pa

    from shuxin.catalogue.api import contract, loads
    from shuxin.fusion.models import Mention
    from shuxin.infra.api import Store

    engine = duckdb.connect()
    engine.execute("SET threads = 2")
    told = list(
        Mention.objects.values_list(
            "dataset", "code_text", "name_text", "number_text", "entity__identity", "basis"
        )
    )
    columns = ("dataset", "code_text", "name_text", "number_text", "entity", "basis")
    engine.register(
        "mention", pa.table(dict(zip(columns, map(list, zip(*told, strict=True)), strict=True)))
    )
    engine.execute(
        "CREATE TABLE who_is AS SELECT * FROM read_parquet($1)",
        [str(folder / "truth" / "identity.parquet")],
    )
    found: dict[tuple[str, str], list[int]] = {}
    store = Store(settings.store)
    for name in names:
        department, slug = name.split("/")
        account = f"account_{department.lower()}"
        (load,) = loads(dataset=slug)
        file = str(store.folder(load.store_name) / "rows.parquet")
        engine.execute(
            "CREATE OR REPLACE TABLE rows AS SELECT _line, subject_code AS code, subject_name AS name"
            " FROM read_parquet($1)",
            [file],
        )
        by_number = dict(contract(dataset=slug).extra)["subjectKey"] == "account"
        engine.execute(
            "CREATE OR REPLACE TABLE who AS SELECT firm, "
            + (account if by_number else "uscc")
            + " AS number FROM who_is"
        )
        said, longest = ("number_text", 60) if by_number else ("code_text", 100)
        engine.execute(PLACED.format(said=said, longest=longest), {"dataset": slug})
        dirt = str(folder / "truth" / "dirt" / f"{slug}.parquet")
        for code, named, *counts in engine.execute(JUDGED, {"dirt": dirt}).fetchall():
            kept = found.setdefault((code, named), [0, 0, 0, 0])
            for at, count in enumerate(counts):
                kept[at] += count
    return found


def _sum(found: dict[tuple[str, str], list[int]], wanted: object) -> list[int]:
    chosen = [counts for kinds, counts in found.items() if wanted(kinds)]  # type: ignore[operator]
    return [sum(column) for column in zip(*chosen, strict=True)] if chosen else [0, 0, 0, 0]


def show(found: dict[tuple[str, str], list[int]]) -> None:
    codes = sorted({code for code, _ in found} - {"none"})
    names = sorted({name for _, name in found} - {"none"})
    lines: list[tuple[str, object]] = [
        ("all rows", lambda _: True),
        ("no dirt", lambda k: k == ("none", "none")),
        ("code miswritten, name right", lambda k: k[0] != "none" and k[1] == "none"),
        ("name misquoted, code right", lambda k: k[0] == "none" and k[1] != "none"),
        ("both", lambda k: "none" not in k),
        *((f"  {code}", lambda k, code=code: k[0] == code) for code in codes),
        *((f"  {name}", lambda k, name=name: k[1] == name) for name in names),
        *((f"  code wrong and {name}", lambda k, name=name: k[0] != "none" and k[1] == name) for name in names),
    ]  # fmt: skip
    print("| rows with | rows | precision | recall | found nowhere |\n|---|---|---|---|---|")
    for label, wanted in lines:
        rows, placed, fits, nowhere = _sum(found, wanted)
        if rows >= FEWEST:
            print(
                f"| {label} | {rows:,} | {fits / max(placed, 1):.5f} | {fits / rows:.5f} | {nowhere:,} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--home", type=Path, help="a home that is kept")
    parser.add_argument("--step", choices=("import", "resolve", "judge"))
    options = parser.parse_args()
    names = [
        name for name in options.tables.split(",") if (options.folder / f"{name}.parquet").is_file()
    ]
    if options.step == "import":
        print("STEP", json.dumps(import_all(options.folder, names, options.home)))
    elif options.step == "resolve":
        print("STEP", json.dumps(resolve()))
    elif options.step == "judge":
        show(judge(options.folder, names))
    else:
        with tempfile.TemporaryDirectory(prefix="shuxin-bench-") as scratch:
            home = options.home or Path(scratch)
            for step in ("import", "resolve", "judge"):
                run_step(step, options.folder, names, home)


def run_step(step: str, folder: Path, names: list[str], home: Path) -> None:
    """In a process of its own, so that its peak memory is its own."""
    import os

    environment = os.environ | {"SHUXIN_HOME": str(home), "SHUXIN_DATABASE_URL": ""}
    command = [
        sys.executable,
        __file__,
        str(folder),
        "--tables",
        ",".join(names),
        "--home",
        str(home),
    ]
    done = subprocess.run([*command, "--step", step], env=environment, check=False, text=True,
                          capture_output=True)  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    print(done.stdout, flush=True)


if __name__ == "__main__":
    main()
