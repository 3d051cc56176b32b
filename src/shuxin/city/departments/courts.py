"""Courts (法院): enforcement and the dishonest list, read from the court's database: T47, T48."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, FieldType, Meaning, Sharing
from shuxin.city.departments.wording import (
    amount_column,
    code_column,
    date_column,
    event_column,
    known_column,
    name_column,
    word_column,
)
from shuxin.city.scale import UNTIL
from shuxin.city.streams import chance, one_of, stream
from shuxin.city.tables import Column, Form, Kind, Row, Table, a_day_of, later, live_months, view
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator

    from shuxin.city.firms import City, Firm

DEPARTMENT = "澜坪市两级法院"
DATABASE = "执行业务库.sqlite"
WEIGHT = 0.40

_ENFORCED_BELOW = -2.75
_DISHONEST_SHARE = 0.3
_CLOSED_SHARE = 0.5
_MODES = ("履行完毕", "终结本次执行", "执行和解")
_FACTS = ("有履行能力而拒不履行", "违反财产报告制度", "规避执行")
_TEN_THOUSAND_YUAN_FEN = 1_000_000


def _cases(city: City, firm: Firm) -> Iterator[tuple[str, dt.date]]:
    """Number and filing day of each case, the same for both tables."""
    rng = stream(seed=city.seed, purpose="court_cases", index=firm.number)
    for index, month in live_months(city, firm):
        if view(city, firm, month=index, weight=WEIGHT, rng=rng) < _ENFORCED_BELOW:
            number = f"（{month.year}）澜{firm.region[4:]}执{firm.number * 40 + index:06d}号"
            yield number, a_day_of(month, rng=rng)


def _enforcement(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    for number, filed in _cases(city, firm):
        closed = filed + dt.timedelta(days=int(rng.integers(30, 400)))
        is_closed = chance(_CLOSED_SHARE, rng=rng) and closed < UNTIL
        known = later(closed if is_closed else filed, usual=5, spread=5, rng=rng)
        yield Row(
            firm.key,
            (
                number,
                firm.name_on(filed),
                firm.uscc,
                int(rng.integers(2, 300)) * _TEN_THOUSAND_YUAN_FEN,
                filed,
                closed if is_closed else None,
                one_of(_MODES, rng=rng) if is_closed else None,
                known,
            ),
        )


def _dishonest(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    for number, filed in _cases(city, firm):
        if not chance(_DISHONEST_SHARE, rng=rng):
            continue
        published = filed + dt.timedelta(days=int(rng.integers(60, 300)))
        yield Row(
            firm.key,
            (
                number,
                firm.name_on(published),
                f"{firm.uscc[8:16]}-{firm.uscc[16]}",
                one_of(_FACTS, rng=rng),
                published,
                None,
                "全部未履行",
                later(published, usual=0, spread=3, rng=rng),
            ),
        )


TABLES = (
    Table(
        dataset="enforcement",
        number="T47",
        title="执行案件登记",
        department=DEPARTMENT,
        columns=(
            Column(name="exec_no", header="执行案号", required=True),
            name_column("被执行主体"),
            code_column("被执行主体代码"),
            amount_column("target", "执行标的额", summed=True),
            event_column("filed", "立案执行日", DateSpelling.DASH),
            date_column("closed", "结案执行日", DateSpelling.DASH),
            word_column("close_mode", "结案形式"),
            known_column("推送日"),
        ),
        key=("exec_no",),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=7,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.SQLITE, file=DATABASE, table="执行案件登记"),
        fill=_enforcement,
        missing_codes=0.08,
    ),
    Table(
        dataset="dishonest_list",
        number="T48",
        title="失信惩戒登记",
        department=DEPARTMENT,
        columns=(
            Column(name="exec_no", header="执行依据案号", required=True),
            name_column("失信主体"),
            Column(
                name="organisation_code",
                header="机构代码9位",
                type=FieldType.CODE,
                meaning=Meaning.ORGANISATION_CODE,
            ),
            word_column("fact", "失信情形"),
            event_column("published", "惩戒发布日", DateSpelling.ISO_TIME),
            date_column("removed", "惩戒屏蔽日", DateSpelling.ISO_TIME),
            word_column("performed", "履行进度"),
            known_column("推送时刻", DateSpelling.ISO_TIME),
        ),
        key=("exec_no",),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=3,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.SQLITE, file=DATABASE, table="失信惩戒登记"),
        fill=_dishonest,
    ),
)
