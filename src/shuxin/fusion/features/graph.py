"""Features of an enterprise's neighbours (关联特征): DOMAIN 3.8. Numbers about the subject, never who a neighbour is.

They need the rows of everybody, so they are a step of their own, under a permit that covers all subjects. Ties and
what is bad about a firm are taken as they were known before the day. A firm is *bad* while it is on the list of
dishonest debtors, has an enforcement case that stands, or has a bankruptcy accepted.

Exposure over two steps is W.W.bad without the way back to oneself, w being the share of a tie in the firm's own total
of that kind (capital held, guarantees, sales, purchases). What all ties spread is 0.7 of what one step tells and 0.49
of what two do. Labels are past ones, and a firm's own is in no number of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.features.definition import NOW, Measure, Window
from shuxin.fusion.features.neighbour_facts import ASKS, BAD, YEAR, ask_query, fields_asked
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

CAP = 50
"""Sizes of groups and circles are told up to this; what more other firms share (a controller, an address, a head) is an
agency's, and no tie."""
DECAY = 0.7
"""Of what is known bad, how much a step passes on."""
LEAST_SHARE = 0.01
"""Buyers that take less of a firm's sales are passed over where sales come back."""
DAMPING = 0.85
"""Of PageRank: how much of its rank a buyer gives to its suppliers."""


@dataclass(frozen=True, slots=True)
class NeighbourFeature:
    """One column. asks: what it is made of, by name; ``empty``: its number where there is no neighbour."""

    name: str
    title: Text
    group: str
    window: Window
    measure: Measure
    empty: int | None
    asks: tuple[str, ...]

    @property
    def standards(self) -> tuple[str, ...]:
        """Standard datasets that are asked."""
        return tuple(dict.fromkeys(ASKS[ask].standard for ask in self.asks))

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """(standard, field) that its value is made of or that choose what it is made of, sorted."""
        return tuple(
            sorted(
                {(ASKS[ask].standard, field) for ask in self.asks for field in fields_asked(ask)}
            )
        )


_CONTROL, _SHARED, _CIRCLE, _TRADE, _ALL = (
    "graph_control", "graph_shared", "graph_guarantee", "graph_trade", "graph_all",
)  # fmt: skip
_HOLDERS, _GUARANTEES, _INVOICES = ("holders",), ("guarantees",), ("sales",)
_ADDRESS, _HEAD = ("addresses",), ("heads", "operators")
_RELATED = (*_HOLDERS, *_ADDRESS, *_HEAD)


def _of(  # noqa: PLR0917 - reads as a line of a table
    name: str, en: str, zh: str, group: str, window: Window, measure: Measure, empty: int | None,
    *asks: str,
) -> NeighbourFeature:  # fmt: skip
    return NeighbourFeature(name, Text(en=en, zh=zh), group, window, measure, empty, asks)


_COUNT, _RATIO, _FEN, _FLAG, _DAYS = (
    Measure.COUNT, Measure.RATIO, Measure.FEN, Measure.FLAG, Measure.DAYS,
)  # fmt: skip
NEIGHBOUR_FEATURES: tuple[NeighbourFeature, ...] = (
    _of("ctrl_others", "other firms of the same controller", "同一实际控制人其他企业数", _CONTROL, NOW, _COUNT, 0,
        *_HOLDERS),
    _of("ctrl_others_ended", "of them no longer in business", "同一实际控制人其他企业中已退出数", _CONTROL, NOW, _COUNT,
        0, *_HOLDERS, "in_business"),
    _of("ctrl_others_ended_share", "share of them no longer in business", "同一实际控制人其他企业退出占比", _CONTROL,
        NOW, _RATIO, None, *_HOLDERS, "in_business"),
    _of("ctrl_others_abnormal", "of them on the list of abnormal operations", "同一实际控制人其他企业中经营异常数",
        _CONTROL, NOW, _COUNT, 0, *_HOLDERS, "abnormal"),
    _of("ctrl_others_bad", "of them bad: dishonest, enforced or bankrupt", "同一实际控制人其他企业中失信被执行破产数",
        _CONTROL, NOW, _COUNT, 0, *_HOLDERS, *BAD),
    _of("ctrl_others_bad_share", "share of them that are bad", "同一实际控制人其他企业失信被执行破产占比", _CONTROL,
        NOW, _RATIO, None, *_HOLDERS, *BAD),
    _of("ctrl_newest_age", "days since the newest of them was founded", "同一实际控制人最新设立企业距今天数", _CONTROL,
        NOW, _DAYS, None, *_HOLDERS, "founded"),
    _of("held_firms", "firms in which it holds shares", "对外投资企业数", _CONTROL, NOW, _COUNT, 0, *_HOLDERS),
    _of("held_bad", "of them bad", "对外投资企业中失信被执行破产数", _CONTROL, NOW, _COUNT, 0, *_HOLDERS, *BAD),
    _of("held_bad_share", "share of the capital it holds that is in bad firms", "对外投资额中失信被执行破产企业占比",
        _CONTROL, NOW, _RATIO, None, *_HOLDERS, *BAD),
    _of("held_bad_2hop", "capital it holds in firms that hold bad ones, by both shares",
        "对外投资企业再投资失信被执行破产企业的加权占比", _CONTROL, NOW, _RATIO, None, *_HOLDERS, *BAD),
    _of("holders_firms", "firms that hold its shares", "企业股东数", _CONTROL, NOW, _COUNT, 0, *_HOLDERS),
    _of("holders_bad_share", "share of its capital held by bad firms", "失信被执行破产企业股东持股比例", _CONTROL, NOW,
        _RATIO, None, *_HOLDERS, *BAD),
    _of("holders_bad_2hop", "capital held by firms that bad ones hold, by both shares",
        "企业股东之失信被执行破产股东的加权持股比例", _CONTROL, NOW, _RATIO, None, *_HOLDERS, *BAD),
    _of("ties_bad_2hop", "bad firms two shareholdings away", "两层股权关联中失信被执行破产企业数", _CONTROL, NOW,
        _COUNT, 0, *_HOLDERS, *BAD),
    _of("addr_others", "other firms at the same address", "同一住所其他企业数", _SHARED, NOW, _COUNT, 0, *_ADDRESS),
    _of("addr_others_ended", "firms at its address no longer in business", "同一住所其他企业中已退出数", _SHARED, NOW,
        _COUNT, 0, *_ADDRESS, "in_business"),
    _of("addr_others_ended_share", "share of firms at its address no longer in business",
        "同一住所其他企业退出占比", _SHARED, NOW, _RATIO, None, *_ADDRESS, "in_business"),
    _of("addr_others_abnormal", "firms at its address on the list of abnormal operations",
        "同一住所其他企业中经营异常数", _SHARED, NOW, _COUNT, 0, *_ADDRESS, "abnormal"),
    _of("addr_others_bad", "bad firms at its address", "同一住所其他企业中失信被执行破产数", _SHARED, NOW, _COUNT, 0,
        *_ADDRESS, *BAD),
    _of("addr_others_bad_share", "share of firms at its address that are bad", "同一住所其他企业失信被执行破产占比",
        _SHARED, NOW, _RATIO, None, *_ADDRESS, *BAD),
    _of("addr_crowded", "at an address of over 50 other firms, an agency's", "住所为集群注册地址（另有逾50家企业）",
        _SHARED, NOW, _FLAG, 0, *_ADDRESS),
    _of("head_others", "other firms with the same legal representative or operator",
        "同一法定代表人（经营者）其他企业数", _SHARED, NOW, _COUNT, 0, *_HEAD),
    _of("head_others_ended", "of the head's other firms no longer in business", "同一法定代表人其他企业中已退出数",
        _SHARED, NOW, _COUNT, 0, *_HEAD, "in_business"),
    _of("head_others_ended_share", "share of the head's other firms no longer in business",
        "同一法定代表人其他企业退出占比", _SHARED, NOW, _RATIO, None, *_HEAD, "in_business"),
    _of("head_others_abnormal", "of the head's other firms on the list of abnormal operations",
        "同一法定代表人其他企业中经营异常数", _SHARED, NOW, _COUNT, 0, *_HEAD, "abnormal"),
    _of("head_others_bad", "of the head's other firms bad", "同一法定代表人其他企业中失信被执行破产数", _SHARED, NOW,
        _COUNT, 0, *_HEAD, *BAD),
    _of("head_others_bad_share", "share of the head's other firms that are bad",
        "同一法定代表人其他企业失信被执行破产占比", _SHARED, NOW, _RATIO, None, *_HEAD, *BAD),
    _of("gua_given_firms", "firms that it guarantees", "被其担保企业数", _CIRCLE, NOW, _COUNT, 0, *_GUARANTEES),
    _of("gua_given_amt", "amounts that it guarantees", "对外担保金额", _CIRCLE, NOW, _FEN, 0, *_GUARANTEES),
    _of("gua_received_firms", "firms that guarantee it", "为其担保企业数", _CIRCLE, NOW, _COUNT, 0, *_GUARANTEES),
    _of("gua_received_amt", "amounts guaranteed for it", "被担保金额", _CIRCLE, NOW, _FEN, 0, *_GUARANTEES),
    _of("gua_net_amt", "guarantees given less received", "净对外担保金额", _CIRCLE, NOW, _FEN, 0, *_GUARANTEES),
    _of("gua_in_circle", "in a circle of guarantees", "处于互保或循环担保", _CIRCLE, NOW, _FLAG, 0, *_GUARANTEES),
    _of("gua_circle_size", "firms tied by guarantees, 50 at most", "担保圈企业数（至多50）", _CIRCLE, NOW, _COUNT, 0,
        *_GUARANTEES),
    _of("gua_circle_bad", "other firms tied by guarantees that are bad", "担保圈内其他失信被执行破产企业数", _CIRCLE,
        NOW, _COUNT, 0, *_GUARANTEES, *BAD),
    _of("gua_given_bad_amt", "amounts guaranteed for bad firms", "为失信被执行破产企业担保金额", _CIRCLE, NOW, _FEN, 0,
        *_GUARANTEES, *BAD),
    _of("gua_given_bad_share", "share of what it guarantees that is for bad firms",
        "对外担保金额中失信被执行破产企业占比", _CIRCLE, NOW, _RATIO, None, *_GUARANTEES, *BAD),
    _of("gua_given_bad_2hop", "guarantees for firms that guarantee bad ones, by both shares",
        "被担保企业再担保失信被执行破产企业的加权占比", _CIRCLE, NOW, _RATIO, None, *_GUARANTEES, *BAD),
    _of("gua_received_bad_share", "share of guarantees for it that bad firms give",
        "被担保金额中失信被执行破产担保人占比", _CIRCLE, NOW, _RATIO, None, *_GUARANTEES, *BAD),
    _of("gua_received_bad_2hop", "guarantees by firms that bad ones guarantee, by both shares",
        "担保人之失信被执行破产担保人的加权占比", _CIRCLE, NOW, _RATIO, None, *_GUARANTEES, *BAD),
    _of("gua_bad_2hop", "bad firms two guarantees away", "两层担保关联中失信被执行破产企业数", _CIRCLE, NOW, _COUNT, 0,
        *_GUARANTEES, *BAD),
    _of("buyers_bad_12m", "buyers that are bad", "近12个月下游客户中失信被执行破产数", _TRADE, YEAR, _COUNT, 0,
        *_INVOICES, *BAD),
    _of("sales_to_bad_12m", "share of sales to bad buyers", "近12个月销售给失信被执行破产客户占比", _TRADE, YEAR,
        _RATIO, None, *_INVOICES, *BAD),
    _of("sales_to_bad_2hop_12m", "sales to firms that sell to bad ones, by both shares",
        "近12个月客户再销售给失信被执行破产企业的加权占比", _TRADE, YEAR, _RATIO, None, *_INVOICES, *BAD),
    _of("suppliers_bad_12m", "suppliers that are bad", "近12个月上游供应商中失信被执行破产数", _TRADE, YEAR, _COUNT, 0,
        *_INVOICES, *BAD),
    _of("purchases_bad_12m", "share of purchases from bad suppliers", "近12个月向失信被执行破产供应商采购占比", _TRADE,
        YEAR, _RATIO, None, *_INVOICES, *BAD),
    _of("purchases_bad_2hop_12m", "purchases from firms that buy from bad ones, by both shares",
        "近12个月供应商再向失信被执行破产企业采购的加权占比", _TRADE, YEAR, _RATIO, None, *_INVOICES, *BAD),
    _of("two_way_12m", "partners that it sells to and buys from", "近12个月双向交易对手数", _TRADE, YEAR, _COUNT, 0,
        *_INVOICES),
    _of("two_way_share_12m", "share of sales to partners it buys from too", "近12个月双向交易销售占比", _TRADE, YEAR,
        _RATIO, None, *_INVOICES),
    _of("trade_circles_12m", "circles of three firms that invoice each other in turn", "近12个月三方循环开票数", _TRADE,
        YEAR, _COUNT, 0, *_INVOICES),
    _of("sales_back_12m", "share of sales that is back after two to four sales, each firm passing on by its own shares",
        "近12个月销售经2至4手交易回流占比", _TRADE, YEAR, _RATIO, None, *_INVOICES),
    _of("trade_rank_12m", "PageRank among firms that trade, 1 in the mean; buyers raise their suppliers",
        "近12个月交易网络PageRank（均值为1）", _TRADE, YEAR, _RATIO, None, *_INVOICES),
    _of("related_sales_12m", "share of sales to firms of the same controller, shareholding, address or head",
        "近12个月关联方销售占比", _TRADE, YEAR, _RATIO, None, *_INVOICES, *_RELATED),
    _of("related_purchases_12m", "share of purchases from firms of the same controller, shareholding, address or head",
        "近12个月关联方采购占比", _TRADE, YEAR, _RATIO, None, *_INVOICES, *_RELATED),
    _of("ties_bad_spread", "what is bad one and two steps away along all ties, 0.7 a step",
        "沿股权、担保、交易两层传导的失信被执行破产程度（每层衰减0.7）", _ALL, YEAR, _RATIO, None, *_HOLDERS,
        *_GUARANTEES, *_INVOICES, *BAD),
)  # fmt: skip
"""In the order in which they are shown."""
NEIGHBOUR_GROUPS = {
    _CONTROL: Text(en="firms tied by control", zh="实际控制与股权关联"),
    _SHARED: Text(en="firms at one address or with one head", zh="同住所与同法定代表人"),
    _CIRCLE: Text(en="firms tied by guarantees", zh="担保圈"),
    _TRADE: Text(en="firms tied by trade", zh="交易关联"),
    _ALL: Text(en="firms tied in any way", zh="全部关联"),
}
"""Groups of these features as people read them."""
READ = tuple(sorted({standard for one in NEIGHBOUR_FEATURES for standard in one.standards}))
"""Standards that they read."""
_COUNTING = 1
"""Raise it when what is counted along ties changes: a number of before is none of after."""


def neighbours_hash(features: Sequence[NeighbourFeature]) -> str:
    """SHA-256 over what is asked for these, how it is counted, and what empty means."""
    asks = sorted({ask for one in features for ask in one.asks})
    return content_hash(
        {
            "sql": [ask_query(ask) for ask in asks],
            "empty": {one.name: one.empty for one in features},
            "counting": [_COUNTING, CAP, *(f"{one}" for one in (DECAY, LEAST_SHARE, DAMPING))],
        }
    )
