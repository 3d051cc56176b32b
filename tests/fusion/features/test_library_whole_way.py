"""Features of the library out of files as a department sends them: import, who is who, values, level and lineage."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.fusion.conftest import FIRST_DAY, uscc
from tests.fusion.features.trade import permit, resolve

from shuxin.fusion.features.computation import compute_features, rows_behind
from shuxin.fusion.features.library import FEATURES
from shuxin.fusion.features.registry import features_here, registered_features, standards_of
from shuxin.fusion.features.sources import LevelAbovePermit

if TYPE_CHECKING:
    import pyarrow as pa
    from tests.fusion.conftest import Installation

pytestmark = [pytest.mark.django_db, pytest.mark.whole_way]
BEFORE, AFTER = dt.date(2024, 3, 20), dt.date(2024, 4, 20)
NAMES = (
    "court_sued_365d",
    "court_sued_amt_365d",
    "court_sues_730d",
    "court_since_sued",
    "negative_events_365d",
)
HEADER = ["主体代码", "主体名称", "案号", "案由", "诉讼地位", "诉讼标的额", "立案日期", "获知日期"]


def cases() -> list[list[str]]:
    """Forty cases of ten firms, filed in February; every third became known in April, the others at once."""
    return [HEADER] + [
        [uscc(1 + n % 10), f"北京第{1 + n % 10}建材有限公司", f"C{n:05}", "买卖合同纠纷", "被告" if n % 4 else "原告",
         f"{n}00.00", f"2024-02-{1 + n % 28:02}",
         "2024-04-01" if n % 3 == 0 else f"2024-02-{1 + n % 28:02}"]
        for n in range(1, 41)
    ]  # fmt: skip


@pytest.fixture
def court(office: Installation) -> Installation:
    office.put("立案信息.csv", cases())
    office.load(now=FIRST_DAY)
    resolve(office, now=FIRST_DAY)
    return office


def ask(office: Installation, spine: list[tuple[str, dt.date]], *subjects: str) -> pa.Table:
    permits = [permit(subject) for subject in subjects] or [permit()]
    return compute_features(
        spine, permits=permits, settings=office.settings, now=office.now, names=NAMES
    )


class TestLibraryWholeWay:
    def test_counts_what_was_known_on_each_day_alone_and_among_all(
        self, court: Installation
    ) -> None:
        spine = [(uscc(firm), day) for day in (BEFORE, AFTER) for firm in range(1, 11)]
        found = ask(court, spine)
        sued = {
            firm: [n for n in range(1, 41) if 1 + n % 10 == firm and n % 4] for firm in range(1, 11)
        }
        known = {BEFORE: lambda n: n % 3 != 0, AFTER: lambda _: True}
        for row in found.to_pylist():
            firm = next(n for n in range(1, 11) if uscc(n) == row["entity"])
            own = [n for n in sued[firm] if known[row["as_of"]](n)]
            assert row["court_sued_365d"] == len(own)
            assert row["court_sued_amt_365d"] == sum(own) * 10_000
            assert row["negative_events_365d"] == len(own)
            newest = max((dt.date(2024, 2, 1 + n % 28) for n in own), default=None)
            assert row["court_since_sued"] == (newest and (row["as_of"] - newest).days)
        for at in (0, 13):
            alone = ask(court, [spine[at]], spine[at][0])
            assert alone.to_pylist() == found.slice(at, 1).to_pylist()

    def test_have_the_level_and_fields_of_the_dataset(self, court: Installation) -> None:
        by_name = {one.feature.name: one for one in registered_features(now=court.now)}
        here = {one.name for one in features_here(now=court.now)}
        assert {one.name for one in FEATURES if standards_of(one) == ("court_case",)} <= here
        assert "kwh_12m" not in here
        assert "sued_to_sales" not in here
        assert "negative_events_365d" in here
        assert all(by_name[name].fields and by_name[name].grade for name in here)
        assert by_name["kwh_12m"].grade is None
        assert ("立案信息", "amount") in by_name["court_sued_amt_365d"].fields
        assert ("立案信息", "filed") in by_name["court_since_sued"].fields
        assert int(by_name["court_sued_365d"].grade.level) == 2

    def test_need_a_permit_of_the_level_and_name_the_rows_behind(self, court: Installation) -> None:
        spine = [(uscc(2), AFTER)]
        with pytest.raises(LevelAbovePermit):
            compute_features(
                spine,
                permits=[permit(level=1)],
                settings=court.settings,
                now=court.now,
                names=NAMES,
            )
        window = next(one.window for one in FEATURES if one.name == "court_sued_365d")
        behind = rows_behind(
            spine,
            standard="court_case",
            window=window,
            permits=[permit()],
            settings=court.settings,
            now=court.now,
        )[uscc(2)]
        assert behind.count == 4
        assert behind.places[0] == ("立案信息", "立案信息.csv", 32)
