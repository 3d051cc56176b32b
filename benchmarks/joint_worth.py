"""What a joint scorecard is worth on rows that it has not seen, and whether it is the card of one place.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=. python benchmarks/joint_worth.py --data DIRECTORY --city FOLDER ...

Each case is trained with the scorecard kind on a training part only, every party's program in a thread of one process,
messages in memory; the held-out part is scored through the parts as in service: each holder answers in bytes, the
label party takes them in and judges. The card of one place is made of all columns together by the same rules and
scores the held-out part from values too. All of this was chosen before a result was looked at:

- default_credit: FATE's split, 13 features at the bank, 10 at the holder. give_credit: x0 to x4 at the bank, x5 to x7
  at one holder, x8 and x9 at another. Neither has times: of 30,000 rows seven tenths train, drawn with seed 6.
- A generated city (``shuxin city generate``), each folder given: loans drawn from April 2022 to March 2024 train, those
  of the next six months are held out, in each part the first of a firm; what the parties know and what bad means says
  ``city_loans``. The company has no bills of some firms: they are not common in training, and count as missing when
  scored. Then the same city where the bank sees an account only from the firm's first loan on. With fewer than 50 bads
  in training at most three bins a feature.

A first loan is the firm's first at this bank. The own card's cut-off accepts half. Prints Markdown.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import tempfile
import time
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from city_loans import BANK, BUREAU, POWER, loans_of
from shuxin.federation.card.answers import Question, answer_bytes
from shuxin.federation.card.calibration import (
    CalibrationFalls,
    calibration_of,
    with_calibration,
)
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
    from collections.abc import Iterator

    from tests.federation.memory import Outcome

    from city_loans import Loans
    from shuxin.federation.card.label import JointScores
    from shuxin.federation.card.worth import Gain, Worth
    from shuxin.federation.domain.job import Job
    from shuxin.scoring.api import Interval

SEED, TRAINED, ACCEPTED, RESAMPLES = 6, 0.7, 0.5, 1000
SPANS = (dt.date(2022, 4, 1), dt.date(2024, 4, 1), dt.date(2024, 10, 1))
NAMES = {LABEL: "bank", HOLDER: "first holder", THIRD: "second holder"}
PLAN = {"max_fine": 40, "max_bins": 8, "fits": 8}
FEW_BADS, COARSE = 50, {"max_fine": 10, "max_bins": 3}
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


def in_the_city(folder: Path, name: str, *, whole: bool) -> Case:
    """whole: the bank sees an account from its beginning, not only from the firm's first loan on."""
    train, test = (loans_of(folder, first=a, last=b, whole=whole) for a, b in pairwise(SPANS))
    return Case(
        name,
        Firms(
            train.codes,
            _by_seat(train),
            np.where(train.bad, BAD, "yes").astype(object),
            {THIRD: np.flatnonzero(train.has_power)},
        ),
        _by_seat(test),
        test.bad,
        test.first,
        {THIRD: test.has_power},
    )


def _by_seat(loans: Loans) -> Columns:
    seats = {LABEL: BANK, HOLDER: BUREAU, THIRD: POWER}
    return {seat: loans.features[party] for seat, party in seats.items()}


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
    is_small = (firms.target == BAD).sum() < FEW_BADS
    plan = PLAN | {"rows": max(len(firms.codes), len(case.bad))} | (COARSE if is_small else {})
    job, outcome = run_job(firms, folder, **plan)
    seconds = time.perf_counter() - clock
    common, sent = firms.common(), sum(map(len, outcome.messages.values())) / 2**20
    print(f"\n{case.name}: {len(common):,} common rows train, {(firms.target[common] == BAD).sum():,} bad;"
          f" {len(case.bad):,} held out, {case.bad.sum():,} bad;"
          f" {seconds:.0f} s together, {sent:.2f} MiB between the parties\n")  # fmt: skip
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
    try:
        learnt = calibration_of(_some(scores, even), outcomes=case.bad[even], made_on="2026-11-22")
    except CalibrationFalls as error:
        print(f"\nno calibration: {error}")
        return
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
    if options.data is not None:
        yield credit(options.data)
        yield give_credit(options.data)
    for folder in options.city:
        made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        name = f"city, {made['size']}"
        yield in_the_city(folder, name, whole=True)
        yield in_the_city(folder, f"{name}, accounts seen from the first loan on", whole=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--city", type=Path, nargs="+", default=[])
    for case in cases(parser.parse_args()):
        with tempfile.TemporaryDirectory() as folder:
            measure(case, Path(folder))


if __name__ == "__main__":
    main()
