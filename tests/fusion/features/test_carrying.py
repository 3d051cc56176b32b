"""Snapshots of a day carried from one of an earlier day: equal to those in full, with the proof, or not carried."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.fusion.conftest import FIRST_DAY, Installation, uscc
from tests.fusion.features.trade import FIRMS, IN, OUT, news, of_files, permit, strewn_lines

from shuxin.catalogue.api import contract, register_contract
from shuxin.consent.api import PermitTooNarrow
from shuxin.fusion.features import carrying
from shuxin.fusion.features.carrying import SnapshotNotEarlier, features_of_day
from shuxin.fusion.features.computation import (
    SUBJECTS_FILE,
    Snapshot,
    compute_features,
    keep_snapshot,
    read_snapshot,
)
from shuxin.fusion.features.queries import part_query
from shuxin.fusion.models import Entity, Mention
from shuxin.infra.api import Store

if TYPE_CHECKING:
    from shuxin.consent.api import Permit

pytestmark = [pytest.mark.django_db, pytest.mark.whole_way]
NAMES = ("inv_out_amt_12m", "inv_out_recency_24m", "inv_in_amt_12m", "purchase_to_sales_12m")
SOLD = {"inv_out_amt_12m", "inv_out_recency_24m"}
SINGLE = {*SOLD, "inv_in_amt_12m"}
CODES = [uscc(n) for n in range(1, FIRMS + 1)]
THE_NEXT_WEEK = FIRST_DAY + dt.timedelta(days=7)
DAY, LATER = dt.date(2024, 5, 3), dt.date(2024, 5, 20)


def of_day(
    office: Installation, as_of: dt.date, *, since: str = "", of: Permit | None = None
) -> Snapshot:
    return features_of_day(
        CODES,
        as_of=as_of,
        permit=of or permit(),
        settings=office.settings,
        now=office.now,
        names=NAMES,
        since=since,
    )


def in_full(office: Installation, as_of: dt.date, of: Permit | None = None) -> pa.Table:
    spine = [(code, as_of) for code in sorted(CODES)]
    return compute_features(
        spine, permits=[of or permit()], settings=office.settings, now=office.now, names=NAMES
    )


def carried(snapshot: Snapshot) -> set[str]:
    return set(snapshot.manifest["carried"].get("features", ()))


@pytest.fixture
def office(office: Installation) -> Installation:
    rng = random.Random(5)  # noqa: S311 - the same every time, no secret
    lines = {file: strewn_lines(rng, count=80, until=FIRST_DAY.date()) for file in (OUT, IN)}
    of_files(office, lines, now=FIRST_DAY)
    return office


def next_week(office: Installation) -> None:
    """Both files come again, with news."""
    rng, again = random.Random(5), random.Random(6)  # noqa: S311 - as above
    first = {file: strewn_lines(rng, count=80, until=FIRST_DAY.date()) for file in (OUT, IN)}
    on = THE_NEXT_WEEK.date() - dt.timedelta(days=1)
    of_files(
        office, {f: news(again, lines, on=on) for f, lines in first.items()}, now=THE_NEXT_WEEK
    )


class TestFeaturesOfDay:
    def test_are_what_is_computed_in_full_and_tell_what_they_came_from(
        self, office: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = of_day(office, DAY)
        assert before.rows.equals(in_full(office, DAY))
        assert before.manifest["carried"] == {}
        next_week(office)
        full = of_day(office, LATER)
        monkeypatch.setattr(carrying, "answered", None)
        found = of_day(office, LATER, since=before.name)
        assert found.rows.equals(full.rows)
        assert not found.rows.drop_columns("as_of").equals(before.rows.drop_columns("as_of"))
        proof = found.manifest["carried"]
        assert (proof["snapshot"], proof["as_of"], proof["rows"]) == (before.name, f"{DAY}", FIRMS)
        assert carried(found) == SINGLE
        assert found.name != full.name
        assert found.manifest["content"] == full.manifest["content"]
        kept = read_snapshot(found.name, permit=permit(), settings=office.settings)
        assert (kept.rows, kept.manifest) == (found.rows, found.manifest)

    def test_are_computed_anew_where_anything_they_rest_on_changed(
        self, office: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = of_day(office, DAY).name
        assert carried(of_day(office, LATER, since=before)) == SINGLE
        assert carried(of_day(office, LATER, since=before, of=permit(level=4))) == set()
        with monkeypatch.context() as patch:
            patch.setattr(carrying, "part_query", _otherwise)
            assert carried(of_day(office, LATER, since=before)) == SINGLE - SOLD
        with monkeypatch.context() as patch:
            patch.setattr(carrying, "source_columns", lambda name: {name: "int64"})
            assert carried(of_day(office, LATER, since=before)) == set()
        agreed = contract(dataset="进项发票")
        described = replace(agreed, version="1.0.1", description="说明")
        register_contract(contract=described, accepted_by="clerk", now=FIRST_DAY)
        found = of_day(office, LATER, since=before)
        assert carried(found) == SOLD
        assert found.rows.equals(in_full(office, LATER))

    def test_of_whom_an_objection_or_another_spelling_speaks_otherwise_are_computed_anew(
        self, office: Installation
    ) -> None:
        before = of_day(office, DAY)
        held_back = frozenset({(CODES[0], "销项发票", "*")})
        narrower = replace(permit(), withheld=held_back).with_seal()
        found = of_day(office, LATER, since=before.name, of=narrower)
        assert found.manifest["carried"]["rows"] == FIRMS - 1
        assert found.rows.equals(in_full(office, LATER, narrower))
        assert not found.rows.equals(in_full(office, LATER))
        one, other = (Entity.objects.get(identity=code) for code in CODES[1:3])
        Mention.objects.filter(dataset="销项发票", entity=one).update(entity=other)
        found = of_day(office, LATER, since=before.name)
        assert found.manifest["carried"]["rows"] == FIRMS - 2
        assert found.rows.equals(in_full(office, LATER))

    @pytest.mark.soak
    def test_are_computed_anew_when_history_still_comes_in(self, office: Installation) -> None:
        before = of_day(office, DAY)
        more = strewn_lines(random.Random(7), count=20, until=FIRST_DAY.date())  # noqa: S311
        of_files(office, {OUT: more}, now=FIRST_DAY + dt.timedelta(hours=3))
        found = of_day(office, LATER, since=before.name)
        assert carried(found) == SINGLE - SOLD
        assert found.rows.equals(in_full(office, LATER))

    @pytest.mark.soak
    def test_are_computed_anew_when_rows_were_taken_out_of_the_snapshot(
        self, office: Installation
    ) -> None:
        before = of_day(office, DAY)
        folder = Store(office.settings.store).folder(before.name)
        pq.write_table(before.rows.slice(1), folder / "features.parquet")
        found = of_day(office, LATER, since=before.name)
        assert carried(found) == set()
        assert found.rows.equals(in_full(office, LATER))

    def test_need_a_permit_for_everybody_and_a_snapshot_of_an_earlier_day(
        self, office: Installation
    ) -> None:
        late = of_day(office, LATER)
        rows = in_full(office, DAY)
        of_no_day = keep_snapshot(rows, settings=office.settings, now=office.now)
        for name in (late.name, of_no_day.name, "../../etc"):
            with pytest.raises(SnapshotNotEarlier):
                of_day(office, DAY, since=name)
        with pytest.raises(PermitTooNarrow):
            of_day(office, LATER, since=late.name, of=permit(CODES[0]))
        assert (Store(office.settings.store).folder(late.name) / SUBJECTS_FILE).is_file()


def _otherwise(reading: str, names: Any) -> tuple[str, pa.Schema]:
    """Sales are summed in another way."""
    sql, shape = part_query(reading, names)
    return (f"{sql} -- otherwise" if reading == "invoice_out" else sql), shape
