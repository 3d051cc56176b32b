"""From loans to a model: only what was known, each loan at its own day, the same every time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.fusion.conftest import uscc
from tests.scoring.conftest import BORROWERS, NOW, SILENT, TWICE, is_bad
from tests.scoring.samples import sample

from shuxin.consent.api import ALL_SUBJECTS, PermitTooNarrow, Purpose
from shuxin.fusion.api import TRADE_FEATURES, LoanOutcome, compute_features, read_snapshot
from shuxin.scoring import training
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.ordinal import GradeEmpty
from shuxin.scoring.card.regression import OneClassOnly
from shuxin.scoring.card.training import TooFewRows
from shuxin.scoring.policy import RATINGS
from shuxin.scoring.training import (
    AsOfNeeded,
    NothingToTrain,
    card_plan,
    good_medians,
    known,
    train,
    training_set,
)

if TYPE_CHECKING:
    from tests.scoring.conftest import Office

    from shuxin.scoring.training import TrainingSet

LOANS = BORROWERS + TWICE


def loans_are(monkeypatch: pytest.MonkeyPatch, *loans: LoanOutcome) -> None:
    monkeypatch.setattr(training, "loan_outcomes", lambda **_: list(loans))


def learnt(office: Office, as_of: dt.date | None = None) -> TrainingSet:
    permit = office.permit(ALL_SUBJECTS, Purpose.MODEL_TRAINING)
    return training_set(as_of=as_of, permit=permit, settings=office.settings, now=NOW)


@pytest.mark.django_db
class TestTrainingSet:
    def test_has_every_loan_with_its_outcome(self, office: Office) -> None:
        assert len(office.rows.entities) == LOANS
        assert (office.rows.without_data, office.rows.out_of_time) == (1, True)
        bad = {office.entity(firm) for firm in range(1, BORROWERS + 1) if is_bad(firm)}
        pairs = zip(office.rows.entities, office.rows.outcomes.tolist(), strict=True)
        assert all(outcome == (entity in bad) for entity, outcome in pairs)
        assert set(office.rows.ratings) == set(RATINGS)

    def test_sees_each_loan_as_of_its_own_day(self, office: Office) -> None:
        rows = office.rows
        spine = list(zip(rows.entities, rows.as_ofs, strict=True))
        assert len(set(rows.as_ofs)) > 10
        permit = office.permit(ALL_SUBJECTS)
        for place in (0, LOANS // 2, LOANS - 1):
            table = compute_features(
                [spine[place]], permits=[permit], settings=office.settings, now=NOW
            )
            expected = table.to_pylist()[0]
            assert rows.features(place) == {f.name: expected[f.name] for f in TRADE_FEATURES}

    def test_keeps_what_it_was_computed_from(self, office: Office) -> None:
        kept = read_snapshot(
            office.rows.snapshot, permit=office.permit(ALL_SUBJECTS), settings=office.settings
        )
        assert kept.rows.num_rows == LOANS + 1
        held = dict.fromkeys(
            zip(*(kept.rows[n].to_pylist() for n in ("entity", "as_of")), strict=True)
        )
        assert set(zip(office.rows.entities, office.rows.as_ofs, strict=True)) <= held.keys()
        assert office.made.bundle.card.training.data_hash == office.rows.snapshot

    def test_the_same_again_is_the_same_model(self, office: Office) -> None:
        rows = learnt(office)
        assert rows.snapshot == office.rows.snapshot
        again = train(rows, name="office", made_on="2026-11-21").bundle
        assert again.content == office.made.bundle.content

    def test_needs_a_permit_for_all(self, office: Office) -> None:
        permit = office.permit(office.entity(1), Purpose.MODEL_TRAINING)
        with pytest.raises(PermitTooNarrow):
            training_set(as_of=None, permit=permit, settings=office.settings, now=NOW)

    def test_a_loan_without_a_day_needs_one_stated(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        days = cycle([None, dt.date(2025, 6, 1)])
        entities = [office.entity(firm) for firm in range(1, 7)]
        loans_are(
            monkeypatch, *(LoanOutcome(e, day, "A", defaulted=False) for e, day in zip(entities, days, strict=False))
        )  # fmt: skip
        with pytest.raises(AsOfNeeded) as caught:
            learnt(office)
        assert caught.value.facts == {"count": 3}
        found = learnt(office, dt.date(2025, 9, 1))
        assert found.as_ofs == (dt.date(2025, 9, 1), dt.date(2025, 6, 1)) * 3
        assert not found.out_of_time

    @pytest.mark.parametrize("day", [dt.date(2023, 1, 1), dt.date(2025, 6, 1)])
    def test_borrowers_of_whom_nothing_was_known(
        self, office: Office, day: dt.date, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Before the first invoice, or never."""
        firm = 1 if day.year == 2023 else SILENT
        loans_are(monkeypatch, LoanOutcome(uscc(firm), day, "A", defaulted=False))
        with pytest.raises(NothingToTrain) as caught:
            learnt(office)
        assert caught.value.facts == {"count": 1, "unknown": 1}


class TestTrain:
    def test_the_rating_uses_only_its_rows(self) -> None:
        rows = sample(rows=300, seed=1)
        some = replace(rows, ratings=tuple(r if n % 3 else "" for n, r in enumerate(rows.ratings)))
        made = train(some, name="m", made_on="2026-01-01")
        assert made.ratings[""] == 100
        assert made.bundle.rating.ordinal.rows == 200
        assert made.bundle.card.training.rows == 300

    @pytest.mark.parametrize(("ratings", "label"), [({}, "A"), ({"A": "B"}, "A"), ({"D": ""}, "D")])
    def test_a_grade_without_rows_is_said(self, ratings: dict[str, str], label: str) -> None:
        rows = sample(rows=300, seed=1)
        renamed = tuple(ratings.get(r, r) if ratings else "" for r in rows.ratings)
        with pytest.raises(GradeEmpty) as caught:
            train(replace(rows, ratings=renamed), name="m", made_on="2026-01-01")
        assert caught.value.facts == {"label": label}

    def test_too_small_or_of_one_kind(self) -> None:
        rows = sample(rows=300, seed=1)
        with pytest.raises(TooFewRows):
            train(rows.rows(np.arange(40)), name="m", made_on="2026-01-01")
        with pytest.raises(OneClassOnly):
            train(rows.rows(np.flatnonzero(~rows.outcomes)), name="m", made_on="2026-01-01")

    def test_the_order_of_rows_teaches_nothing(self) -> None:
        """But for the last digits of sums: every firm gets the same points."""
        rows = sample(rows=300, seed=1)
        turned = rows.rows(np.random.default_rng(3).permutation(300).astype(np.int64))
        one, other = (
            CompiledCard.of(train(r, name="m", made_on="x").bundle.card) for r in (rows, turned)
        )
        assert np.array_equal(one.score_many(rows.columns), other.score_many(rows.columns))

    def test_more_bads_ask_for_less_caution(self) -> None:
        small, large = card_plan("m", bads=499), card_plan("m", bads=500)
        assert small.selection.ridge > large.selection.ridge == 0
        assert small.selection.most < large.selection.most


class TestRows:
    def test_are_picked_with_everything_of_theirs(self) -> None:
        rows = sample(rows=50, seed=2)
        places = np.array([7, 3, 3], dtype=np.int64)
        picked = rows.rows(places)
        assert picked.entities == tuple(rows.entities[n] for n in (7, 3, 3))
        assert picked.ratings == tuple(rows.ratings[n] for n in (7, 3, 3))
        assert picked.outcomes.tolist() == rows.outcomes[[7, 3, 3]].tolist()
        assert picked.features(0) == rows.features(7)
        assert picked.groups.tolist() == [1, 0, 0]

    def test_medians_are_of_the_repaid_and_of_what_is_known(self) -> None:
        rows = sample(rows=3, seed=2)
        columns = dict.fromkeys(rows.columns, np.array([np.nan, 4.0, 9.0])) | {
            "x": np.full(3, np.nan)
        }
        found = good_medians(
            replace(rows, columns=columns, outcomes=np.array([False, False, True]))
        )
        assert set(found.values()) == {4.0}
        assert "x" not in found

    def test_missing_is_none(self) -> None:
        assert known(np.nan) is None
        assert known(np.float64(2)) == 2.0
