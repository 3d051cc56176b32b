"""Features of registration, holders and relations of one's own (登记与关联特征): DOMAIN 3.4 and 3.8."""

from __future__ import annotations

from shuxin.fusion.features.conditions import Filled, Is, Lasts, Not
from shuxin.fusion.features.definition import EVER, NOW, Measure, days
from shuxin.fusion.features.families import (
    Count,
    Distinct,
    Least,
    Most,
    Newest,
    Quotient,
    Sum,
)
from shuxin.fusion.features.library.writing import Group, counts
from shuxin.fusion.features.readings import Added, DaysLeft, Facts, Tells, Whole

_YEAR, _TWO = days(365), days(730)
_ALIVE = ("in_business", "存续", "在业", "开业", "存续(在营、开业、在册)", "active", "existing")

REGISTER = Facts(
    name="registration",
    standard="registration",
    event="establish_date",
    columns={
        "capital": Whole("reg_capital"),
        "paid": Added(("paid_capital",)),
        "alive": Tells((Is("status", _ALIVE),)),
        "ended": Tells((Not(Lasts("revoke_date")),)),
        "cancelled": Tells((Not(Lasts("cancel_date")),)),
        "term_left": DaysLeft("expire_date"),
    },
    texts=("address", "operator_id"),
    size="reg_capital",
)
_REGISTER = Group(REGISTER, "register")
_REGISTER_FEATURES = (
    _REGISTER.has("register_days", "days since established", "成立天数", NOW, Measure.DAYS, Most("days", EVER)),
    _REGISTER.has("register_capital", "registered capital", "注册资本额", NOW, Measure.FEN, Newest("capital")),
    _REGISTER.has("register_paid_share", "paid capital over registered capital", "实缴资本占注册资本比", NOW,
                  Measure.RATIO, Quotient(Newest("paid"), Newest("capital"))),
    _REGISTER.has("register_alive", "registered as in business", "登记状态为存续", NOW, Measure.FLAG, Newest("alive")),
    _REGISTER.has("register_revoked", "licence revoked", "已被吊销", NOW, Measure.FLAG, Newest("ended")),
    _REGISTER.has("register_cancelled", "deregistered", "已注销", NOW, Measure.FLAG, Newest("cancelled")),
    _REGISTER.has("register_term_left", "days left of the term of business", "营业期限剩余天数", NOW, Measure.DAYS,
                  Newest("term_left")),
)  # fmt: skip

_ITEMS = (
    ("name", "name", "名称", ("name", "名称", "名称变更", "企业名称变更")),
    ("address", "address", "住所", ("address", "住所", "地址", "住所变更", "地址变更")),
    ("head", "legal representative", "法定代表人", ("legal_rep", "legal_representative", "法定代表人",
    "法定代表人变更")),
    ("capital", "capital", "注册资本", ("capital", "注册资本", "注册资本变更")),
    ("holders", "shareholders", "股东", ("shareholder", "shareholders", "股东", "股东变更", "投资人变更")),
    ("scope", "scope of business", "经营范围", ("scope", "经营范围", "经营范围变更")),
)  # fmt: skip
CHANGES = Facts(
    name="registration_change",
    standard="registration_change",
    event="change_date",
    key=("change_no",),
    texts=("item",),
    columns={},
)
_CHANGED = Group(CHANGES, "register_changes")
_RISKY = (Is("item", tuple(word for at in (1, 2, 4) for word in _ITEMS[at][3])),)
_CHANGE_FEATURES = (
    *counts(_CHANGED, "changes", "changes of registration", "登记变更次数", _YEAR, _TWO, EVER),
    *(
        _CHANGED.has(f"changes_{name}_730d", f"changes of {en}, last 730 days", f"近730天{zh}变更次数", _TWO,
                     Measure.COUNT, Count(_TWO, (Is("item", words),)))
        for name, en, zh, words in _ITEMS
    ),
    _CHANGED.has("changes_risky_365d", "changes of head, holders or address, last 365 days",
                 "近365天法定代表人、股东、住所变更次数", _YEAR, Measure.COUNT, Count(_YEAR, _RISKY)),
    _CHANGED.has("changes_head_since", "days since the legal representative changed", "距最近一次法定代表人变更天数",
                 EVER,
                 Measure.DAYS, Least("days", EVER, (Is("item", _ITEMS[2][3]),))),
)  # fmt: skip

HOLDERS = Facts(
    name="shareholder",
    standard="shareholder",
    event="valid_from",
    key=("holder_uscc", "holder_id", "subscribed"),
    only=(Lasts("valid_to"),),
    texts=("valid_to", "holder_uscc", "holder_id"),
    columns={"share": Added(("subscribed",)), "share_paid": Added(("paid",))},
    size="subscribed",
)
_HOLDERS = Group(HOLDERS, "holders")
_HOLDER_FEATURES = (
    _HOLDERS.has("holders_now", "contributions of holders in force", "当前股东出资笔数", NOW, Measure.COUNT,
                 Count(NOW)),
    _HOLDERS.has("holders_top_share", "share of the largest contribution", "第一大股东认缴占比", NOW, Measure.RATIO,
                 Quotient(Most("share", NOW), Sum("share", NOW))),
    _HOLDERS.has("holders_paid_share", "contributions paid over subscribed", "股东实缴占认缴比", NOW, Measure.RATIO,
                 Quotient(Sum("share_paid", NOW), Sum("share", NOW))),
    _HOLDERS.has("holders_firms_share", "share of contributions by firms", "企业股东认缴占比", NOW, Measure.RATIO,
                 Quotient(Sum("share", NOW, (Filled("holder_uscc"),)), Sum("share", NOW))),
    _HOLDERS.has("holders_new_365d", "contributions in force that began in the last 365 days",
                 "近365天新增股东出资笔数",
                 _YEAR, Measure.COUNT, Count(_YEAR)),
)  # fmt: skip

HEAD_POSTS = ("legal_representative", "legal_rep", "法定代表人", "负责人", "执行事务合伙人")
"""Posts of who stands for an enterprise."""
KEY_PERSONS = Facts(
    name="key_person",
    standard="key_person",
    event="from",
    key=("person_id", "post"),
    only=(Lasts("to"),),
    texts=("to", "legal_rep"),
    columns={},
)
_KEY_PERSONS = Group(KEY_PERSONS, "key_persons")
_IS_HEAD = (Is("post", HEAD_POSTS),)
_PERSON_FEATURES = (
    _KEY_PERSONS.has("key_persons_now", "posts of key persons held now", "当前主要人员任职数", NOW, Measure.COUNT,
                     Count(NOW)),
    _KEY_PERSONS.has("key_persons_new_365d", "of them taken up in the last 365 days", "近365天主要人员新任职数", _YEAR,
                     Measure.COUNT, Count(_YEAR)),
    _KEY_PERSONS.has("key_persons_head_days", "days that the legal representative has held the post",
                     "现任法定代表人任职天数", NOW, Measure.DAYS, Least("days", NOW, _IS_HEAD)),
)  # fmt: skip

PLEDGES = Facts(
    name="equity_pledge",
    standard="equity_pledge",
    event="date",
    key=("pledge_no",),
    texts=("cancel_date",),
    columns={"equity": Added(("equity",))},
    size="equity",
)
_PLEDGED = Group(PLEDGES, "holders")
GUARANTEES = Facts(
    name="guarantee",
    standard="guarantee",
    event="from",
    key=("contract_no", "guarantor", "debtor"),
    texts=("to", "debtor", "guarantor"),
    columns={"amount": Added(("amount",))},
    size="amount",
)
_GUARANTEED = Group(GUARANTEES, "guarantees")
REPORTED = Facts(
    name="reported_guarantee",
    standard="reported_guarantee",
    event="from",
    key=("creditor", "debtor", "amount"),
    texts=("to", "debtor", "debtor_uscc"),
    columns={"sum": Added(("amount",))},
    size="amount",
)
_REPORTED = Group(REPORTED, "guarantees")
_IN_FORCE = (Lasts("to"),)
_RELATION_FEATURES = (
    _PLEDGED.has("pledged_now", "equity pledged now", "当前股权出质额", NOW, Measure.FEN,
                 Sum("equity", NOW, (Lasts("cancel_date"),))),
    *counts(_PLEDGED, "pledges", "pledges of equity", "股权出质次数", _TWO, EVER),
    _GUARANTEED.has("guarantees_now", "guarantee contracts in force", "在保担保合同数", NOW, Measure.COUNT,
                    Count(NOW, _IN_FORCE)),
    _GUARANTEED.has("guaranteed_amt_now", "amounts under guarantee now", "在保担保金额", NOW, Measure.FEN,
                    Sum("amount", NOW, _IN_FORCE)),
    _GUARANTEED.has("guaranteed_debtors_now", "different debtors under guarantee now", "在保被保证人数", NOW,
                    Measure.COUNT, Distinct("debtor", NOW, _IN_FORCE)),
    _GUARANTEED.has("guarantors_now", "different guarantors now", "在保保证人数", NOW, Measure.COUNT,
                    Distinct("guarantor", NOW, _IN_FORCE)),
    _GUARANTEED.has("guarantees_new_365d", "guarantee contracts begun in the last 365 days", "近365天新增担保合同数",
                    _YEAR,
                    Measure.COUNT, Count(_YEAR)),
    _REPORTED.has("reported_guarantees_now", "guarantees in annual reports in force", "年报披露在保对外担保额", NOW,
                  Measure.FEN, Sum("sum", NOW, _IN_FORCE)),
    _REPORTED.has("reported_debtors_now", "debtors guaranteed in annual reports", "年报披露在保主债务人数", NOW,
                  Measure.COUNT, Distinct("debtor", NOW, _IN_FORCE)),
)  # fmt: skip

READINGS = (REGISTER, CHANGES, HOLDERS, KEY_PERSONS, PLEDGES, GUARANTEES, REPORTED)
FEATURES = (
    *_REGISTER_FEATURES, *_CHANGE_FEATURES, *_HOLDER_FEATURES, *_PERSON_FEATURES, *_RELATION_FEATURES,
)  # fmt: skip
