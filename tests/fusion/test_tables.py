"""What a table shows as of a moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.fusion.conftest import FIRST_DAY
from tests.fusion.test_subject_values import DATA, FIRMS, contract_with, home, load, row  # noqa: F401 - a fixture

from shuxin.catalogue.api import register_contract
from shuxin.fusion.findings import connect
from shuxin.fusion.tables import dataset_table

if TYPE_CHECKING:
    from shuxin.infra.api import Settings

HOUR = dt.timedelta(hours=1)


class TestTableAsOfAMoment:
    @pytest.mark.parametrize("zone", [FIRST_DAY.tzinfo, dt.UTC])
    def test_shows_what_was_known_before_it_in_whatever_zone_it_is_told(
        self,
        home: Settings,  # noqa: F811
        zone: dt.tzinfo,
    ) -> None:
        agreed = replace(contract_with(""), known_time_field="at")
        register_contract(contract=agreed, accepted_by="tester", now=FIRST_DAY)
        load(home, [row(FIRMS[n], staff=n, at=FIRST_DAY + n * HOUR) for n in range(1, 5)])
        table = dataset_table(
            connect(),
            dataset=DATA,
            settings=home,
            known_before=(FIRST_DAY + 3 * HOUR).astimezone(zone),
        )
        assert table is not None
        assert sorted(table.to_pyarrow()["staff"].to_pylist()) == [1, 2]
