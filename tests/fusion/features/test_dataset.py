"""Features as a dataset of the catalogue: what a joint job may enter."""

from __future__ import annotations

import datetime as dt
import random

import pyarrow as pa
import pytest
from tests.fusion.conftest import FIRST_DAY, Installation
from tests.fusion.features.trade import (
    IN,
    OUT,
    Line,
    everybody,
    features_of,
    of_files,
    permit,
    strewn_lines,
)

from shuxin.catalogue.api import Level, contract, dataset, lineages, loads
from shuxin.fusion.api import keep_as_dataset, neighbour_features, subject_codes, subject_values
from shuxin.fusion.features.dataset import DatasetNotDerived, FeatureDataset
from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db
FIRST, SECOND = dt.date(2024, 4, 10), dt.date(2024, 5, 5)
NAME = "发票特征"


def kept(rows: pa.Table, settings: Settings, name: str = NAME) -> FeatureDataset:
    return keep_as_dataset(
        rows,
        dataset=name,
        title=name,
        department="数据局",
        settings=settings,
        now=FIRST_DAY,
        by="clerk",
    )


@pytest.fixture
def office(office: Installation) -> Installation:
    rng = random.Random(3)  # noqa: S311 - the same every time, no secret
    files = {file: strewn_lines(rng, count=80, until=FIRST_DAY.date()) for file in (OUT, IN)}
    day = FIRST - dt.timedelta(days=30)
    files[OUT] += [
        Line(9001, 1, 2 - 900, day, 700_00, day),
        Line(9002, 2, 1 - 900, day, 300_00, day),
    ]
    of_files(office, files, now=FIRST_DAY)
    return office


def computed(office: Installation, *days: dt.date) -> pa.Table:
    return features_of(office, everybody(*days))


def read(office: Installation, field: str) -> dict[str, float]:
    """By credit code."""
    codes = subject_codes(NAME, permit=permit(), settings=office.settings)
    values = subject_values(
        NAME, fields=[field], codes=codes, permit=permit(), settings=office.settings
    )[field]
    named = [codes[at : at + 18].decode() for at in range(0, len(codes), 18)]
    return dict(zip(named, values.tolist(), strict=True))


class TestKeepAsDataset:
    def test_is_read_as_any_dataset_the_newest_day_counts(self, office: Installation) -> None:
        rows = computed(office, FIRST, SECOND)
        found = kept(rows, office.settings)
        assert (found.rows, found.without_code) == (rows.num_rows, 0)
        newest = [row for row in rows.to_pylist() if row["as_of"] == SECOND]
        truth = {row["entity"]: row["inv_out_amt_12m"] for row in newest}
        assert read(office, "inv_out_amt_12m") == truth

    def test_keeps_what_neighbours_tell_beside_the_rest(self, office: Installation) -> None:
        rows = computed(office, FIRST)
        tied = neighbour_features(
            rows["entity"].to_pylist(),
            as_of=FIRST,
            permit=permit(),
            settings=office.settings,
            now=FIRST_DAY,
        )
        alone = kept(rows, office.settings, "单独特征").contract
        both = rows.append_column("two_way_12m", tied["two_way_12m"])
        agreed = kept(both.append_column("trade_rank_12m", tied["trade_rank_12m"]), office.settings)
        added = {one.name: one for one in agreed.contract.fields[len(alone.fields) :]}
        assert set(added) == {"two_way_12m", "trade_rank_12m"}
        assert {one.level for one in added.values()} == {Level.L3}
        truth = dict(zip(tied["entity"].to_pylist(), tied["two_way_12m"].to_pylist(), strict=True))
        assert read(office, "two_way_12m") == truth
        assert sorted(truth.values())[-2:] == [1, 1]
        (sources,) = (
            column.direct for column in lineages()[NAME].columns if column.column == "two_way_12m"
        )
        assert {source.column for source in sources} >= {"party", "issued_on"}
        loaded = {name: loads(dataset=name)[0].mapping_hash for name in (NAME, "单独特征")}
        assert len(set(loaded.values())) == 2

    @pytest.mark.soak
    def test_a_day_again_takes_the_place_of_its_rows_and_leaves_other_days(
        self, office: Installation
    ) -> None:
        kept(computed(office, FIRST), office.settings)
        kept(computed(office, SECOND), office.settings)
        once = dataset(name=NAME, now=FIRST_DAY)
        kept(computed(office, SECOND), office.settings)
        again = dataset(name=NAME, now=FIRST_DAY)
        assert (again.rows, again.contract) == (once.rows, once.contract)
        assert len(loads(dataset=NAME)) == 2

    @pytest.mark.soak
    def test_every_field_has_the_level_of_what_it_is_made_of_and_its_lineage(
        self, office: Installation
    ) -> None:
        made = kept(computed(office, FIRST), office.settings).contract
        sources = [contract(dataset=one) for one in ("销项发票", "进项发票")]
        highest = max(field.level for one in sources for field in one.fields)
        amount = made.field("inv_out_amt_12m")
        lineage = lineages()[NAME].of("inv_out_amt_12m")
        assert {source.table for source in lineage.direct} == {"销项发票"}
        levels = [contract(dataset=s.table).field(s.column).level for s in lineage.direct]
        assert amount.level == max(levels)
        assert Level.L1 <= amount.level <= highest
        assert {one.column for one in lineages()[NAME].columns} == {f.name for f in made.fields}

    @pytest.mark.soak
    def test_an_imported_dataset_is_not_written_over(self, office: Installation) -> None:
        before = loads(dataset="销项发票")
        with pytest.raises(DatasetNotDerived):
            kept(computed(office, FIRST), office.settings, "销项发票")
        assert loads(dataset="销项发票") == before

    @pytest.mark.soak
    def test_who_has_no_code_is_left_out_and_counted(self, office: Installation) -> None:
        rows = computed(office, FIRST)
        nameless = rows.slice(0, 1).set_column(0, "entity", pa.array(["name:somebody"]))
        found = kept(pa.concat_tables([rows, nameless]), office.settings)
        assert found.without_code == 1
        assert len(read(office, "inv_out_amt_12m")) == rows.num_rows
