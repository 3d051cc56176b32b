"""Firms whose features lie at several parties, the joint card of them, and the card of one place for comparison."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.federation.alignment.cases import HELPER, HOLDER, LABEL, THIRD, counted, entering
from tests.federation.memory import GivenRows, MemorySeeds, run_together

from shuxin.federation.card.files import read_file
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.federation.card.points import GRID, bin_points, holder_points
from shuxin.federation.domain.job import job_from
from shuxin.federation.engine.channel import Work
from shuxin.federation.scorecard.choosing import Column
from shuxin.federation.scorecard.kind import ScorecardKind
from shuxin.federation.scorecard.rows import fine_features
from shuxin.federation.scorecard.task import binning_of, minimum_of, scaling_of, selection_of
from shuxin.federation.statistics.features import counted_together
from shuxin.federation.statistics.tables import coded, joint_table
from shuxin.federation.statistics.wire import shared
from shuxin.infra.api import silent_progress
from shuxin.kernel.uscc import LENGTH
from shuxin.scoring.api import barred, findings_of
from shuxin.scoring.card.selection import Candidate, Selected, select

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.federation.memory import Outcome

    from shuxin.federation.domain.job import Job

TARGET = "repaid"
BAD = "no"


@dataclass
class Firms:
    """features: by party, then by name, (n,) of all firms. entered: places of each party's firms among all."""

    codes: list[str]
    features: dict[str, dict[str, np.ndarray]]
    target: np.ndarray
    entered: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def parties(self) -> list[str]:
        return list(self.features)

    def places(self, party: str) -> np.ndarray:
        return self.entered.get(party, np.arange(len(self.codes)))

    def common(self) -> np.ndarray:
        """Places of the firms that all have, by code."""
        found = set(self.places(LABEL).tolist())
        for party in self.parties:
            found &= set(self.places(party).tolist())
        return np.array(sorted(found, key=lambda nth: self.codes[nth]))

    def rows(self) -> dict[str, bytes]:
        return {p: entering({self.codes[n] for n in self.places(p)}) for p in self.parties}

    def values(self) -> dict[str, Callable[[bytes], Mapping[str, Any]]]:
        place = {code: nth for nth, code in enumerate(self.codes)}

        def of(party: str) -> Callable[[bytes], Mapping[str, Any]]:
            entered = set(self.places(party).tolist())

            def values(codes: bytes) -> Mapping[str, Any]:
                text = codes.decode()
                asked = [place[text[k : k + LENGTH]] for k in range(0, len(text), LENGTH)]
                assert entered >= set(asked)
                columns = dict(self.features[party])
                if party == LABEL:
                    columns[TARGET] = self.target
                return {name: column[asked] for name, column in columns.items()}

            return values

        return {party: of(party) for party in self.parties}


def job_of(firms: Firms, **parameters: Any) -> Job:
    parties, limit = firms.parties, parameters.pop("rows", len(firms.codes))
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    plain: dict[str, Any] = {
        "kind": "scorecard", "model": "joint", "target": TARGET, "bad": [BAD], "min_size": 50,
        "max_fine": 20, "max_bins": 5, "fits": 4,
    }  # fmt: skip
    return job_from({
        "nonce": "1" * 32, "proposer": LABEL, "purpose": "model_training",
        "parties": [{"party": LABEL, "role": "label"},
                    *({"party": one, "role": "holder"} for one in parties[1:]),
                    {"party": HELPER, "role": "helper"}],
        "inputs": [
            {"party": one, "dataset": "firms", "ground": "authorisations",
             "features": list(firms.features[one]),
             "data_from": dt.date(2025, 1, 1), "data_to": dt.date(2026, 1, 1)} for one in parties
        ],
        "parameters": plain | parameters,
        "outputs": [{"name": name, "to": one} for name in ("aligned", "card") for one in parties],
        "limits": {"rows": limit},
        "proposed_at": now, "valid_to": now + dt.timedelta(days=30),
    })  # fmt: skip


def firms_of(seed: int, *, rows: int = 1200, holders: int = 1, own: bool = True) -> Firms:
    """Turnover, sector, arrears and their like: correlated, some missing; one column of noise; at the first holder one
    that says nearly what the label party knows, and one whose sign turns when the others are known."""
    rng = np.random.default_rng(seed)
    size, risk = rng.normal(size=rows), rng.normal(size=rows)
    noise = rng.normal(size=rows)
    odds = 1.2 + 0.8 * size - 0.9 * risk
    target = np.where(rng.random(rows) < 1 / (1 + np.exp(odds)), BAD, "yes").astype(object)
    turnover = np.exp(10 + size + rng.normal(scale=0.5, size=rows)).round()
    turnover[rng.random(rows) < 0.15] = np.nan
    sectors = np.array(["retail", "餐饮", "transport", "software", "farming"], object)
    place = np.clip(np.round(2 + risk + rng.normal(scale=0.8, size=rows)), 0, 4).astype(int)
    sector = sectors[place]
    sector[rng.random(rows) < 0.05] = None
    arrears = np.round(2 * risk + rng.normal(size=rows), 1)
    near = arrears + rng.normal(scale=0.05, size=rows)
    features = {
        LABEL: {"turnover": turnover, "years": np.round(size + rng.normal(scale=2, size=rows), 1)},
        HOLDER: {"arrears": arrears, "sector": sector, "noise": noise, "near": near},
    }
    if holders > 1:
        bills = np.round(size - risk + rng.normal(scale=1.5, size=rows), 1)
        bills[rng.random(rows) < 0.3] = np.nan
        features[THIRD] = {
            "bills": bills,
            "arrears": np.round(risk + rng.normal(scale=3, size=rows)),
        }
    if not own:
        features[LABEL] = {}
    order = rng.permutation(rows)
    codes = [counted(rows)[nth] for nth in order]
    return Firms(codes, features, target)


def shadowed(rows: int = 1500) -> Firms:
    """The first holder's only column follows the second's, and where that is known it speaks for the contrary."""
    rng = np.random.default_rng(11)
    arrears, size = rng.normal(size=rows), rng.normal(size=rows)
    shadow = 0.6 * arrears + 0.8 * rng.normal(size=rows)
    odds = 0.8 + 0.8 * size - 1.8 * arrears + 0.6 * shadow
    target = np.where(rng.random(rows) < 1 / (1 + np.exp(odds)), BAD, "yes").astype(object)
    features = {
        LABEL: {"turnover": size.round(2)},
        HOLDER: {"shadow": shadow.round(2)},
        THIRD: {"arrears": arrears.round(2)},
    }
    return Firms(counted(rows), features, target)


def run_job(firms: Firms, folder: Path, **more: Any) -> tuple[Job, Outcome]:
    names = ("change", "release")
    passed = {name: more.pop(name) for name in names if name in more}
    kind = more.pop("kind", ScorecardKind())
    job = job_of(firms, **more)
    outcome = run_together(
        kind, job, folder=folder, rows=firms.rows(), values=firms.values(), **passed
    )
    return job, outcome


def work_of(firms: Firms, job: Job, party: str, *, channel: Any, kept: dict[str, bytes]) -> Work:
    """One party's work, for tests that run programs themselves."""
    role = job.role_of(party)
    assert role is not None
    rows, values = firms.rows().get(party), firms.values().get(party)
    return Work(
        job=job, job_id="0" * 64, party=party, role=role, channel=channel, seeds=MemorySeeds(party),
        release=lambda *_args, **_named: None,
        rows=None if rows is None else GivenRows(rows),
        keep=kept.__setitem__, progress=silent_progress, values=values,
    )  # fmt: skip


@dataclass
class OnePlace:
    """All data in one place, with the same functions but without a protocol. ``points``: by party and name."""

    columns: list[Column]
    selected: Selected
    points: dict[tuple[str, str], tuple[int, ...]]

    @property
    def coefficients(self) -> dict[str, float]:
        numbers = self.selected.regression.coefficients.tolist()
        return dict(zip(self.selected.kept, numbers, strict=True))


def one_place(firms: Firms, job: Job) -> OnePlace:
    common = firms.common()
    bad = firms.target[common] == BAD
    binning, plan = binning_of(job), selection_of(job)
    columns, candidates, hundredths = [], [], {}
    for party in firms.parties:
        values = {name: column[common] for name, column in firms.features[party].items()}
        for nth, fine in enumerate(fine_features(job, party, values)):
            together = counted_together(fine, least=minimum_of(job).rows)
            counts = np.bincount(together.bins[bad], minlength=together.shape.count)
            (told,) = shared([together])
            table = joint_table(
                told, bad=counts, party=party, plan=binning, minimum=minimum_of(job)
            )
            column = Column(nth, table)
            columns.append(column)
            hundredths[column.title] = (party, fine.name, table.answer.hundredths)
            woe = coded(fine, table.answer).column(fine) / 100
            out = barred(
                binned=[table.binned], findings=findings_of(characteristic=table.binned), plan=plan
            )
            if not out and len(set(woe.tolist())) > 1:
                candidates.append(Candidate(column.title, "", table.binned.iv, woe))
    selected = select(candidates=candidates, outcomes=bad, plan=plan)
    factor = scaling_of(job).factor
    points = {}
    for title, number in zip(selected.kept, selected.regression.coefficients.tolist(), strict=True):
        party, name, told = hundredths[title]
        if party == LABEL:
            found = [bin_points(coefficient=number, woe=each / 100, factor=factor) for each in told]
            points[party, name] = (*found, 0)
        else:
            points[party, name] = holder_points(
                coefficient=round(number * GRID), woe=told, factor=factor
            )
    return OnePlace(columns, selected, points)


def label_card(outcome: Outcome) -> LabelPart:
    return read_file(LabelPart, outcome.kept[LABEL]["card"])


def holder_card(outcome: Outcome, party: str) -> CardPart:
    return read_file(CardPart, outcome.kept[party]["card"])


def joint_points(outcome: Outcome) -> dict[tuple[str, str], tuple[int, ...]]:
    card = label_card(outcome)
    found = {(LABEL, each.name): each.all_points for each in card.characteristics}
    for seat in card.seats:
        for each in holder_card(outcome, seat.party).characteristics:
            found[seat.party, each.shape.name] = each.points
    return found


def joint_coefficients(outcome: Outcome) -> dict[str, float]:
    card = label_card(outcome)
    found = {f"{each.name} ({LABEL})": each.coefficient for each in card.characteristics}
    for seat in card.seats:
        for each in holder_card(outcome, seat.party).characteristics:
            found[f"{each.shape.name} ({seat.party})"] = each.coefficient / GRID
    return found
