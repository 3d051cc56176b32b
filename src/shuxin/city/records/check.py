"""``shuxin city check``: whether a folder holds the city that its manifest says, and whether that is like a city."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from shuxin.city.catalogues import CATALOGUES, DEPARTMENTS, OUTSIDE
from shuxin.city.records.check_files import Seen, see
from shuxin.city.records.check_sums import invoices_against_returns
from shuxin.city.records.check_truth import population
from shuxin.city.records.damage import (
    BACK_DATED,
    CODE_ERRORS,
    DATED_BACK,
    DOUBLED,
    LATE,
    NAME_VARIANTS,
    UNIT_SLIPS,
    may_be_dated_back,
)
from shuxin.city.records.errors import CityMissing
from shuxin.city.records.filing import TRUTH_FOLDER
from shuxin.city.records.finding import Finding, near
from shuxin.city.records.service import KIND, MANIFEST
from shuxin.city.records.subjects import LISTED
from shuxin.city.records.times import LATE_SHARE
from shuxin.city.world.scale import WHOLE_CITY
from shuxin.infra.api import silent_progress
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from shuxin.infra.api import Progress

COUNT_TOLERANCE, FIRM_SPREAD = 0.01, 1.5
"""Rows may differ from their budget by one per cent, and by what chance does among few firms."""
FAILURES, FOLLOWING = 0.0878, {"COURT": (0.45, 10)}
"""A department's rows may follow the failures of the city, which are more in one seed's economy than in another's: of a
budget that holds where so many firms fail in five years over those that live, the part that rises and falls with them,
and rows of one case. By counties of seeds 1 to 4: failures .072 to .111, rows of the court .90 to 1.09 of the budget.
"""
_THREADS = 2
_FILES = Text(en="files that are whole and say what the manifest says", zh="完整且与清单一致的文件")
_ROWS = Text(en="rows of {department}, millions", zh="{department} 行数（百万）")
_ALL_ROWS = Text(en="rows of all departments, millions", zh="全部部门行数（百万）")
_DIRT = {
    "code": Text(en="miswritten codes, share of rows", zh="误写代码占行数比例"),
    "name": Text(en="misquoted names, share of rows", zh="误写名称占行数比例"),
    "doubled": Text(en="rows that stand twice, share", zh="重复行比例"),
    "unit": Text(en="amounts in a wrong unit, share of rows", zh="单位错误占行数比例"),
    "back": Text(en="events dated back, share of rows", zh="倒签日期占行数比例"),
    "late": Text(en="late rows, share", zh="迟到行比例"),
}
__all__ = ["Finding", "check_city"]


def check_city(folder: Path, *, progress: Progress = silent_progress) -> tuple[Finding, ...]:
    """All checks of a city's folder: files, schemas, contracts, digests, counts, codes, damage, population, sums.

    Raises:
        CityMissing: there is no manifest of a city.
    """
    manifest = _manifest(folder)
    told = {one["slug"]: one for one in manifest["catalogues"]}
    known = {one.slug: one for one in (*CATALOGUES, *OUTSIDE)}
    total, done = int(manifest["rows"]), [0]

    def look(slug: str) -> Seen:
        def heard(rows: int) -> None:
            done[0] += rows
            progress(min(done[0], total), total, slug)

        return see(folder, known[slug], told[slug], done=heard)

    with ThreadPoolExecutor(_THREADS) as pool:
        seen = list(pool.map(look, [slug for slug in told if slug in known]))
    sound = sum(one.is_sound for one in seen)
    findings = [Finding(_FILES, f"{len(told)}", f"{sound}", sound == len(told))]
    findings += [finding for one in seen for finding in one.findings]
    firms = int(manifest["firms"])
    findings += _counts(seen, told, firms, failures=_failures(folder))
    findings += _damage(seen, told)
    findings += population(folder)
    if {"invoices_out", "vat_returns"} <= {one.catalogue.slug for one in seen if one.is_sound}:
        findings += invoices_against_returns(folder)
    return tuple(findings)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = dict(json.loads((folder / MANIFEST).read_bytes()))
        is_ours = manifest["kind"] == KIND
    except (OSError, ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        raise CityMissing(folder=folder.name, file=MANIFEST)
    return manifest


def _failures(folder: Path) -> int | None:
    """Firms that failed in the window; nothing where the truth does not tell."""
    try:
        return int(pq.read_metadata(folder / TRUTH_FOLDER / "defaults.parquet").num_rows)
    except (OSError, pa.ArrowInvalid):
        return None


def _counts(
    seen: list[Seen],
    told: Mapping[str, Mapping[str, Any]],
    firms: int,
    *,
    failures: int | None,
) -> list[Finding]:
    """True rows of each department whose catalogues are all there, against its budget."""
    within = COUNT_TOLERANCE + (FIRM_SPREAD / firms**0.5 if firms < WHOLE_CITY else 0.0)
    found, wanted = dict.fromkeys(DEPARTMENTS, 0), dict.fromkeys(DEPARTMENTS, 0.0)
    many = dict.fromkeys(DEPARTMENTS, 0)
    for one in seen:
        code = one.catalogue.department
        if code in found:
            found[code] += one.rows - int(told[one.catalogue.slug]["doubled"])
            wanted[code] += float(told[one.catalogue.slug]["expected"])
            many[code] += 1
    whole = [code for code, one in DEPARTMENTS.items() if many[code] == one.catalogues]
    for code, (part, _) in FOLLOWING.items():
        if failures is not None:
            wanted[code] *= 1 + part * (failures / (FAILURES * firms) - 1)
    clumps = {code: many for code, (_, many) in FOLLOWING.items()}
    rows = [
        _budget(
            _ROWS.filled(department=code), wanted[code], found[code], within, clumps.get(code, 1)
        )
        for code in whole
    ]
    if len(whole) == len(DEPARTMENTS):
        rows.append(_budget(_ALL_ROWS, sum(wanted.values()), sum(found.values()), within))
    return rows


def _budget(what: Text, wanted: float, found: int, within: float, clump: int = 1) -> Finding:
    """clump: rows that come together."""
    slack = max(within * wanted, 3 * (clump * wanted) ** 0.5)
    return near(what, wanted / 1e6, found / 1e6, within=slack / 1e6, digits=4)


def _damage(seen: list[Seen], told: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Rates of damage over the rows that may have it."""

    def rows(chosen: list[Seen]) -> int:
        return sum(one.rows - int(told[one.catalogue.slug]["doubled"]) for one in chosen)

    def hits(chosen: list[Seen], *starts: str) -> int:
        return sum(
            many for one in chosen for kind, many in one.dirt.items() if kind.startswith(starts)
        )

    sound = [one for one in seen if one.is_sound]
    by_code = [one for one in sound if one.catalogue.subject_key == "uscc"]
    by_name = [one for one in sound if one.catalogue.subject_key not in {"person", *LISTED}]
    dated = [one for one in sound if may_be_dated_back(one.catalogue)]
    amounts = [one for one in sound if one.has_amounts_by_hand]
    generic = [one for one in sound if not told[one.catalogue.slug]["recipe"]]
    return [
        _rate("code", CODE_ERRORS, hits(by_code, "code_"), rows(by_code)),
        _rate("name", NAME_VARIANTS, hits(by_name, "name_"), rows(by_name), slack=0.12),
        _rate("doubled", DOUBLED, hits(sound, "doubled_row"), rows(sound)),
        _rate("unit", UNIT_SLIPS, hits(amounts, "unit_slip"), rows(amounts), slack=0.6),
        _rate("back", BACK_DATED, hits(dated, DATED_BACK), rows(dated)),
        _rate("late", LATE_SHARE, hits(generic, LATE), rows(generic), slack=0.12),
    ]


def _rate(name: str, wanted: float, hits: int, rows: int, *, slack: float = 0.06) -> Finding:
    within = wanted * slack + 4 * (wanted / max(rows, 1)) ** 0.5
    return near(_DIRT[name], wanted, hits / max(rows, 1), within=within, digits=4)
