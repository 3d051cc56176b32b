"""Checks of the population that stands behind the records, by its truth: DOMAIN 9.9."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuxin.city.catalogues.population import SIZES
from shuxin.city.lives import survival
from shuxin.city.records.filing import TRUTH_FOLDER
from shuxin.city.records.finding import Finding, near
from shuxin.city.records.times import LAST_DAY
from shuxin.city.vocabulary import DISTRICT_SHARES, ENTERPRISE_SECTIONS
from shuxin.city.world import parameters as p
from shuxin.city.world.scale import WINDOW_MONTHS, month_days
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

MARGIN, SURVIVAL = 0.02, 0.02
_SURVIVAL_YEARS = (3, 5, 7, 10, 15)
_MONTH_DAYS = 30.4375
RATES: Mapping[str, tuple[float, float]] = {
    "micro": (0.045, 0.010),
    "small": (0.030, 0.010),
    "individual": (0.040, 0.010),
}
"""Defaults of borrowers in twelve months (DOMAIN 9.7), and how far off they may be beside chance."""
_MISSING = Text(en="truth/{file}", zh="truth/{file}")
_MARGINAL = {
    "region": Text(en="firms in region {name}, share", zh="{name} 区划户数占比"),
    "section": Text(en="enterprises of section {name}, share", zh="{name} 门类企业占比"),
    "size": Text(en="enterprises that are {name}, share", zh="{name} 规模企业占比"),
    "kind": Text(en="firms that are {name}, share", zh="{name} 类主体占比"),
}
_SURVIVES = Text(en="enterprises that live {years} years, share", zh="存活 {years} 年的企业占比")
_DEFAULTS = Text(en="defaults in 12 months: {name}", zh="12 个月违约率：{name}")


def population(folder: Path) -> list[Finding]:
    """Marginals of regions, sections, sizes and kinds; survival; default rates by segment."""
    truth = folder / TRUTH_FOLDER
    for file in ("firms.parquet", "labels.parquet"):
        if not (truth / file).is_file():
            return [Finding(_MISSING.filled(file=file), "there", "missing", holds=False)]
    firms = pq.read_table(truth / "firms.parquet")
    labels = pq.read_table(truth / "labels.parquet")
    return [*_marginals(firms), *_survival(firms), *_defaults(firms, labels)]


def _words(firms: pa.Table, name: str) -> NDArray[np.str_]:
    column = pc.cast(firms.column(name).combine_chunks(), "string")
    return np.asarray(pc.fill_null(column, "")).astype(str)


def _days(firms: pa.Table, name: str) -> NDArray[np.int64]:
    """Days since 1970; -1 is missing."""
    column = firms.column(name).combine_chunks().view("int32")
    return np.asarray(pc.fill_null(column, -1)).astype(np.int64)


def _marginals(firms: pa.Table) -> Iterator[Finding]:
    living = _days(firms, "ended") < 0
    enterprise = living & (_words(firms, "kind") == p.KINDS[0])
    groups = (
        ("region", DISTRICT_SHARES, living),
        ("section", ENTERPRISE_SECTIONS, enterprise),
        ("size", dict(zip(SIZES, p.SIZE_SHARES, strict=True)), enterprise),
        ("kind", dict(zip(p.KINDS, p.KIND_SHARES, strict=True)), living),
    )
    for column, shares, chosen in groups:
        words, total = _words(firms, column)[chosen], sum(shares.values())
        for name, share in shares.items():
            wanted = share / total
            chance = 2 * (wanted * (1 - wanted) / max(1, len(words))) ** 0.5
            what = _MARGINAL[column].filled(name=name)
            yield near(what, wanted, float((words == name).mean()), within=MARGIN + chance)


def _survival(firms: pa.Table) -> Iterator[Finding]:
    """The life table of enterprises in the window, but those of rings, who are founded to end."""
    own = _words(firms, "kind") == p.KINDS[0]
    own &= np.asarray(firms.column("ring").combine_chunks().is_null())
    founded, ended = _days(firms, "founded")[own], _days(firms, "ended")[own]
    ended = np.where(ended < 0, LAST_DAY, ended)
    days = month_days().astype(np.int64)
    years = 40
    risk, exits = np.zeros(12 * years), np.zeros(12 * years)
    for month in range(WINDOW_MONTHS):
        here = (founded < days[month]) & (ended >= days[month])
        age = np.minimum((days[month] - founded[here]) / _MONTH_DAYS, 12 * years - 1).astype(int)
        np.add.at(risk, age, 1)
        np.add.at(exits, age[ended[here] < days[month + 1]], 1)
    hazard = exits / np.maximum(risk, 1)
    alive = np.concatenate([[1.0], np.cumprod(1 - hazard)])
    spread = np.sqrt(np.cumsum(hazard / np.maximum(risk, 1)))
    for year, wanted in zip(_SURVIVAL_YEARS, survival()[list(_SURVIVAL_YEARS)], strict=True):
        chance = 3 * float(alive[12 * year] * spread[12 * year - 1])
        what = _SURVIVES.filled(years=year)
        yield near(what, float(wanted), float(alive[12 * year]), within=SURVIVAL + chance)


def _defaults(firms: pa.Table, labels: pa.Table) -> Iterator[Finding]:
    """Of borrowers, over all as-of days."""
    firm = np.asarray(labels.column("firm"))
    owes = np.asarray(labels.column("has_loan"))
    bad = np.asarray(labels.column("defaults"))
    own = _words(firms, "kind")[firm] == p.KINDS[p.INDIVIDUAL]
    size = _words(firms, "size")[firm]
    segments: Mapping[str, Flags] = {
        "micro": ~own & (size == SIZES[0]),
        "small": ~own & (size == SIZES[1]),
        "individual": own,
    }
    for name, chosen in segments.items():
        rows = owes & chosen
        wanted, slack = RATES[name]
        many = max(1, len(np.unique(firm[rows])))
        chance = 3 * (wanted / many) ** 0.5
        found = float(bad[rows].mean()) if rows.any() else 0.0
        yield near(_DEFAULTS.filled(name=name), wanted, found, within=slack + chance)
