"""What a joint scorecard is worth on rows that it has not seen, and whether it is the card of one place.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=. python benchmarks/joint_worth.py --data DIRECTORY [--firms N]

Each case is trained with the scorecard kind on a training part only, every party's program in a thread of one process,
messages in memory; the held-out part is scored through the parts as in service: each holder answers in bytes, the
label party takes them in and judges. The card of one place is made of all columns together by the same rules and
scores the held-out part from values too. All of this was chosen before a result was looked at:

- default_credit: FATE's split, 13 features at the bank, 10 at the holder. give_credit: x0 to x4 at the bank, x5 to x7
  at one holder, x8 and x9 at another. Neither has times: of 30,000 rows seven tenths train, drawn with seed 6.
- The city, tiny and with N firms (clean tables, no damage). Rows are loans: those drawn before July 2024 train, the
  others are held out, in each part the first of a firm; bad is a default within a year of the drawing. What was known
  by the morning of the drawing counts and nothing else: each fact by its own known time; an invoice that was voided
  later, a debt or case that was closed later, as it stood. The bank has its account flows, the amount asked and its
  count of earlier loans; its rating and the rate that follows from it stay out, as does all else that the bank decided.
  A data bureau has taxes, invoices, social insurance, courts and the register of firms. The power company has bills,
  and only of firms with an account: the others are not common in training, and count as missing when they are scored.

- Added after the first run had shown that the city's bank, which sees all accounts of its later borrowers from the
  beginning, gains little: the same city where it sees an account only from the firm's first loan on.

A first loan is the firm's first at this bank. The own card's cut-off accepts half. Prints Markdown.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from tests.federation.alignment.cases import HOLDER, LABEL, THIRD, counted
from tests.federation.scorecard.world import (
    BAD,
    Firms,
    holder_card,
    joint_points,
    label_card,
    one_place,
    run_job,
    work_of,
)

from cards_public import default_credit, read
from shuxin.city import scale
from shuxin.city.build import build_city
from shuxin.city.departments import TABLES
from shuxin.federation.card.answers import Question, answer_bytes
from shuxin.federation.card.calibration import calibration_of, with_calibration
from shuxin.federation.card.files import hash_of
from shuxin.federation.card.holder import answer
from shuxin.federation.card.label import begin, due, judge, took
from shuxin.federation.card.points import base_points
from shuxin.federation.card.worth import known_rows, worth
from shuxin.federation.scorecard.alone import OwnCard, alone
from shuxin.federation.scorecard.own import own_rows
from shuxin.federation.scorecard.rows import Common, fine_features
from shuxin.federation.scorecard.task import scaling_of
from shuxin.federation.statistics.tables import coded
from shuxin.scoring.card.artefact import read_card
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.evaluation.calibration import expected_calibration_error
from shuxin.scoring.evaluation.metrics import roc_auc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tests.federation.memory import Outcome

    from shuxin.city.firms import City
    from shuxin.city.trade import Invoice
    from shuxin.federation.card.label import JointScores
    from shuxin.federation.card.worth import Gain, Worth
    from shuxin.federation.domain.job import Job
    from shuxin.scoring.api import Interval

SEED, TRAINED, ACCEPTED, RESAMPLES = 6, 0.7, 0.5, 1000
HELD_OUT_FROM = dt.date(2024, 7, 1)
NAMES = {LABEL: "bank", HOLDER: "first holder", THIRD: "second holder"}
PLAN = {"max_fine": 40, "max_bins": 8, "fits": 8}
Columns = dict[str, dict[str, np.ndarray]]


@dataclass
class Case:
    """train: rows that all may enter. features, bad, first: of the held-out rows; known: by holder, all unless told."""

    name: str
    train: Firms
    features: Columns
    bad: np.ndarray
    first: np.ndarray | None = None
    known: dict[str, np.ndarray] = field(default_factory=dict)

    def knows(self, party: str) -> np.ndarray:
        return self.known.get(party, np.ones(len(self.bad), np.bool_))


def parted(name: str, features: Columns, bad: np.ndarray) -> Case:
    """Rows without times."""
    order = np.random.default_rng(SEED).permutation(len(bad))
    train, test = np.split(order, [int(TRAINED * len(bad))])
    target = np.where(bad[train], BAD, "yes").astype(object)
    return Case(
        name,
        Firms(counted(len(train)), _taken(features, train), target),
        _taken(features, test),
        bad[test],
    )


def _taken(features: Columns, rows: np.ndarray) -> Columns:
    return {
        party: {name: column[rows] for name, column in each.items()}
        for party, each in features.items()
    }


def credit(folder: Path) -> Case:
    data = default_credit(folder)
    features: Columns = {LABEL: {}, HOLDER: {}}
    for name, column in data.columns.items():
        features[LABEL if name.startswith("guest") else HOLDER][name.split()[1]] = column
    return parted("default_credit", features, data.outcomes)


def give_credit(folder: Path) -> Case:
    table = read(folder / "fate_examples" / "give_credit_homo_test.csv")
    columns = {name: np.array(table[name], float) for name in table if name not in {"id", "y"}}
    ends = {LABEL: (0, 5), HOLDER: (5, 8), THIRD: (8, 10)}
    features = {
        party: {f"x{nth}": columns[f"x{nth}"] for nth in range(*span)}
        for party, span in ends.items()
    }
    return parted("give_credit", features, np.array(table["y"]) == "1")


class Facts:
    """Rows of one table of the city by firm.

    An extract shows the last state, known when it came about. So a row that was closed later counts from ``lag`` days
    after it was opened, as it then stood: open.
    """

    def __init__(
        self, city: City, dataset: str, *, opened: str = "", closed: str = "", lag: int = 0
    ) -> None:
        (table,) = (each for each in TABLES if each.dataset == dataset)
        self._known, self._opened, self._closed = table.known_time, opened, closed
        self._lag = dt.timedelta(days=lag)
        names = [column.name for column in table.columns]
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in table.rows(city):
            self._rows[row.subject].append(dict(zip(names, row.values, strict=True)))

    def of(self, firm: str, *, before: dt.date) -> list[dict[str, Any]]:
        """Those that were known before the day."""
        return [row for row in self._rows[firm] if self._is_known(row, before)]

    def _is_known(self, row: dict[str, Any], day: dt.date) -> bool:
        closed = row[self._closed] if self._closed else None
        if closed is not None and closed >= day:
            return bool(row[self._opened] + self._lag < day)
        return bool(row[self._known] < day)


def total(amounts: Iterable[float]) -> float:
    return float(sum(amounts))


def share(part: float, whole: float) -> float:
    """NaN of nothing."""
    return part / whole if whole else np.nan


def within(
    rows: Sequence[dict[str, Any]], name: str, day: dt.date, days: int, upto: int = 0
) -> list[dict[str, Any]]:
    """Rows of the last ``days`` before the day, without the last ``upto``."""
    first, last = day - dt.timedelta(days=days), day - dt.timedelta(days=upto)
    return [row for row in rows if first <= row[name] < last]


def of_bank(flows: list[dict[str, Any]], asked: int, day: dt.date) -> dict[str, Any]:
    received = [r for r in flows if r["direction"] == "收" and r["summary"] == "货款"]
    half = within(received, "booked_on", day, 182)
    spent = [r for r in within(flows, "booked_on", day, 182) if r["direction"] == "支"]
    month = total(r["amount"] for r in spent) / 6
    balances = [r["balance"] for r in within(flows, "booked_on", day, 182)]
    inflow = total(r["amount"] for r in half)
    by_payer: defaultdict[str, float] = defaultdict(float)
    for row in half:
        by_payer[row["party"]] += row["amount"]
    recent, former = (
        total(r["amount"] for r in within(received, "booked_on", day, days, upto))
        for days, upto in ((91, 0), (182, 91))
    )
    return {
        "balance_cover": share(balances[-1], month) if balances else np.nan,
        "lowest_cover": share(min(balances), month) if balances else np.nan,
        "inflow_6m": inflow,
        "inflow_trend": share(recent, former),
        "largest_payer": share(max(by_payer.values(), default=0.0), inflow),
        "asked_to_inflow": share(asked, inflow),
    }


def is_in_store(invoice: Invoice, day: dt.date) -> bool:
    """One that was voided later stood there as valid, from two days after it was issued."""
    if invoice.voided_on is not None and invoice.voided_on >= day:
        return invoice.issued_on + dt.timedelta(days=2) < day
    return invoice.known_on < day and invoice.issued_on < day


def of_bureau(city: City, facts: Mapping[str, Facts], firm: str, day: dt.date) -> dict[str, Any]:
    sold = [i for i in city.trade.issued.get(firm, ()) if is_in_store(i, day)]
    sold = [i for i in sold if i.issued_on >= day - dt.timedelta(days=365)]
    bought = [i for i in city.trade.received.get(firm, ()) if is_in_store(i, day)]
    valid = [i for i in sold if i.voided_on is None or i.voided_on >= day]

    def net(invoices: Iterable[Any], days: int, upto: int = 0) -> float:
        first, last = day - dt.timedelta(days=days), day - dt.timedelta(days=upto)
        return total(i.net for i in invoices if first <= i.issued_on < last)

    grades = sorted(facts["tax_credit_grade"].of(firm, before=day), key=lambda r: r["year"])
    insured = sorted(facts["si_unit_month"].of(firm, before=day), key=lambda r: r["period"])
    heads = [row["insured"] for row in insured]
    known = city.firm(firm)
    return {
        "sales_6m": net(valid, 182) if valid else np.nan,
        "sales_trend": share(net(valid, 91), net(valid, 182, 91)),
        "buyers_12m": float(len({i.buyer_code for i in valid})) if valid else np.nan,
        "void_share_12m": share(len(sold) - len(valid), len(sold)),
        "purchases_to_sales": share(net(bought, 182), net(valid, 182)),
        "tax_grade": grades[-1]["grade"] if grades else None,
        "tax_arrears_24m": float(
            len(within(facts["tax_arrears"].of(firm, before=day), "since", day, 730))
        ),
        "insured": float(heads[-1]) if heads else np.nan,
        "insured_trend": share(heads[-1], heads[-7]) if len(heads) > 6 else np.nan,
        "insurance_late_12m": float(
            sum(r["arrears"] > 0 for r in within(insured, "period", day, 365))
        )
        if heads
        else np.nan,
        "enforcements_24m": float(
            len(within(facts["enforcement"].of(firm, before=day), "filed", day, 730))
        ),
        "age_years": (day - known.founded_on).days / 365.25,
        "industry": known.industry[0],
    }


def of_power(bills: list[dict[str, Any]], day: dt.date) -> dict[str, Any]:
    bills = sorted(bills, key=lambda row: row["period"])
    kwh = [row["kwh"] for row in bills]
    return {
        "kwh_6m": total(kwh[-6:]) if kwh else np.nan,
        "kwh_trend": share(total(kwh[-3:]), total(kwh[-6:-3])) if len(kwh) >= 6 else np.nan,
        "kwh_lowest": share(6 * min(kwh[-6:]), total(kwh[-6:])) if len(kwh) >= 6 else np.nan,
        "kwh_year": share(total(kwh[-3:]), total(kwh[-15:-12])) if len(kwh) >= 15 else np.nan,
        "power_late_12m": float(sum(r["arrears"] > 0 for r in within(bills, "period", day, 365)))
        if kwh
        else np.nan,
    }


@lru_cache(maxsize=1)
def city_of(firms: int) -> tuple[City, dict[str, Facts]]:
    """Tiny for 0 firms."""
    tiny = scale.Size.TINY
    if firms:  # the size has no name of its own yet
        larger = scale.Scale(firms=firms, exited=firms * 3 // 10, months=36)
        cast("dict[scale.Size, scale.Scale]", scale.SCALES)[tiny] = larger
    city = build_city(size=tiny, seed=SEED)
    datasets = ("bank_flow", "loan_outcome", "tax_credit_grade", "si_unit_month", "power_bill")
    facts = {name: Facts(city, name) for name in datasets}
    facts["tax_arrears"] = Facts(city, "tax_arrears", opened="since", closed="cleared", lag=60)
    facts["enforcement"] = Facts(city, "enforcement", opened="filed", closed="closed", lag=10)
    return city, facts


def always(_loans: Sequence[dict[str, Any]]) -> dt.date:
    """The bank has the account from the beginning."""
    return dt.date.min


def with_the_first_loan(loans: Sequence[dict[str, Any]]) -> dt.date:
    return _drawn(loans[0])


def in_the_city(
    firms: int, name: str, opened: Callable[[Sequence[dict[str, Any]]], dt.date]
) -> Case:
    """opened: from which day the bank sees the account of a firm with these loans."""
    city, facts = city_of(firms)
    parts: list[list[dict[str, Any]]] = [[], []]
    for firm in city.firms:
        loans = sorted(facts["loan_outcome"].of(firm.key, before=scale.UNTIL), key=_drawn)
        for is_late in (False, True):
            mine = [
                nth for nth, e in enumerate(loans) if (e["drawn_on"] >= HELD_OUT_FROM) is is_late
            ]
            if mine:
                row = _row(city, facts, firm.key, loans[mine[0]], opened(loans))
                row[LABEL]["earlier_loans"] = float(mine[0])
                parts[is_late].append(
                    row | {"code": firm.uscc, "has_power": bool(firm.power_account)}
                )
    train, test = parts
    place = np.flatnonzero([row["has_power"] for row in train])
    return Case(
        name,
        Firms(
            [row["code"] for row in train],
            _columns(train),
            np.array([BAD if row["bad"] else "yes" for row in train], object),
            {THIRD: place},
        ),
        _columns(test),
        np.array([row["bad"] for row in test]),
        np.array([row[LABEL]["earlier_loans"] == 0 for row in test]),
        {THIRD: np.array([row["has_power"] for row in test])},
    )


def _drawn(row: dict[str, Any]) -> dt.date:
    day: dt.date = row["drawn_on"]
    return day


def _row(
    city: City, facts: Mapping[str, Facts], firm: str, loan: dict[str, Any], since: dt.date
) -> dict[str, Any]:
    day = loan["drawn_on"]
    flows = [r for r in facts["bank_flow"].of(firm, before=day) if r["booked_on"] >= since]
    return {
        LABEL: of_bank(flows, loan["amount"], day),
        HOLDER: of_bureau(city, facts, firm, day),
        THIRD: of_power(facts["power_bill"].of(firm, before=day), day),
        "bad": bool(loan["defaulted"]),
    }


def _columns(rows: list[dict[str, Any]]) -> Columns:
    def column(party: str, name: str) -> np.ndarray:
        values = [row[party][name] for row in rows]
        is_text = any(value is None or isinstance(value, str) for value in values)
        return np.array(values, object if is_text else float)

    return {party: {name: column(party, name) for name in rows[0][party]} for party in NAMES}


def scored(case: Case, outcome: Outcome) -> JointScores:
    """The held-out rows, asked of every holder in bytes and judged by the label party."""
    part = label_card(outcome)
    tally = begin(part, rows=len(case.bad))
    for nth, (holders, rows) in enumerate(due(tally)):
        request = hashlib.sha256(f"benchmark {nth}".encode()).hexdigest()
        question = Question(request, holders, len(rows))
        answers = {}
        for party in holders:
            own = holder_card(outcome, party)
            found = answer(
                own,
                question=question,
                values=_taken(case.features, rows)[party],
                known=case.knows(party)[rows],
                secrets={},
            )
            answers[party] = answer_bytes(found, question=question, part=hash_of(own))
        tally = took(tally, question=question, rows=rows, answers=answers, absent={})
    return judge(tally, case.features[LABEL])


def in_one_place(case: Case, job: Job) -> tuple[dict[tuple[str, str], tuple[int, ...]], np.ndarray]:
    """Points of every bin, and totals of the held-out rows, with nothing of the parts."""
    found = one_place(case.train, job)
    tables = {(each.party, each.table.name): each.table for each in found.columns}
    common = case.train.common()
    scaling = scaling_of(job)
    totals = np.full(
        len(case.bad), base_points(intercept=found.selected.regression.intercept, scaling=scaling)
    )
    for party, features in case.train.features.items():
        values = {name: column[common] for name, column in features.items()}
        shares = np.zeros(len(case.bad), np.int64)
        trained = np.zeros(len(common), np.int64)
        for fine in fine_features(job, party, values):
            points = found.points.get((party, fine.name))
            if points is not None:
                lookup = coded(fine, tables[party, fine.name].answer).shape.lookup
                shares += np.array(points)[lookup.many(case.features[party][fine.name])]
                trained += np.array(points)[lookup.many(values[fine.name])]
        totals += np.where(case.knows(party), shares, round(trained.mean()))
    return found.points, totals


def points_of(content: bytes, features: dict[str, np.ndarray]) -> np.ndarray:
    card = read_card(content)
    return CompiledCard.of(card).points_many(features).sum(axis=1)


def auc(points: np.ndarray, bad: np.ndarray) -> float:
    return roc_auc(scores=points.astype(np.float64), outcomes=bad)


def said(found: Interval, digits: int = 3, sign: str = "+") -> str:
    return " ".join(
        (
            f"{found.value:{sign}.{digits}f}",
            f"({found.low:{sign}.{digits}f} to {found.high:{sign}.{digits}f})",
        )
    )


def gained(found: Gain) -> str:
    first = "-" if found.first is None else said(found.first, 0)
    cells = (said(found.quality.auc), said(found.quality.ks), said(found.firms, 0), first)
    return " | ".join(cells)


def measure(case: Case, folder: Path) -> None:
    clock = time.perf_counter()
    firms = case.train
    plan = PLAN | {"rows": max(len(firms.codes), len(case.bad))}
    job, outcome = run_job(firms, folder, **plan)
    seconds = time.perf_counter() - clock
    common = firms.common()
    print(f"\n{case.name}: {len(common):,} common rows train, {(firms.target[common] == BAD).sum():,} bad;"
          f" {len(case.bad):,} held out, {case.bad.sum():,} bad; {seconds:.0f} s together\n")  # fmt: skip
    if outcome.failures:
        print(f"No card. {outcome.failures[LABEL]}")
        return
    report = json.loads(outcome.kept[LABEL]["report"])
    scores = scored(case, outcome)
    show_place(case, job, outcome, scores)
    own = np.zeros(len(case.bad), np.int64)
    if "alone" in outcome.kept[LABEL]:
        own = points_of(outcome.kept[LABEL]["alone"], case.features[LABEL])
        show_alone(case, job, report)
    else:
        why = report["alone"]["none"]["en"]
        print(f"no own card, {why}: all firms stand as equal, and half of them is all of them")
    known = known_rows(scores, outcomes=case.bad, alone=own, first=case.first)
    rng = np.random.default_rng(SEED)
    show_worth(worth(known, acceptance=ACCEPTED, rng=rng, resamples=RESAMPLES))
    show_calibration(case, scores)
    print(f"{time.perf_counter() - clock:.0f} s in all")


def show_place(case: Case, job: Job, outcome: Outcome, scores: JointScores) -> None:
    pooled, totals = in_one_place(case, job)
    joint = joint_points(outcome)
    if pooled.keys() != joint.keys():
        print("other features than in one place:", sorted(pooled.keys() ^ joint.keys()))
        return
    gaps = [
        abs(a - b) for key, mine in joint.items() for a, b in zip(mine, pooled[key], strict=True)
    ]
    by_party = {NAMES[p]: sum(1 for q, _ in joint if q == p) for p in case.train.parties}
    print(f"features: {', '.join(f'{name} {count}' for name, count in by_party.items())};"
          f" bins {len(gaps)}, of other points than in one place {sum(map(bool, gaps))},"
          f" largest difference {max(gaps)};"
          f" held-out totals that differ {(totals != scores.totals).sum()};"
          f" AUC {auc(scores.totals, case.bad):.4f}, one place {auc(totals, case.bad):.4f}")  # fmt: skip


def show_alone(case: Case, job: Job, report: dict[str, Any]) -> None:
    """And the own card of all rows that the bank has, where not all are common."""
    names = ", ".join(each["name"] for each in report["alone"]["columns"])
    print(f"own card: {names}; AUC on its training rows {report['alone']['auc']:.4f}")
    if len(case.train.common()) < len(case.train.codes):
        work = work_of(case.train, job, LABEL, channel=None, kept={})
        order = np.argsort(case.train.codes)
        codes = "".join(case.train.codes[nth] for nth in order).encode()
        found = alone(job, own_rows(work, Common(codes, ""))).found
        if isinstance(found, OwnCard):
            points = points_of(found.content, case.features[LABEL])
            print(
                f"own card of all {len(order):,} own rows: held-out AUC {auc(points, case.bad):.4f}"
            )


def show_worth(found: Worth) -> None:
    bads, firms = found.limit
    print(f"limit: {bads} bads of {firms} firms\n")
    print("| way | AUC | KS | financed | bads | first loans |\n|---|---|---|---|---|---|")
    ways = [("alone", found.alone), ("joint", found.joint)]
    ways += [(f"without {_names(each.parties)}", each.without) for each in found.sources]
    for name, way in ways:
        cells = (said(way.quality.auc, sign=""), said(way.quality.ks, sign=""))
        first = "-" if way.financed.first is None else way.financed.first
        print(
            f"| {name} | {' | '.join(cells)} | {way.financed.firms} | {way.financed.bads} | {first} |"
        )
    print("\n| joint less | AUC | KS | financed | first loans | Shapley, AUC |")
    print("|---|---|---|---|---|---|")
    print(f"| alone | {gained(found.gain)} | refit {said(found.refit)} |")
    for each in found.sources:
        print(f"| without {_names(each.parties)} | {gained(each.gain)} | {said(each.shapley)} |")


def _names(parties: tuple[str, ...]) -> str:
    return " and ".join(NAMES[party] for party in parties)


def show_calibration(case: Case, scores: JointScores) -> None:
    """Learnt from the even held-out rows, judged on the odd ones."""
    even = np.arange(len(case.bad)) % 2 == 0
    learnt = calibration_of(_some(scores, even), outcomes=case.bad[even], made_on="2026-11-22")
    judged = _some(scores, ~even)
    before, after = (
        expected_calibration_error(probabilities=pd, outcomes=case.bad[~even])
        for pd in (judged.pd, with_calibration(judged, learnt).pd)
    )
    print(f"\ncalibration: slope {learnt.slope:.3f} (error {learnt.slope_error:.3f}),"
          f" intercept {learnt.intercept:+.3f};"
          f" calibration error on the other half {before:.4f} by the scale, {after:.4f} calibrated")  # fmt: skip


def _some(scores: JointScores, rows: np.ndarray) -> JointScores:
    return replace(scores, points=scores.points[rows], pd=scores.pd[rows])


def cases(options: argparse.Namespace) -> Iterator[Case]:
    yield credit(options.data)
    yield give_credit(options.data)
    yield in_the_city(0, "city, tiny", always)
    name = f"city of {options.firms:,} firms"
    yield in_the_city(options.firms, name, always)
    yield in_the_city(
        options.firms, f"{name}, accounts opened with the first loan", with_the_first_loan
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--firms", type=int, default=4000)
    for case in cases(parser.parse_args()):
        with tempfile.TemporaryDirectory() as folder:
            measure(case, Path(folder))


if __name__ == "__main__":
    main()
