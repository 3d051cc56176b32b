"""Pictures of a generated city for docs/city.md: age, size, industry, defaults, signs before default, worth of records.

    python benchmarks/city_plots.py FOLDER --ladder LADDER.json [--into docs/city]

LADDER.json is what ``city_ladder.py --json`` wrote. Each picture is an SVG of a few kilobytes that follows the reader's
light or dark theme.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from city_ladder_features import MONTHS, Records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Column = np.ndarray

STYLE = """
.page{fill:#f7f9fb}.text{fill:#46596b;font-size:12px}.head{fill:#14293d;font-size:14px;font-weight:600}
.axis{stroke:#9fb0c0;stroke-width:1;fill:none}.grid{stroke:#dde5ec;stroke-width:1}.bar{fill:#1f6fb2}
.aim{stroke:#b4690e;stroke-width:2.5}.error{stroke:#14293d;stroke-width:1.5}.now{stroke:#46596b;stroke-dasharray:3 3}
.l0{stroke:#1f6fb2;fill:none}.l1{stroke:#b4690e;fill:none}.l2{stroke:#1f8a78;fill:none}.l3{stroke:#8a3ffc;fill:none}
.l4{stroke:#c2255c;fill:none}.l5{stroke:#6b8196;fill:none}.line{stroke-width:2}.dash{stroke-dasharray:5 4}
.t0{fill:#1f6fb2}.t1{fill:#9a5b0c}.t2{fill:#136b5c}.t3{fill:#6f2bd6}.t4{fill:#a61e4d}.t5{fill:#46596b}
@media (prefers-color-scheme:dark){
.page{fill:#12202d}.text{fill:#b7c5d3}.head{fill:#eef4f9}.axis{stroke:#5f7487}.grid{stroke:#263a4b}.bar{fill:#5ba6e6}
.aim{stroke:#f0a94a}.error{stroke:#eef4f9}.now{stroke:#b7c5d3}.l0{stroke:#5ba6e6}.l1{stroke:#f0a94a}.l2{stroke:#54c7b2}
.l3{stroke:#b995ff}.l4{stroke:#ff86a8}.l5{stroke:#9fb0c0}.t0{fill:#7dbdf2}.t1{fill:#f0a94a}.t2{fill:#54c7b2}.t3{fill:#c4a8ff}
.t4{fill:#ff9db8}.t5{fill:#b7c5d3}}
"""
WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 46, 44
BEFORE, AFTER = 15, 18
SINCE, FEWEST = 24 + 18, 20
"""Month of default from which there is a usual amount of each kind, and fewest defaults behind a point."""
SIGNS = (
    "billed",
    "kWh",
    "insured",
    "sued in the month",
    "came to enforcement",
    "put on the list of the dishonest",
)


@dataclass
class Picture:
    """A frame with a title, a vertical axis from ``low`` to ``high`` and what is drawn into it."""

    name: str
    title: str
    low: float
    high: float
    left: int = LEFT
    parts: list[str] = field(default_factory=list)

    def x(self, share: float) -> float:
        return self.left + share * (WIDTH - self.left - RIGHT)

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def text(
        self, x: float, y: float, words: str, *, kind: str = "text", anchor: str = "middle"
    ) -> None:
        self.parts.append(
            f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
        )

    def rule(self, x: float, y: float, x2: float, y2: float, kind: str) -> None:
        self.parts.append(
            f'<line class="{kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
        )

    def ticks(self, values: Sequence[float], said: str = "{:.0%}") -> None:
        for value in values:
            self.rule(self.left, self.y(value), WIDTH - RIGHT, self.y(value), "grid")
            self.text(self.left - 6, self.y(value) + 4, said.format(value), anchor="end")

    def under(self, words: str) -> None:
        self.text(self.x(0.5), HEIGHT - 8, words)

    def bars(
        self,
        names: Sequence[str],
        values: Sequence[float],
        *,
        aims: Sequence[float | None] = (),
        errors: Sequence[float] = (),
    ) -> None:
        step = (WIDTH - self.left - RIGHT) / len(names)
        for place, (name, value) in enumerate(zip(names, values, strict=True)):
            x, y = self.left + (place + 0.18) * step, self.y(value)
            middle = x + 0.32 * step
            self.parts.append(
                f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{0.64 * step:.1f}"'
                f' height="{self.y(self.low) - y:.1f}"/>'
            )
            if errors:
                self.rule(
                    middle,
                    self.y(value - errors[place]),
                    middle,
                    self.y(value + errors[place]),
                    "error",
                )
            aim = aims[place] if aims else None
            if aim is not None:
                self.rule(x - 4, self.y(aim), x + 0.64 * step + 4, self.y(aim), "aim")
            for row, word in enumerate(name.split("\n")):
                self.text(middle, HEIGHT - BOTTOM + 15 + 13 * row, word)

    def path(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        where = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline class="line {kind}" points="{where}"/>')

    def write(self, into: Path) -> None:
        self.rule(self.left, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis")
        (into / f"{self.name}.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
            f' aria-label="{escape(self.title)}"'
            " font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif\">"
            f'<style>{STYLE}</style><rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
            f'<text class="head" x="16" y="24">{escape(self.title)}</text>{"".join(self.parts)}</svg>\n',
            encoding="utf-8",
        )


def firms(r: Records) -> dict[str, Column]:
    sql = """SELECT kind::VARCHAR AS kind, size::VARCHAR AS size, section::VARCHAR AS section,
        base_revenue AS revenue, ended IS NULL AS lives,
      datediff('day', founded, DATE '2026-01-01') / 365.25 AS age FROM read_parquet($1) ORDER BY firm"""
    found = r.con.execute(sql, [str(r.folder / "truth" / "firms.parquet")]).fetchnumpy()
    return {name: np.asarray(column) for name, column in found.items()}


def age(of: Mapping[str, Column]) -> Picture:
    years = np.minimum(of["age"][of["lives"]], 25.99).astype(int)
    shares = np.bincount(years, minlength=26) / len(years)
    young, old = float((years < 5).mean()), float((years >= 10).mean())
    shown = Picture(
        "age",
        f"Age of living firms: {young:.0%} under 5 years, {old:.0%} over 10 (aims 49 %, 18 %)",
        0,
        0.14,
    )
    shown.ticks([0, 0.04, 0.08, 0.12])
    shown.bars([str(n) if n % 5 == 0 else "" for n in range(25)] + ["25+"], list(shares))
    shown.under("years")
    return shown


def size(of: Mapping[str, Column]) -> Picture:
    own = of["lives"] & (of["kind"] == "enterprise")
    sales = np.sort(of["revenue"][own])[::-1] / 100
    rank = np.unique(np.rint(np.geomspace(1, len(sales), 60)).astype(int))
    top = np.log10(sales[0])
    low = np.floor(top) - 6
    micro = float((of["size"][own] == "micro").mean())
    shown = Picture(
        "size",
        f"Usual yearly sales of enterprises by rank ({micro:.0%} are micro)",
        low,
        np.ceil(top),
    )
    for power in range(int(low), int(np.ceil(top)) + 1):
        shown.rule(LEFT, shown.y(power), WIDTH - RIGHT, shown.y(power), "grid")
        shown.text(
            LEFT - 6,
            shown.y(power) + 4,
            f"{10**power:,.0f}" if power < 6 else f"{10 ** (power - 6):,.0f} M",
            anchor="end",
        )
    end = np.log10(len(sales))
    shown.path(
        [(shown.x(np.log10(n) / end), shown.y(np.log10(max(sales[n - 1], 1)))) for n in rank], "l0"
    )
    for power in range(int(end) + 1):
        shown.text(shown.x(power / end), HEIGHT - BOTTOM + 16, f"{10**power:,}")
    shown.under("rank; sales in yuan; both scales logarithmic")
    return shown


def industry(of: Mapping[str, Column]) -> Picture:
    own = of["lives"] & (of["kind"] == "enterprise")
    names = {
        "F": "trade",
        "C": "making",
        "L": "services",
        "E": "building",
        "M": "science",
        "I": "software",
        "G": "transport",
        "A": "farming",
        "H": "catering",
        "K": "property",
        "O": "repair",
    }
    aims = dict(
        zip(
            "ABCDEFGHIJKLMNOPQR",
            (3, 0.3, 14, 0.4, 9, 31, 4, 3, 6, 0.4, 3, 13, 7, 0.6, 2.5, 0.8, 0.5, 1.5),
            strict=True,
        )
    )
    shown = Picture("industry", "Enterprises by industry, and the aims (line)", 0, 0.35)
    shown.ticks([0, 0.1, 0.2, 0.3])
    shares = [float((of["section"][own] == name).mean()) for name in names]
    said = [f"\n{name}" if place % 2 else name for place, name in enumerate(names.values())]
    shown.bars(said, shares, aims=[aims[name] / 100 for name in names])
    return shown


def defaults(r: Records, of: Mapping[str, Column]) -> Picture:
    found = r.con.execute(
        "SELECT firm, defaults, as_of::VARCHAR AS day FROM read_parquet($1) WHERE has_loan AND month(as_of) = 1",
        [str(r.folder / "truth" / "labels.parquet")],
    ).fetchnumpy()
    firm, bad = np.asarray(found["firm"]), np.asarray(found["defaults"])
    alone = of["kind"][firm] == "individual"
    small = of["size"][firm]
    rows = {
        "all": (np.ones(len(firm), bool), None),
        "micro": (~alone & (small == "micro"), 0.045),
        "small": (small == "small", 0.030),
        "medium\nand large": (np.isin(small, ("medium", "large")), 0.018),
        "individual\nbusinesses": (alone, 0.040),
        "trade": (of["section"][firm] == "F", None),
        "making": (of["section"][firm] == "C", None),
        "building": (of["section"][firm] == "E", None),
    }
    rates = [float(bad[own].mean()) for own, _ in rows.values()]
    errors = [
        float((rate * (1 - rate) / max(len(np.unique(firm[own])), 1)) ** 0.5)
        for rate, (own, _) in zip(rates, rows.values(), strict=True)
    ]
    shown = Picture(
        "defaults", "Defaults of borrowers in twelve months, and the aims (line)", 0, 0.07
    )
    shown.ticks([0, 0.02, 0.04, 0.06])
    shown.bars(list(rows), rates, aims=[aim for _, aim in rows.values()], errors=errors)
    return shown


def signs(r: Records) -> Picture:
    """Means of amounts, each at most thrice the usual, and shares of firms around default, as they became known."""
    found = r.con.execute(
        "SELECT firm, datediff('month', DATE '2021-01-01', month) AS t FROM read_parquet($1) WHERE by_loan",
        [str(r.folder / "truth" / "defaults.parquet")],
    ).fetchnumpy()
    firm, when = np.asarray(found["firm"]), np.asarray(found["t"])
    amounts = {
        "billed": r.monthly("TAX/invoices_out.parquet", it="sum(amount_net)")["it"],
        "kWh": r.monthly("PWR/power_bills.parquet", "account_pwr", it="sum(kwh)")["it"],
        "insured": r.monthly(
            "HRSS/si_unit_months.parquet", where="type='pension'", it="sum(insured)"
        )["it"],
    }
    events = {
        "sued in the month": r.monthly(
            "COURT/case_filings.parquet", where="role='defendant'", it="count(*)"
        )["it"],
        "came to enforcement": r.monthly(
            "COURT/enforcements.parquet", it="count(*) FILTER (closed IS NULL)"
        )["it"],
        "put on the list of the dishonest": r.monthly(
            "COURT/dishonest_list.parquet", it="count(*) FILTER (removed IS NULL)"
        )["it"],
    }
    shown = Picture(
        "signs",
        "Around a default: what is billed, used and insured, and cases",
        0,
        1.25,
    )
    shown.ticks([0, 0.25, 0.5, 0.75, 1.0])
    months = range(-BEFORE, AFTER + 1)
    x = {month: shown.x((month + BEFORE) / (BEFORE + AFTER)) for month in months}
    for place, (name, grid) in enumerate({**amounts, **events}.items()):
        values = []
        for month in months:
            at = when + month
            there = (at >= 0) & (at < MONTHS - 1) & (when >= (SINCE if name in amounts else 0))
            if there.sum() < FEWEST:
                continue
            now = grid[firm[there], at[there]]
            if name in amounts:
                usual = np.stack(
                    [grid[firm[there], when[there] - back] for back in range(12, 19)]
                ).mean(axis=0)
                ratio = now[usual > 0] / usual[usual > 0]
                values.append((month, float(np.minimum(ratio, 3).mean())))
            else:
                values.append((month, float((now > 0).mean())))
        shown.path(
            [(x[month], shown.y(value)) for month, value in values],
            f"l{place}" + ("" if name in amounts else " dash"),
        )
        row, side = divmod(place, 3)
        shown.text(76 + side * 185, TOP + 2 + 15 * row, name, kind=f"text t{place}", anchor="start")
    shown.rule(x[0], TOP + 22, x[0], HEIGHT - BOTTOM, "now")
    for month in (-12, -6, 0, 6, 12, 18):
        shown.text(x[month], HEIGHT - BOTTOM + 16, f"{month:+}" if month else "default")
    shown.under("months from default, as it became known; dashed: share of firms")
    return shown


def ladder(path: Path) -> Picture:
    rungs = json.loads(path.read_text())
    said = {
        "bank+tax": "bank\n+ tax",
        "bank+tax+social": "+ social",
        "bank+tax+social+judicial+power+registry": "all six",
        "latent": "the hidden\ncauses",
    }
    shown = Picture(
        "ladder",
        "Worth of the records: AUC on a later year, and the aims (line)",
        0.5,
        0.85,
    )
    shown.ticks([0.5, 0.6, 0.7, 0.8], "{:.1f}")
    rungs = [one for one in rungs if one[0] != "latent and cash"]
    best = [
        max((value for name, value in found.items() if name != "apart"), key=lambda value: value[0])
        for _, _, found in rungs
    ]
    shown.bars(
        [said.get(name, name) for name, _, _ in rungs],
        [value for value, _ in best],
        aims=[aim for _, aim, _ in rungs],
        errors=[2 * error for _, error in best],
    )
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ladder", type=Path, required=True)
    parser.add_argument("--into", type=Path, default=Path("docs/city"))
    asked = parser.parse_args()
    asked.into.mkdir(parents=True, exist_ok=True)
    records = Records(asked.folder)
    of = firms(records)
    for shown in (
        age(of),
        size(of),
        industry(of),
        defaults(records, of),
        signs(records),
        ladder(asked.ladder),
    ):
        shown.write(asked.into)
        print(asked.into / f"{shown.name}.svg")


if __name__ == "__main__":
    main()
