"""Features of an enterprise's neighbours (关联特征): DOMAIN 3.8. Numbers about the subject, never who a neighbour is.

They need the rows of everybody, so they are a step of their own, under a permit that covers all subjects. Edges and
what is bad about a firm are taken as they were known before the day. A firm is *bad* while it is on the list of
dishonest debtors, has an enforcement case that stands, or has a bankruptcy accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

from shuxin.fusion.features.definition import NOW, Measure, Window, months
from shuxin.kernel.text import Text

CAP = 50
"""Sizes of groups and circles are told up to this; a controller of more other firms is an agency, and no tie."""
YEAR = months(12)


@dataclass(frozen=True, slots=True)
class NeighbourFeature:
    """One column. standards: of which one at least must be here; ``empty``: its number where there is no neighbour."""

    name: str
    title: Text
    group: str
    window: Window
    measure: Measure
    empty: int | None
    standards: tuple[str, ...]


_CONTROL, _CIRCLE, _TRADE = "graph_control", "graph_guarantee", "graph_trade"
_HOLDERS, _GUARANTEES = ("shareholder",), ("reported_guarantee",)
_INVOICES = ("invoice_out",)
_BAD = ("dishonest_listing", "enforcement_case", "bankruptcy")


def _of(  # noqa: PLR0917 - reads as a line of a table
    name: str, en: str, zh: str, group: str, window: Window, measure: Measure, empty: int | None,
    *standards: str,
) -> NeighbourFeature:  # fmt: skip
    return NeighbourFeature(name, Text(en=en, zh=zh), group, window, measure, empty, standards)


_COUNT, _RATIO, _FEN, _FLAG, _DAYS = (
    Measure.COUNT, Measure.RATIO, Measure.FEN, Measure.FLAG, Measure.DAYS,
)  # fmt: skip
NEIGHBOUR_FEATURES: tuple[NeighbourFeature, ...] = (
    _of("ctrl_others", "other firms of the same controller", "同一实际控制人其他企业数", _CONTROL, NOW, _COUNT, 0,
        *_HOLDERS),
    _of("ctrl_others_ended", "of them no longer in business", "同一实际控制人其他企业中已退出数", _CONTROL, NOW, _COUNT,
        0, *_HOLDERS, "registration"),
    _of("ctrl_others_ended_share", "share of them no longer in business", "同一实际控制人其他企业退出占比", _CONTROL,
        NOW, _RATIO, None, *_HOLDERS, "registration"),
    _of("ctrl_others_abnormal", "of them on the list of abnormal operations", "同一实际控制人其他企业中经营异常数",
        _CONTROL, NOW, _COUNT, 0, *_HOLDERS, "abnormal_listing"),
    _of("ctrl_others_bad", "of them bad: dishonest, enforced or bankrupt", "同一实际控制人其他企业中失信被执行破产数",
        _CONTROL, NOW, _COUNT, 0, *_HOLDERS, *_BAD),
    _of("ctrl_others_bad_share", "share of them that are bad", "同一实际控制人其他企业失信被执行破产占比", _CONTROL,
        NOW, _RATIO, None, *_HOLDERS, *_BAD),
    _of("ctrl_newest_age", "days since the newest of them was founded", "同一实际控制人最新设立企业距今天数", _CONTROL,
        NOW, _DAYS, None, *_HOLDERS, "registration"),
    _of("held_firms", "firms in which it holds shares", "对外投资企业数", _CONTROL, NOW, _COUNT, 0, *_HOLDERS),
    _of("held_bad", "of them bad", "对外投资企业中失信被执行破产数", _CONTROL, NOW, _COUNT, 0, *_HOLDERS, *_BAD),
    _of("holders_firms", "firms that hold its shares", "企业股东数", _CONTROL, NOW, _COUNT, 0, *_HOLDERS),
    _of("holders_bad_share", "share of its capital held by bad firms", "失信被执行破产企业股东持股比例", _CONTROL, NOW,
        _RATIO, None, *_HOLDERS, *_BAD),
    _of("ties_bad_2hop", "bad firms two shareholdings away", "两层股权关联中失信被执行破产企业数", _CONTROL, NOW,
        _COUNT, 0, *_HOLDERS, *_BAD),
    _of("gua_given_firms", "firms that it guarantees", "被其担保企业数", _CIRCLE, NOW, _COUNT, 0, *_GUARANTEES),
    _of("gua_given_amt", "amounts that it guarantees", "对外担保金额", _CIRCLE, NOW, _FEN, 0, *_GUARANTEES),
    _of("gua_received_firms", "firms that guarantee it", "为其担保企业数", _CIRCLE, NOW, _COUNT, 0, *_GUARANTEES),
    _of("gua_received_amt", "amounts guaranteed for it", "被担保金额", _CIRCLE, NOW, _FEN, 0, *_GUARANTEES),
    _of("gua_net_amt", "guarantees given less received", "净对外担保金额", _CIRCLE, NOW, _FEN, 0, *_GUARANTEES),
    _of("gua_in_circle", "in a circle of guarantees", "处于互保或循环担保", _CIRCLE, NOW, _FLAG, 0, *_GUARANTEES),
    _of("gua_circle_size", "firms tied by guarantees, 50 at most", "担保圈企业数（至多50）", _CIRCLE, NOW, _COUNT, 0,
        *_GUARANTEES),
    _of("gua_circle_bad", "other firms tied by guarantees that are bad", "担保圈内其他失信被执行破产企业数", _CIRCLE,
        NOW, _COUNT, 0, *_GUARANTEES, *_BAD),
    _of("gua_given_bad_amt", "amounts guaranteed for bad firms", "为失信被执行破产企业担保金额", _CIRCLE, NOW, _FEN, 0,
        *_GUARANTEES, *_BAD),
    _of("gua_bad_2hop", "bad firms two guarantees away", "两层担保关联中失信被执行破产企业数", _CIRCLE, NOW, _COUNT, 0,
        *_GUARANTEES, *_BAD),
    _of("buyers_bad_12m", "buyers that are bad", "近12个月下游客户中失信被执行破产数", _TRADE, YEAR, _COUNT, 0,
        *_INVOICES, *_BAD),
    _of("sales_to_bad_12m", "share of sales to bad buyers", "近12个月销售给失信被执行破产客户占比", _TRADE, YEAR,
        _RATIO, None, *_INVOICES, *_BAD),
    _of("suppliers_bad_12m", "suppliers that are bad", "近12个月上游供应商中失信被执行破产数", _TRADE, YEAR, _COUNT, 0,
        *_INVOICES, *_BAD),
    _of("two_way_12m", "partners that it sells to and buys from", "近12个月双向交易对手数", _TRADE, YEAR, _COUNT, 0,
        *_INVOICES),
    _of("two_way_share_12m", "share of sales to partners it buys from too", "近12个月双向交易销售占比", _TRADE, YEAR,
        _RATIO, None, *_INVOICES),
    _of("trade_circles_12m", "circles of three firms that invoice each other in turn", "近12个月三方循环开票数", _TRADE,
        YEAR, _COUNT, 0, *_INVOICES),
)  # fmt: skip
"""In the order in which they are shown."""
NEIGHBOUR_GROUPS = {
    _CONTROL: Text(en="firms tied by control", zh="实际控制与股权关联"),
    _CIRCLE: Text(en="firms tied by guarantees", zh="担保圈"),
    _TRADE: Text(en="firms tied by trade", zh="交易关联"),
}
"""Groups of these features as people read them."""
READ = tuple(sorted({standard for one in NEIGHBOUR_FEATURES for standard in one.standards}))
"""Standards that they read."""
